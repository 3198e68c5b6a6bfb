"""The lead's page: how fast the team told people "we read you", and answered them; who waits too long now.

Every figure leads to its items: those of now to the queue, those of the period to the list of their turns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, get_args
from urllib.parse import urlencode

from aiohttp import web
from markupsafe import Markup

from inbox.errors import Refused
from inbox.sla import Outcome
from inbox.sql import beside
from inbox.views import sla
from inbox.views.stored import load_row
from inbox.web import charts, words
from inbox.web.context import deps
from inbox.web.i18n import N_, Speech
from inbox.web.pages import render
from inbox.web.pages.rows import author_name, render_row
from inbox.web.routes import Route

sql = beside(__file__, "sla.sql")

PERIODS: Mapping[str, str] = {"today": N_("Today"), "7d": N_("7 days"), "30d": N_("30 days"), "custom": N_("Other")}
GOALS = {"ack": 0.9, "response": 0.85}
MOST_TURNS_SHOWN = 200
LONGEST = timedelta(days=400)


@dataclass(frozen=True)
class Asked:
    """What the page is asked for: a period in days of the brand's zone, narrowed or not."""

    period: str
    first: date
    last: date
    start: datetime
    end: datetime
    channel: str | None
    priority: int | None
    member: int | None

    def query(self, **more: str) -> str:
        pairs: dict[str, str] = {"period": self.period}
        if self.period == "custom":
            pairs |= {"from": self.first.isoformat(), "to": self.last.isoformat()}
        for name, value in (("channel", self.channel), ("priority", self.priority), ("member", self.member)):
            if value is not None:
                pairs[name] = str(value)
        return "?" + urlencode({**pairs, **more})

    @property
    def narrow(self) -> dict[str, Any]:
        return {"channel": self.channel, "priority": self.priority, "member": self.member}


def asked(query: Mapping[str, str], now: datetime, say: Speech) -> Asked:
    """Raises Refused for dates that cannot be read or that end before they begin."""
    today = say.local(now).date()
    period = query.get("period", "7d")
    if period == "custom":
        first, last = _day(query.get("from"), today), _day(query.get("to"), today)
        if last < first or last - first > LONGEST:
            raise Refused("bad_period", "The period must end after it begins, and last at most 400 days.")
    else:
        period = period if period in PERIODS else "7d"
        first, last = today - timedelta(days={"today": 0, "7d": 6, "30d": 29}[period]), today
    start = datetime.combine(first, time(0), say.tz).astimezone(UTC)
    end = datetime.combine(last + timedelta(days=1), time(0), say.tz).astimezone(UTC)
    priority = query.get("priority", "")
    member = query.get("member", "")
    return Asked(
        period, first, last, start, end, query.get("channel") or None,
        int(priority) if priority in {"1", "2", "3", "4"} else None,
        int(member) if member.isascii() and member.isdigit() and len(member) < 18 else None,
    )  # fmt: skip


def _day(text: str | None, otherwise: date) -> date:
    if not text:
        return otherwise
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused("bad_period", "A date is year, month and day.") from error


async def show(request: web.Request) -> web.StreamResponse:
    own, world = deps(request), await render.world(request)
    now, say = own.clock.now(), world.say
    error = None
    try:
        which = asked(request.query, now, say)
    except Refused:
        error = say("The period must end after it begins, and last at most 400 days.")
        which = asked({}, now, say)
    async with own.pool.acquire() as connection:
        figures = await sla.figures(connection, world.brand.id, which.start, which.end, **which.narrow, now=now)
    return render.page(
        request, "sla.html", say, status=400 if error else 200, world=world, here="sla", asked=which, figures=figures,
        error_text=error, periods=PERIODS, goals=GOALS, meter=charts.meter, title=_title(which, say),
        pace=_pace(figures, say), mood=_mood(figures, say), label=lambda at: _label(at, figures.bucket, say),
        overdue=_overdue(figures, world, now), seconds=_seconds(say), share=_share(say),
        link=lambda **more: f"{world.base}/sla/turns{which.query(**more)}",
        queue=lambda view, **more: f"{world.base}/queue?{urlencode({'view': view, **_queue_filters(which), **more})}",
    )  # fmt: skip


def _queue_filters(which: Asked) -> dict[str, str]:
    found = {"channel": which.channel, "priority": which.priority, "assignee": which.member}
    return {name: str(value) for name, value in found.items() if value is not None}


def _title(which: Asked, say: Speech) -> str:
    if which.first == which.last:
        return say("Times of %(day)s", day=say.long_day(which.first))
    return say("Times from %(first)s to %(last)s", first=say.day(which.first), last=say.long_day(which.last))


def _seconds(say: Speech) -> Any:
    return lambda value: "–" if value is None else say.duration(value, coarse=True)


def _share(say: Speech) -> Any:
    return lambda value: "–" if value is None else say.percent(value)


def _label(at: datetime, bucket: str, say: Speech) -> str:
    return say.time(at) if bucket == "hour" else say.day(at)


def _pace(figures: sla.Figures, say: Speech) -> Markup:
    points = [
        charts.Point(
            _label(piece.starts_at, figures.bucket, say),
            piece.turns,
            _minutes(piece.ack_p50_s),
            _minutes(piece.ack_p90_s),
        )
        for piece in figures.slices
    ]
    total = figures.total.ack
    label = say(
        "Time to acknowledge: half within %(p50)s, nine in ten within %(p90)s",
        p50="–" if total.p50_s is None else say.duration(total.p50_s, coarse=True),
        p90="–" if total.p90_s is None else say.duration(total.p90_s, coarse=True),
    )
    return charts.pace(points, label=label, p50="p50", p90="p90", number=lambda value: say.number(round(value, 1)))


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 60


def _mood(figures: sla.Figures, say: Speech) -> Markup:
    bars = [
        charts.Stack(
            _label(piece.starts_at, figures.bucket, say),
            (("c-neg", piece.negative), ("c-neu", piece.neutral + piece.unscored), ("c-pos", piece.positive)),
        )
        for piece in figures.slices
    ]
    messages, negative = (
        sum(piece.messages for piece in figures.slices),
        sum(piece.negative for piece in figures.slices),
    )
    label = say(
        "%(messages)s messages, %(negative)s of them negative",
        messages=say.number(messages),
        negative=say.number(negative),
    )
    return charts.stacks(bars, label=label, number=lambda value: say.number(round(value, 1)))


@dataclass(frozen=True)
class Late:
    priority: int
    author: str
    href: str
    network: str
    due: str
    late: str
    who: str | None


def _overdue(figures: sla.Figures, world: render.World, now: datetime) -> list[Late]:
    say = world.say
    found = []
    for row in figures.overdue:
        ack = row.acknowledged_at is None and row.ack_due_at < now
        due = row.ack_due_at if ack else row.response_due_at
        word = say("Ack, %(at)s", at=say.moment(due, now)) if ack else say("response, %(at)s", at=say.moment(due, now))
        found.append(
            Late(
                row.priority, author_name(row, say), f"{world.base}/items/{row.id}?view=breaching",
                words.network(row.network, say), word, say.duration((now - due).total_seconds(), coarse=True),
                None if row.assignee is None else words.member(row.assignee, world.names, say),
            )
        )  # fmt: skip
    return found


async def export(request: web.Request) -> web.StreamResponse:
    """One row a turn; cells that a spreadsheet would take for a formula are made text."""
    own, world = deps(request), await render.world(request)
    now = own.clock.now()
    which = asked(request.query, now, world.say)
    async with own.pool.acquire() as connection:
        rows = await sla.turn_rows(connection, world.brand.id, which.start, which.end, **which.narrow, now=now)
    name = f"vigie-{which.first.isoformat()}-{which.last.isoformat()}.csv"
    return web.Response(
        body=sla.csv(rows).encode(), content_type="text/csv", charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


async def turns(request: web.Request) -> web.StreamResponse:
    """The items behind a figure of the period, as rows of the queue."""
    own, world = deps(request), await render.world(request)
    now, say = own.clock.now(), world.say
    which = asked(request.query, now, say)
    wanted = {
        name: value for name in ("ack", "response", "promise") if (name, value := request.query.get(name)) in BEHIND
    }
    async with own.pool.acquire() as connection:
        found = await sla.turn_rows(
            connection, world.brand.id, which.start, which.end, **which.narrow, now=now,
            ack=_outcome(wanted.get("ack")), response=_outcome(wanted.get("response")),
        )  # fmt: skip
        found = [turn for turn in found if all(BEHIND[chosen][1](turn) for chosen in wanted.items())]
        if request.query.get("own"):
            found = [turn for turn in found if _is_own(turn, wanted, which.member)]
        ids = list(dict.fromkeys(turn.item_id for turn in found))
        cards = await connection.fetch(sql.cards, world.brand.id, ids[:MOST_TURNS_SHOWN])
    shown = [
        Markup(  # noqa: S704  our own template, escaped there
            render_row(
                load_row(card["card"]).as_of(now),
                say.lang,
                world.names,
                base=world.base,
                query="?view=all",
                zone=world.brand.zone,
                now=now,
            )
        )
        for card in cards
    ]
    return render.page(
        request, "turns.html", say, world=world, here="sla", rows=shown, turns=len(found), items=len(ids),
        most=MOST_TURNS_SHOWN, back=f"{world.base}/sla{which.query()}", title=_title(which, say),
        what=_what(wanted, which, world),
    )  # fmt: skip


def _outcome(text: str | None) -> Outcome | None:
    return next((outcome for outcome in get_args(Outcome) if outcome == text), None)


def _is_own(turn: sla.TurnRow, wanted: Mapping[str, str | None], member: int | None) -> bool:
    """Whether the member stopped the very clock of the figure: so count the figures by person."""
    return ("ack" not in wanted or turn.acknowledged_by == member) and (
        "response" not in wanted or turn.responded_by == member
    )


Behind = Callable[[sla.TurnRow], bool]


def _is(clock: str, *outcomes: Outcome) -> Behind:
    return lambda turn: getattr(turn, clock) in outcomes


def _promise_runs(turn: sla.TurnRow) -> bool:
    promised = turn.promise_until is not None and turn.promise_kept_at is None and not turn.promise_broken
    return promised and turn.ended_as not in {"withdrawn", "closed"}


BEHIND: Mapping[tuple[str, str | None], tuple[str, Behind]] = {
    ("ack", "due"): (N_("acknowledgement came due"), _is("ack", "met", "missed")),
    ("ack", "met"): (N_("acknowledged in time"), _is("ack", "met")),
    ("ack", "missed"): (N_("not acknowledged in time"), _is("ack", "missed")),
    ("response", "due"): (N_("response came due"), _is("response", "met", "missed")),
    ("response", "met"): (N_("answered in time"), _is("response", "met")),
    ("response", "missed"): (N_("not answered in time"), _is("response", "missed")),
    ("promise", "kept"): (N_("promise kept"), lambda turn: turn.promise_kept_at is not None),
    ("promise", "broken"): (N_("promise broken"), lambda turn: turn.promise_broken),
    ("promise", "running"): (N_("promise still to keep"), _promise_runs),
}
"""What a figure counts, in words and as a rule: the same as in `inbox.views.sla`."""


def _what(wanted: Mapping[str, str | None], which: Asked, world: render.World) -> str:
    say = world.say
    parts = [say(BEHIND[chosen][0]) for chosen in wanted.items()]
    if which.channel:
        parts.append(world.channel_names.get(which.channel, which.channel))
    if which.priority:
        parts.append(f"P{which.priority}")
    if which.member:
        parts.append(words.member(which.member, world.names, say))
    return " · ".join(parts) or say("all turns")


ROUTES = [
    Route("GET", "/b/{brand_id}/sla", show, "personal", "page", "sla"),
    Route("GET", "/b/{brand_id}/sla.csv", export, "read", "page", "sla_csv"),
    Route("GET", "/b/{brand_id}/sla/turns", turns, "personal", "page", "sla_turns"),
]
