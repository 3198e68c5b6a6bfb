"""Why an item stands where it does: what the classifier found, in a chip and in a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from inbox import suspicion
from inbox.events import ReasonGiven
from inbox.web.i18n import N_, Speech
from inbox.web.words.codes import band, in_words, member, spelled

REASONS: Mapping[str, str] = {
    "safety": N_("danger to a person"), "self_harm": N_("talks of harming themselves"),
    "violence": N_("threat of violence"),
    "threat": N_("threat"), "legal": N_("legal threat"), "press": N_("press"), "journalist": N_("journalist"),
    "influencer": N_("influencer"), "boycott": N_("call to boycott"), "fraud": N_("fraud"),
    "data_leak": N_("data leak"),
    "data_fraud": N_("fraud or data leak"), "discrimination": N_("discrimination"), "outage": N_("outage"),
    "complaint": N_("complaint"), "praise": N_("praise"), "question": N_("question"), "spam": N_("probable spam"),
    "negative": N_("negative tone"), "health": N_("health"), "other": N_("other"),
}  # fmt: skip
DANGERS = frozenset({"safety", "self_harm", "violence", "threat", "health"})
TRIFLES = frozenset({"praise", "question", "spam", "other", "negative"})
REASON_ICONS: Mapping[str, str] = {
    "safety": "flame", "self_harm": "alert", "violence": "alert", "threat": "alert", "legal": "scale", "press": "press",
    "journalist": "press", "influencer": "reach", "boycott": "users", "fraud": "money", "data_leak": "lock",
    "data_fraud": "lock", "discrimination": "users", "outage": "bolt",
}  # fmt: skip


def reason(category: str, say: Speech) -> str:
    return in_words(REASONS, category, say)


def reasons(categories: Iterable[str], say: Speech) -> str:
    return ", ".join(reason(category, say) for category in categories if category)


def reason_icon(category: str) -> str | None:
    return REASON_ICONS.get(category)


def telling(reasons: Sequence[ReasonGiven]) -> list[ReasonGiven]:
    """The reasons worth a chip: praise and questions stand back where something weighs more."""
    heavy = [reason for reason in reasons if reason.category not in TRIFLES]
    return heavy or list(reasons)


SHORT_REASONS: Mapping[str, str] = {"safety": N_("danger")}
"""What a chip says instead, where the quoted words tell the rest."""
QUOTED = 30
ISOLATED = "\u2068%s\u2069"
"""Quoted words keep their own direction, and leave that of the line alone."""


def folded(fold: Iterable[str], say: Speech) -> str:
    """What stands in a line instead of words that threaten or insult."""
    return say("Words folded: %(what)s. Open to read.", what=reasons(fold, say))


def chip(reason_: ReasonGiven, say: Speech, quoting: bool = True) -> str:
    """A reason in one line, with the words that betray it: "danger : batterie … fume". `quoting`: they may stand
    there."""
    if suspicion.is_doubtful(reason_):
        return say("perhaps: %(reason)s", reason=reason(reason_.category, say))
    if not quoting or not reason_.evidence or is_trifle(reason_.category):
        return reason(reason_.category, say)
    said = say(SHORT_REASONS[reason_.category]) if reason_.category in SHORT_REASONS else reason(reason_.category, say)
    return say("%(reason)s: %(words)s", reason=said, words=ISOLATED % quoted(reason_.evidence))


def quoted(fragments: Sequence[str]) -> str:
    """As many fragments as there is room for: the most telling stand first."""
    for count in range(len(fragments), 0, -1):
        words = " … ".join(fragments[:count])
        if len(words) <= QUOTED:
            return words
    return fragments[0][: QUOTED - 1].rstrip() + "…" if fragments else ""


def is_trifle(category: str) -> bool:
    return category in TRIFLES


def is_danger(category: str) -> bool:
    return category in DANGERS


CONFIDENCES: Sequence[tuple[float, str]] = (
    (0.9, N_("almost certain")), (0.75, N_("very likely")), (suspicion.LIKELY, N_("likely")), (0.0, N_("possible")),
)  # fmt: skip


def confidence(score: float, say: Speech) -> str:
    """The classifier's confidence in a reason, 0 to 1, as a word."""
    return next((say(word) for least, word in CONFIDENCES if score >= least), say("possible"))


LEVELS: Mapping[int, str] = {
    3: N_("within minutes"), 2: N_("within the hour"), 1: N_("today"), 0: N_("nothing urgent"),
}  # fmt: skip


def level(number: int, say: Speech) -> str:
    """How soon a level of urgency calls for somebody."""
    return in_words(LEVELS, number, say)


WHYS: Mapping[str, str] = {
    "wave_danger": N_("In a wave with a dangerous message: it counts like that one"),
    "wave": N_("In a wave with a more urgent message: it counts like that one"),
    "danger": N_("Danger to a person: always P1, whatever the reach"),
    "suspected": N_("No word here bears it out: it stands below the sure ones of P1"),
    "corrected": N_("Corrected by %(by)s: %(categories)s"),
    "corrected_none": N_("Corrected by %(by)s: nothing of note"),
    "not_urgent": N_("Marked as not urgent by %(by)s"),
    "language": N_("Language corrected by %(by)s: %(lang)s"),
    "unscored": N_("Not read by the classifier yet: ranked no lower than P2"),
    "not_assessed": N_("Could not be assessed: ranked no lower than P2"),
    "reach": N_("Reach: %(followers)s followers, %(band)s"),
    "spread": N_("Spread: %(authors)s people speak in this thread, %(band)s"),
    "override": N_("Priority set by hand to P%(priority)s; the rules say P%(rules)s"),
    "muted": N_("Its author is muted: P4 whatever they say; the rules say P%(rules)s"),
    "promoted": N_("Raised from P%(from)s to P%(to)s by waiting past its due time"),
    "waiting": N_("Waiting for %(seconds)s"),
    "due_ack": N_("Acknowledgement due in %(seconds)s"),
    "due_response": N_("Response due in %(seconds)s"),
    "late_ack": N_("Acknowledgement overdue by %(seconds)s"),
    "late_response": N_("Response overdue by %(seconds)s"),
    "promise": N_("A promise was made: back in %(seconds)s"),
    "promise_late": N_("A promise was made and passed %(seconds)s ago"),
    "window_closing": N_("The network takes replies for %(seconds)s more"),
    "window_closed": N_("The network takes no more replies here"),
}
WHY_ICONS: Mapping[str, str] = {
    "danger": "flame", "wave": "wave", "suspected": "help", "corrected": "pen", "not_urgent": "pen",
    "language": "pen", "unscored": "help", "not_assessed": "help", "reach": "reach", "spread": "wave",
    "override": "user", "muted": "bell", "promoted": "up", "waiting": "clock", "due": "clock", "promise": "promise",
    "window_closing": "lock", "window_closed": "lock",
}  # fmt: skip


def why(code: str, params: Mapping[str, Any], names: Mapping[int, str], say: Speech) -> tuple[str, str]:
    """A reason's icon and sentence. The reasons of words (`risk`) also carry evidence, which the template quotes."""
    if code == "risk":
        category = str(params.get("category", ""))
        return reason_icon(category) or "alert", reason(category, say).capitalize()
    late = float(params.get("seconds", 0) or 0) < 0
    key = code
    if code == "due":
        key = f"{'late' if late else 'due'}_{params.get('clock', 'ack')}"
    elif code == "promise" and late:
        key = "promise_late"
    elif code == "wave" and int(params.get("level", 0)) >= max(LEVELS):
        key = "wave_danger"
    elif code == "corrected" and not params.get("categories"):
        key = "corrected_none"
    said = {name: _why_param(name, value, names, say) for name, value in params.items()}
    icon = WHY_ICONS.get(code, "help")
    return (icon, say(WHYS[key], **said)) if key in WHYS else (icon, spelled(code))


def _why_param(name: str, value: Any, names: Mapping[int, str], say: Speech) -> object:
    said: Mapping[str, Callable[[Any], str]] = {
        "seconds": lambda seconds: say.duration(float(seconds), coarse=True),
        "followers": lambda count: say.number(int(count)),
        "authors": lambda count: say.number(int(count)),
        "band": lambda code: band(str(code), say),
        "by": lambda who: member(who, names, say),
        "lang": lambda code: say.language(str(code)),
        "categories": lambda codes: reasons(str(codes).split(","), say),
    }
    return said[name](value) if name in said else value


def weight(code: str, params: Mapping[str, Any], now: datetime, say: Speech) -> str:
    """What stands at the end of a reason's line: a time, or nothing."""
    if params.get("at"):
        return say.moment(datetime.fromisoformat(str(params["at"])), now)
    if code == "waiting" and params.get("since"):
        return say.moment(datetime.fromisoformat(str(params["since"])), now)
    return ""
