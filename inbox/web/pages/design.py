"""The design system on one page: tokens, components, states, from the style sheets and templates of the screens.

Nothing of a brand stands here, so that every member may look. The looks that a person chooses in their system (more
contrast, less motion, larger text) can be put on by the address, which can be sent to a colleague.
"""

from __future__ import annotations

from aiohttp import web
from markupsafe import Markup

from inbox.errors import Refused
from inbox.events import ReasonGiven
from inbox.web import charts
from inbox.web.context import deps, viewer
from inbox.web.i18n import LANGUAGES, N_, Speech
from inbox.web.marking import Piece
from inbox.web.pages import design_samples as samples
from inbox.web.pages import design_tokens as tokens
from inbox.web.pages import errors, render, rows
from inbox.web.routes import Route

LOOKS: dict[str, tuple[str, dict[str, str]]] = {
    "lang": (N_("Language"), {"fr": "Français", "en": "English"}),
    "theme": (N_("Look"), {"": N_("as the system"), "light": N_("light"), "dark": N_("dark")}),
    "contrast": (N_("Contrast"), {"": N_("as the system"), "more": N_("more")}),
    "text": (N_("Text"), {"": N_("as the system"), "200": N_("twice as large")}),
    "motion": (N_("Motion"), {"": N_("as the system"), "reduce": N_("less")}),
    "dir": (N_("Direction"), {"": N_("left to right"), "rtl": N_("right to left")}),
}
"""What can be put on: name → its label and its values with theirs."""
FAILURES = (
    ("forbidden", 403), ("not_found", 404), ("conflict", 409), ("link_dead", 410), ("too_large", 413),
    ("bad_request", 422), ("too_many", 429), ("bug", 500), ("unavailable", 503),
)  # fmt: skip
HOURS = (
    ("8", 12, 4.0, 9.0),
    ("9", 30, 6.0, 14.0),
    ("10", 22, None, None),
    ("11", 41, 9.0, 31.0),
    ("12", 18, 5.0, 12.0),
)
WORDS = (
    ("", "La "),
    ("heavy-3", "batterie"),
    ("", " "),
    ("heavy-2", "fume"),
    ("", " dans "),
    ("heavy-1", "ma cuisine"),
)


async def show(request: web.Request) -> web.StreamResponse:
    asked = {name: request.query.get(name, "") for name in LOOKS}
    chosen = {name: value if value in LOOKS[name][1] else "" for name, value in asked.items()}
    chosen["lang"] = chosen["lang"] if chosen["lang"] in LANGUAGES else render.language_of(viewer(request))
    say, now = Speech(chosen["lang"]), deps(request).clock.now()
    names = {samples.COLLEAGUE: samples.NAMES[1]}
    return render.page(
        request, "design.html", say, world=None, here="account", chosen=chosen, looks=LOOKS, tokens=tokens,
        people=samples.NAMES, names=names, colleague=samples.COLLEAGUE, clocks=samples.clocks(now, say),
        rows=[Markup(rows.render_row(one, say.lang, names, now=now)) for one in samples.rows(now)],  # noqa: S704  our own template, escaped there
        reasons=[ReasonGiven(category=code, score=0.9) for code in ("safety", "legal", "question")]
        + [ReasonGiven(category="violence", score=0.2)],
        pieces=[Piece(text, mark) for mark, text in WORDS], long=samples.LONG, arabic=samples.ARABIC,
        failures=[errors.said(Refused(code, errors.LOOK_AGAIN, status=status), say) for code, status in FAILURES],
        foreign=samples.foreign(now), reading_of=samples.reading(say), path="",
        own_keys=await render.keys_of_no_brand(request),
        meter=charts.meter, chart=_chart(say), line=charts.sparkline((3, 5, 0, 9, 14, 2), label=say("Messages")),
    )  # fmt: skip


def _chart(say: Speech) -> Markup:
    points = [charts.Point(label, volume, p50, p90) for label, volume, p50, p90 in HOURS]
    return charts.pace(points, label=say("Acknowledgement, minutes"), p50="p50", p90="p90", number=say.number)


ROUTES = [Route("GET", "/design", show, "signed_in", "page", "design")]
