"""What a report counts. Pure: turns and messages in, figures out, by the rules of the figures' page.

A test holds these figures to those of the page, for the same turns at the same moment. Days are the brand's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from inbox.views.export import TurnRow
from inbox.views.figures import ClockFigures, Group, Promises
from inbox.views.spread import AGES_S, BOUNDS_S, SHARES

Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing")
Clock = Literal["ack", "response"]


@dataclass(frozen=True, slots=True)
class Heard:
    """One message of an author."""

    received_at: datetime
    channel_id: str
    sentiment: str | None


@dataclass(frozen=True, slots=True)
class Day:
    """Messages that came and their mood, turns that began and how fast they were acknowledged, who waited at its
    end."""

    day: date
    messages: int
    negative: int
    positive: int
    turns: int
    ack_p50_s: float | None
    ack_p90_s: float | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Times:
    """As `inbox.views.spread.Times`."""

    steps: tuple[int, ...]
    percentiles: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """`once_ended`, `reopened`: as `inbox.views.figures.Back`; None in a report that was made before they were
    counted."""

    total: Group
    by_channel: Mapping[str, Group]
    by_priority: Mapping[int, Group]
    by_language: Mapping[str, Group]
    by_hour: Mapping[int, Group]
    by_member: Mapping[int, Group]
    promises: Promises
    ended: int
    came_back: int
    ack: Times
    response: Times
    messages: int
    negative: int
    days: tuple[Day, ...]
    ages: tuple[int, ...]
    once_ended: int | None = None
    reopened: int | None = None


def tally(
    rows: Sequence[TurnRow], heard: Sequence[Heard], first: date, last: date, zone: ZoneInfo, at: datetime
) -> Tally:
    """Of the days `first` to `last`, as things stood at `at`. `rows` may hold turns of other days too: those count in
    the backlog only."""
    own = [row for row in rows if first <= _day(row.started_at, zone) <= last]
    came = [one for one in heard if first <= _day(one.received_at, zone) <= last]
    ended = [row for row in own if row.ended_as in {"responded", "closed"}]
    reopened = [row for row in own if row.reopened_at is not None and row.ended_as != "withdrawn"]
    return Tally(
        total=group(own), by_channel=_by(own, lambda row: row.channel_id), by_priority=_by(own, lambda r: r.priority),
        by_language=_by(own, lambda row: row.lang or ""),
        by_hour=_by(own, lambda row: row.started_at.astimezone(zone).hour),
        by_member=_by_member(own), promises=_promises(own), ended=len(ended),
        came_back=sum(row.came_back for row in ended), ack=_times(own, "ack"), response=_times(own, "response"),
        messages=len(came), negative=sum(one.sentiment == "negative" for one in came),
        days=_days(rows, own, came, first, min(last, _day(at, zone)), zone), ages=_ages(rows, at),
        once_ended=len(ended) + sum(row.ended_as is None for row in reopened), reopened=len(reopened),
    )  # fmt: skip


def group(rows: Sequence[TurnRow]) -> Group:
    return Group(len(rows), _clock(rows, "ack"), _clock(rows, "response"))


def percentile(values: Sequence[float], share: float) -> float | None:
    """Between the two nearest, as PostgreSQL's `percentile_cont`; None of nothing. `values` in order."""
    if not values:
        return None
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def _clock(rows: Iterable[TurnRow], clock: Clock) -> ClockFigures:
    rows = list(rows)
    counts = {name: sum(getattr(row, clock) == name for row in rows) for name in ("met", "missed", "running", "void")}
    seconds = sorted(s for row in rows if getattr(row, clock) != "void" and (s := _seconds(row, clock)) is not None)
    return ClockFigures(**counts, p50_s=percentile(seconds, 0.5), p90_s=percentile(seconds, 0.9))


def _seconds(row: TurnRow, clock: Clock) -> float | None:
    at = row.acknowledged_at if clock == "ack" else row.responded_at
    return None if at is None else (at - row.started_at).total_seconds()


def _by(rows: Iterable[TurnRow], key: Callable[[TurnRow], Key]) -> dict[Key, Group]:
    found: dict[Key, list[TurnRow]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return {name: group(found[name]) for name in sorted(found)}  # type: ignore[type-var]  # text or numbers, all of one kind


def _by_member(rows: Sequence[TurnRow]) -> dict[int, Group]:
    """A turn counts for who acknowledged it and for who answered it, each by the clock that they stopped."""
    members = {row.acknowledged_by for row in rows} | {row.responded_by for row in rows}
    found = {}
    for member in sorted(member for member in members if member is not None):
        acked = [row for row in rows if row.acknowledged_by == member]
        answered = [row for row in rows if row.responded_by == member]
        turns = {(row.item_id, row.turn) for row in (*acked, *answered)}
        found[member] = Group(len(turns), _clock(acked, "ack"), _clock(answered, "response"))
    return found


def _promises(rows: Sequence[TurnRow]) -> Promises:
    open_ones = [row for row in rows if row.promise_kept_at is None and not row.promise_broken]
    running = [r for r in open_ones if r.promise_until is not None and r.ended_as not in {"withdrawn", "closed"}]
    kept = sum(row.promise_kept_at is not None for row in rows)
    return Promises(kept, sum(row.promise_broken for row in rows), len(running))


def _times(rows: Iterable[TurnRow], clock: Clock) -> Times:
    stopped = [_seconds(row, clock) for row in rows if row.ended_as != "withdrawn"]
    seconds = sorted(value for value in stopped if value is not None)
    percentiles = [percentile(seconds, share) for share in SHARES]
    return Times(_steps(seconds, BOUNDS_S), tuple(value for value in percentiles if value is not None))


def _steps(values: Iterable[float], bounds: Sequence[int]) -> tuple[int, ...]:
    counts = [0] * (len(bounds) + 1)
    for value in values:
        counts[bisect_right(bounds, value)] += 1
    return tuple(counts)


def _ages(rows: Iterable[TurnRow], at: datetime) -> tuple[int, ...]:
    return _steps([(at - row.started_at).total_seconds() for row in rows if row.ended_at is None], AGES_S)


def _days(
    rows: Sequence[TurnRow], own: Sequence[TurnRow], came: Sequence[Heard], first: date, last: date, zone: ZoneInfo
) -> tuple[Day, ...]:
    spans = [(_day(row.started_at, zone), None if row.ended_at is None else _day(row.ended_at, zone)) for row in rows]
    begun, moods = _by_day(own, lambda row: row.started_at, zone), _by_day(came, lambda one: one.received_at, zone)
    found = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        ack = _clock(begun.get(day, ()), "ack")
        mood = [one.sentiment for one in moods.get(day, ())]
        waiting = sum(start <= day and (end is None or end > day) for start, end in spans)
        turns, negative, positive = len(begun.get(day, ())), mood.count("negative"), mood.count("positive")
        found.append(Day(day, len(mood), negative, positive, turns, ack.p50_s, ack.p90_s, waiting))
    return tuple(found)


def _by_day(things: Iterable[Thing], at: Callable[[Thing], datetime], zone: ZoneInfo) -> dict[date, list[Thing]]:
    found: dict[date, list[Thing]] = {}
    for thing in things:
        found.setdefault(_day(at(thing), zone), []).append(thing)
    return found


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
