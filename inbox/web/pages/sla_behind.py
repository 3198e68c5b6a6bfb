"""What a figure counts, in words and as a rule over one turn: so any figure can be opened into its items. The rules are
those of `inbox.views.sla` and `inbox.views.spread`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from inbox.sla import Outcome
from inbox.views import buckets, spread
from inbox.views.sla import TurnRow
from inbox.web import words
from inbox.web.i18n import N_, Speech
from inbox.web.pages.render import World
from inbox.web.pages.sla_asked import Asked

Rule = Callable[[TurnRow], bool]


@dataclass(frozen=True, slots=True)
class Behind:
    said: str
    rule: Rule


def _is(clock: str, *outcomes: Outcome) -> Rule:
    return lambda turn: getattr(turn, clock) in outcomes


def _promise_runs(turn: TurnRow) -> bool:
    promised = turn.promise_until is not None and turn.promise_kept_at is None and not turn.promise_broken
    return promised and turn.ended_as not in {"withdrawn", "closed"}


def _ended(turn: TurnRow) -> bool:
    return turn.ended_as in {"responded", "closed"}


def _reopened(turn: TurnRow) -> bool:
    return turn.reopened_at is not None and turn.ended_as != "withdrawn"


NAMED: Mapping[tuple[str, str], tuple[str, Rule]] = {
    ("ack", "due"): (N_("acknowledgement came due"), _is("ack", "met", "missed")),
    ("ack", "met"): (N_("acknowledged in time"), _is("ack", "met")),
    ("ack", "missed"): (N_("not acknowledged in time"), _is("ack", "missed")),
    ("response", "due"): (N_("response came due"), _is("response", "met", "missed")),
    ("response", "met"): (N_("answered in time"), _is("response", "met")),
    ("response", "missed"): (N_("not answered in time"), _is("response", "missed")),
    ("promise", "kept"): (N_("promise kept"), lambda turn: turn.promise_kept_at is not None),
    ("promise", "broken"): (N_("promise broken"), lambda turn: turn.promise_broken),
    ("promise", "running"): (N_("promise still to keep"), _promise_runs),
    ("back", "ended"): (N_("answered or closed"), _ended),
    ("back", "yes"): (N_("the person wrote again within a week"), lambda turn: turn.came_back),
    ("back", "once"): (N_("answered or closed, or reopened since"), lambda turn: _ended(turn) or _reopened(turn)),
    ("back", "reopened"): (N_("reopened by a colleague"), _reopened),
}


def wanted(query: Mapping[str, str], which: Asked, world: World) -> list[Behind]:
    """What the query asks for; what it cannot be read as, it does not ask for."""
    say = world.say
    chosen = [(name, query.get(name, "")) for name in ("ack", "response", "promise", "back")]
    found = [Behind(say(NAMED[one][0]), NAMED[one][1]) for one in chosen if one in NAMED]
    if (hour := _number(query.get("hour"), 23)) is not None:
        found.append(Behind(hours(hour, say), lambda turn: say.local(turn.started_at).hour == hour))
    if (began := _moment(query.get("at"))) is not None:
        found.append(_bucket(began, which, say))
    if (lang := query.get("lang")) is not None:
        found.append(Behind(say.language(lang or None), lambda turn: (turn.lang or "") == lang))
    for clock, title in (("ack", N_("acknowledged: %(time)s")), ("response", N_("answered: %(time)s"))):
        if (step := _number(query.get(f"{clock}_step"), len(spread.BOUNDS_S))) is not None:
            found.append(Behind(say(title, time=step_name(spread.BOUNDS_S, step, say)), _within(clock, step)))
    if query.get("own") and which.member is not None:
        found.append(Behind(words.member(which.member, world.names, say), _own(dict(chosen), which.member)))
    return found


def _number(text: str | None, most: int) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 3 and int(text) <= most else None


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo and 1971 < found.year < 9000 else None


def _bucket(began: datetime, which: Asked, say: Speech) -> Behind:
    """The hour or day of the period's cut that begins then."""
    cut = buckets.size(which.start, which.end)
    if cut == "hour":
        until = began + timedelta(hours=1)
        return Behind(say.moment(began, which.end), lambda turn: began <= turn.started_at < until)
    day = say.local(began).date()
    return Behind(say.day(day), lambda turn: say.local(turn.started_at).date() == day)


def _within(clock: str, step: int) -> Rule:
    def rule(turn: TurnRow) -> bool:
        at: datetime | None = turn.acknowledged_at if clock == "ack" else turn.responded_at
        if at is None or turn.ended_as == "withdrawn":
            return False
        return bisect_right(spread.BOUNDS_S, (at - turn.started_at).total_seconds()) == step

    return rule


def _own(chosen: Mapping[str, str], member: int) -> Rule:
    """Whether the member stopped the very clock of the figure: so count the figures by person."""
    return lambda turn: (
        (not chosen["ack"] or turn.acknowledged_by == member)
        and (not chosen["response"] or turn.responded_by == member)
    )


def hours(hour: int, say: Speech) -> str:
    return say("%(from)s to %(to)s o’clock", **{"from": hour, "to": hour + 1})


def step_name(bounds: Sequence[int], step: int, say: Speech) -> str:
    """`under 1 min`, `1 min to 5 min`, …, `1 d or more`."""
    told = [say.duration(bound, coarse=True) for bound in bounds]
    if step == 0:
        return say("under %(time)s", time=told[0])
    if step == len(bounds):
        return say("%(time)s or more", time=told[-1])
    return say("%(from)s to %(to)s", **{"from": told[step - 1], "to": told[step]})
