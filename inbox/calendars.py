"""Business time: when a brand is open, and what moment lies so many open seconds after another.

Opening hours are wall times of the calendar's zone, but business time is elapsed real time, so a span over the hour
that spring leaves out is an hour shorter, and one over the hour that autumn repeats an hour longer. One rule covers
both: a wall time means the first instant at which a clock on that wall shows it or later. A span that runs past
midnight belongs to the day it starts on, and that day alone decides whether a holiday closes it.

All instants are aware; what is returned is UTC. Everything is exact to the microsecond.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import holidays

from inbox.policy import Calendar, Span

LOOK_AHEAD_DAYS = 400
"""A calendar that stays shut for so many days never opens, as far as anybody who waits is concerned."""

WHOLE_DAYS = tuple(Span(weekday=day, start=time(0), end=time(0)) for day in range(7))
BLOCK_DAYS = 16
WEEKS_AHEAD = 2
DAY = timedelta(days=1)
NO_TIME = timedelta(0)

Stretch = tuple[datetime, datetime]


class CalendarNeverOpens(ValueError):
    """No opening within `LOOK_AHEAD_DAYS`."""


def due(calendar: Calendar, start: datetime, seconds: float, *, round_the_clock: bool = False) -> datetime:
    """The moment when `seconds` of business time have gone since `start`; `start` itself for none or less.

    Raises CalendarNeverOpens. With `round_the_clock` the calendar does not matter.
    """
    left = timedelta(seconds=seconds)
    start = start.astimezone(UTC)
    if left <= NO_TIME:
        return start
    if round_the_clock:
        return start + left
    near = _nearby(calendar, start.toordinal() // BLOCK_DAYS).due(start, left)
    if near is not None:
        return near
    for opens, closes in _openings(calendar, start):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    raise CalendarNeverOpens(f"the calendar stays closed for {LOOK_AHEAD_DAYS} days")


def elapsed(calendar: Calendar, start: datetime, end: datetime, *, round_the_clock: bool = False) -> float:
    """Seconds of business time between the two; 0 where `end` is not after `start`."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if end <= start:
        return 0.0
    if round_the_clock:
        return (end - start).total_seconds()
    near = _nearby(calendar, start.toordinal() // BLOCK_DAYS).elapsed(start, end)
    if near is not None:
        return near.total_seconds()
    gone = NO_TIME
    for opens, closes in _openings(calendar, start):
        if opens >= end:
            break
        gone += min(closes, end) - opens
    return gone.total_seconds()


def share(calendar: Calendar, start: datetime, end: datetime, part: float) -> datetime | None:
    """The moment when this part of the business time between the two has gone; None where there is none between.

    The same as `due` of a part of `elapsed`, at half the price.
    """
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    near = _nearby(calendar, start.toordinal() // BLOCK_DAYS).share(start, end, part)
    if near is not None:
        return near
    whole = elapsed(calendar, start, end)
    return due(calendar, start, whole * part) if whole else None


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether `at` is business time. A span is open at its first instant and closed at its last."""
    return next_opening(calendar, at) == at


def next_opening(calendar: Calendar, at: datetime) -> datetime | None:
    """The first open instant from `at` on (`at` itself when it is open), None when the calendar never opens again."""
    return next((opens for opens, _ in _openings(calendar, at.astimezone(UTC))), None)


def opening_hours(calendar: Calendar, day: date) -> tuple[Stretch, ...]:
    """When the brand is open by the hours of this local day, in order and disjoint (UTC). What began the day before
    and runs past midnight belongs to that one."""
    found = list[Stretch]()
    for opens, closes in _stretches(calendar, day):
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(closes, found[-1][1]))
        else:
            found.append((opens, closes))
    return tuple(found)


def check_holidays_of(code: str) -> None:
    """Raises ValueError for a country ("FR") or subdivision ("DE-BY") whose holidays nobody here knows."""
    try:
        _days_off(code, 2025)
    except NotImplementedError as error:
        raise ValueError(f"no holidays are known for {code!r}") from error


def _openings(calendar: Calendar, since: datetime) -> Iterator[Stretch]:
    """Open stretches from `since` on, in order and disjoint; ends when none came for `LOOK_AHEAD_DAYS`."""
    # A span of the day before may still be open, and a zone may be a day away from UTC.
    day = since.astimezone(ZoneInfo(calendar.zone)).date() - 2 * DAY
    until, last_open = since, day
    while day - last_open <= (LOOK_AHEAD_DAYS + 2) * DAY:
        for opens, closes in _stretches(calendar, day):
            if closes > until:
                yield max(opens, until), closes
                until, last_open = closes, day
        day += DAY


class _Table:
    """Open stretches of some weeks, in order and disjoint, with the business time gone before each begins: what lies
    within is found by bisection. None where the answer lies beyond; then the days are walked one by one."""

    def __init__(self, stretches: Sequence[Stretch], until: datetime) -> None:
        self._until = until
        self._opens = [opens for opens, _ in stretches]
        self._closes = [closes for _, closes in stretches]
        self._upto = list(accumulate((closes - opens for opens, closes in stretches), initial=NO_TIME))

    def due(self, start: datetime, left: timedelta) -> datetime | None:
        return self._when(self._gone(start) + left)

    def _when(self, goal: timedelta) -> datetime | None:
        """The first moment by which so much business time has gone since the first stretch of the table."""
        place = bisect_left(self._upto, goal) - 1
        return None if place >= len(self._opens) else self._opens[place] + (goal - self._upto[place])

    def elapsed(self, start: datetime, end: datetime) -> timedelta | None:
        return None if end > self._until else self._gone(end) - self._gone(start)

    def share(self, start: datetime, end: datetime, part: float) -> datetime | None:
        """None also where nothing lies between the two."""
        if end > self._until or end <= start:
            return None
        before = self._gone(start)
        left = timedelta(seconds=(self._gone(end) - before).total_seconds() * part)
        return self._when(before + left) if left > NO_TIME else None

    def _gone(self, at: datetime) -> timedelta:
        """Business time from the first stretch of the table to `at`."""
        place = bisect_right(self._opens, at) - 1
        return NO_TIME if place < 0 else self._upto[place] + (min(at, self._closes[place]) - self._opens[place])


@lru_cache(maxsize=1024)
def _nearby(calendar: Calendar, block: int) -> _Table:
    """What opens around the days of one block (UTC), and in the weeks after."""
    first = date.fromordinal(max(block * BLOCK_DAYS, 4)) - 3 * DAY
    days = [first + n * DAY for n in range(3 + BLOCK_DAYS + WEEKS_AHEAD * 7)]
    found, until = list[Stretch](), datetime.combine(first, time(0), UTC) - DAY
    for opens, closes in (stretch for day in days for stretch in _stretches(calendar, day)):
        if closes > until:
            found.append((max(opens, until), closes))
            until = closes
    # Whatever the zone, by this moment no day after the last of ours has begun.
    return _Table(found, datetime.combine(days[-1] - DAY, time(0), UTC))


@lru_cache(maxsize=8192)
def _stretches(calendar: Calendar, day: date) -> tuple[Stretch, ...]:
    """What opens on this local day, as UTC, in order; stretches may overlap."""
    if _is_day_off(calendar, day):
        return ()
    zone = ZoneInfo(calendar.zone)
    spans = calendar.spans or WHOLE_DAYS
    found = (_stretch(span, day, zone) for span in spans if span.weekday == day.weekday())
    return tuple(sorted(stretch for stretch in found if stretch[0] < stretch[1]))


def _stretch(span: Span, day: date, zone: ZoneInfo) -> Stretch:
    last = day if span.end > span.start else day + DAY
    return _instant(datetime.combine(day, span.start), zone), _instant(datetime.combine(last, span.end), zone)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) at which a clock on the wall shows `wall` or later."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return first
    # The wall time is left out. Python reads it with the offset before (`first`) and after (`second`) the change, and
    # the change itself lies between the two, at a whole second.
    start = second.replace(microsecond=0)
    seconds = range(int((first - start).total_seconds()) + 2)
    shown = bisect_left(seconds, True, key=lambda s: _wall(start + timedelta(seconds=s), zone) >= wall)
    return start + timedelta(seconds=shown)


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _is_day_off(calendar: Calendar, day: date) -> bool:
    """`closed` is final; `open_on_holidays` stands against the public holidays only."""
    if day in calendar.closed:
        return True
    if calendar.holidays_of is None or day in calendar.open_on_holidays:
        return False
    return day in _days_off_or_none(calendar.holidays_of, day.year)


def _days_off_or_none(code: str, year: int) -> frozenset[date]:
    # A code is checked when a policy is saved. Should a later release of the library drop it, old items still fold.
    try:
        return _days_off(code, year)
    except NotImplementedError:
        return frozenset()


@lru_cache(maxsize=1024)
def _days_off(code: str, year: int) -> frozenset[date]:
    country, _, subdivision = code.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
