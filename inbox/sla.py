"""The two clocks of a turn: when they are due, whether they were met, and when the clock worker has something to say.

A turn starts at the network's own time of the author's words. Its clocks count business time of the brand's calendar
from there; a target may run round the clock. "Past" is strict throughout: what stops at its due time is met, so a
breach exists from the microsecond after. Nothing here depends on when it is computed, except where `now` is asked
for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from inbox import calendars
from inbox.events import ClockName
from inbox.policy import Policy, Target
from inbox.state import Item, Turn

Outcome = Literal["met", "missed", "void", "running"]
CLOCKS: tuple[ClockName, ...] = ("ack", "response")

EARLIEST_START = timedelta(days=1)
TICK = timedelta(microseconds=1)


class Alarm(NamedTuple):
    """Something the clock worker has to say from `at` on. `clock` is set for a warning and a breach."""

    what: Literal["warn", "breach", "claim", "promise"]
    at: datetime
    clock: ClockName | None = None


def start_of_turn(sent_at: datetime, received_at: datetime) -> datetime:
    """The network's time of the words, never later than we received them and never earlier than a day before."""
    return min(received_at, max(sent_at, received_at - EARLIEST_START))


def due_times(policy: Policy, priority: int, started_at: datetime) -> tuple[datetime, datetime]:
    """When to have acknowledged, and when to have responded."""
    target = policy.targets[priority]
    return _after(policy, target, started_at, target.ack_s), _after(policy, target, started_at, target.response_s)


def warn_at(policy: Policy, turn: Turn, clock: ClockName) -> datetime:
    """When `warn_share` (75 %) of the business time between the turn's start and its due time have gone."""
    due = due_at(turn, clock)
    at = _share(policy, policy.targets[turn.priority], turn.started_at, due)
    return min(due, at) if at else turn.started_at + (due - turn.started_at) * policy.warn_share


def due_at(turn: Turn, clock: ClockName) -> datetime:
    return turn.ack_due_at if clock == "ack" else turn.response_due_at


def stopped_at(turn: Turn, clock: ClockName) -> datetime | None:
    """When the clock was stopped by an acknowledgement or a response, None if it was not."""
    return turn.acknowledged_at if clock == "ack" else turn.responded_at


def outcome(turn: Turn, clock: ClockName, now: datetime) -> Outcome:
    """What the figures say of one clock of one turn.

    met: stopped by its due time. missed: stopped later, or past due and still running, or the turn was closed without
    it after its due time. void: the author withdrew (never met nor missed), or the turn was closed before it was due.
    """
    if turn.end == "withdrawn":
        return "void"
    due, stopped = due_at(turn, clock), stopped_at(turn, clock)
    if stopped is not None:
        return "met" if stopped <= due else "missed"
    if turn.ended_at is not None:
        return "missed" if turn.ended_at > due else "void"
    return "missed" if now > due else "running"


def running_clocks(turn: Turn) -> tuple[ClockName, ...]:
    """The clocks nobody has stopped yet, past due or not; none once the turn has ended."""
    if turn.ended_at is not None:
        return ()
    if turn.responded_at is None:
        return CLOCKS if turn.acknowledged_at is None else CLOCKS[1:]
    return CLOCKS[:1] if turn.acknowledged_at is None else ()


def running_promise(turn: Turn) -> datetime | None:
    """Until when we said we would come back, while that is neither kept nor broken.

    A promise made with a response outlives the turn; one to an author who withdrew, or whose turn was closed, is void.
    """
    if turn.promise_broken or turn.promise_kept_at is not None or turn.end in {"withdrawn", "closed"}:
        return None
    return turn.promise_until


def claim_lapses_at(policy: Policy, turn: Turn) -> datetime | None:
    """Until when a claim may stay silent (business time from the claim), None where no silent claim is held."""
    if turn.claimed_at is None or turn.spoken_at is not None or turn.ended_at is not None:
        return None
    return _after(policy, policy.targets[turn.priority], turn.claimed_at, policy.claim_limit_s)


def alarms(policy: Policy, turn: Turn) -> tuple[Alarm, ...]:
    """All that is still to be said of this turn, each with the first moment at which it is true.

    A breach makes the warning of its clock pointless: nobody is warned of what has happened.
    """
    claim, promise = claim_lapses_at(policy, turn), running_promise(turn)
    return (*_clock_alarms(policy, turn), *_past("claim", claim), *_past("promise", promise))


def next_alarm_at(policy: Policy, turn: Turn) -> datetime | None:
    """The earliest moment at which `CheckClocks` finds something; None when nothing is left to say.

    Give it the item's last turn even if that has ended, since a promise may outlive its turn.
    """
    return min((alarm.at for alarm in alarms(policy, turn)), default=None)


def rank_due(item: Item) -> datetime | None:
    """What is due first: a running clock of the open turn, the network's closing reply window, a running promise."""
    last = item.turns[-1] if item.turns else None
    if last is None:
        return None
    times = [running_promise(last)]
    if last.ended_at is None:
        times += [item.reply_until, *[due_at(last, clock) for clock in running_clocks(last)]]
    return min([at for at in times if at is not None], default=None)


def _clock_alarms(policy: Policy, turn: Turn) -> Iterator[Alarm]:
    for clock in running_clocks(turn):
        if clock in turn.breached:
            continue
        if clock not in turn.warned:
            yield Alarm("warn", warn_at(policy, turn, clock), clock)
        yield Alarm("breach", due_at(turn, clock) + TICK, clock)


def _past(what: Literal["claim", "promise"], limit: datetime | None) -> tuple[Alarm, ...]:
    return () if limit is None else (Alarm(what, limit + TICK),)


def _share(policy: Policy, target: Target, start: datetime, due: datetime) -> datetime | None:
    """When `warn_share` of the time between has gone. None: the calendar has no business time there, since it changed
    meanwhile or never opens; then wall time counts."""
    if target.round_the_clock:
        whole = (due - start).total_seconds()
        return start.astimezone(UTC) + timedelta(seconds=whole * policy.warn_share) if whole > 0 else None
    return calendars.share(policy.calendar, start, due, policy.warn_share)


def _after(policy: Policy, target: Target, start: datetime, seconds: float) -> datetime:
    try:
        return calendars.due(policy.calendar, start, seconds, round_the_clock=target.round_the_clock)
    except calendars.CalendarNeverOpens:
        # Refused when a policy is saved; should one slip through, an author still does not wait for ever.
        return calendars.due(policy.calendar, start, seconds, round_the_clock=True)
