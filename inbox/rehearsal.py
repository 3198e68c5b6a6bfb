"""What a policy would mean, tried on moments that people argue about: now, just before closing, and while closed.

Pure. `rehearse` counts with the very functions that start the clocks of a turn (`calendars.due`), so that what a lead
is shown before saving is what will happen afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import holidays

from inbox import calendars
from inbox.policy import Calendar, Policy

When = Literal["now", "before_closing", "closed"]

STEP = timedelta(minutes=10)
SEARCHED = timedelta(days=15)
LONG_CLOSED = timedelta(hours=24)
"""A closing worth showing: the next of those after which nobody works for so long, else the next of all."""
ENGLISH = "en_US"
"""Of the library's."""
A_YEAR = 366


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A message that arrives `at` (UTC), and by priority when it would have to be acknowledged and answered (UTC)."""

    when: When
    at: datetime
    due: Mapping[int, tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class DayOff:
    """`name`: the public holiday's, or what the brand calls its own day off; None where it has no name. `lang`: which
    language a name is in that is not known in the reader's (BCP 47); None where it is theirs, or the brand's own."""

    day: date
    name: str | None
    lang: str | None = None


def rehearse(policy: Policy, now: datetime) -> list[Rehearsed]:
    """Raises CalendarNeverOpens, as a turn would."""
    return [Rehearsed(when, at, _due(policy, at)) for when, at in _arrivals(policy.calendar, now)]


def _due(policy: Policy, at: datetime) -> dict[int, tuple[datetime, datetime]]:
    def end(seconds: int, round_the_clock: bool) -> datetime:
        return calendars.due(policy.calendar, at, seconds, round_the_clock=round_the_clock)

    return {
        priority: (end(target.ack_s, target.round_the_clock), end(target.response_s, target.round_the_clock))
        for priority, target in sorted(policy.targets.items())
    }


def _arrivals(calendar: Calendar, now: datetime) -> Iterator[tuple[When, datetime]]:
    yield "now", now
    closings = list(_closings(calendar, now))
    if not closings:  # open round the clock, or never
        return
    closes, opens = next((one for one in closings if one[1] - one[0] >= LONG_CLOSED), closings[0])
    yield "before_closing", closes - STEP
    yield "closed", closes + (opens - closes) / 2


def _closings(calendar: Calendar, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Each moment, to the ten minutes, at which the brand closes, and the one at which it opens again."""
    at = now.replace(minute=now.minute // 10 * 10, second=0, microsecond=0) + STEP
    while at < now + SEARCHED:
        opens = calendars.next_opening(calendar, at)
        if opens is None:
            return
        if opens > at and calendars.is_open(calendar, at - STEP):
            yield at, opens
        at = max(at + STEP, opens)


def holidays_ahead(holidays_of: str | None, since: date, lang: str) -> list[DayOff]:
    """The public holidays of a year from a day on, in order; none where no country is given."""
    coming = sorted(_holidays(holidays_of, since, lang).items())
    return [one for day, one in coming if since <= day < since + timedelta(days=A_YEAR)]


def days_off(calendar: Calendar, since: date, most: int, lang: str) -> list[DayOff]:
    """The next days of a year on which the brand is closed though it is no weekend; names in `lang` where known."""
    public = _holidays(calendar.holidays_of, since, lang)
    found = {day: one for day, one in public.items() if day not in calendar.open_on_holidays}
    for day in calendar.closed:
        own = calendar.names.get(day)
        found[day] = DayOff(day, own) if own or day not in public else public[day]
    worked = {span.weekday for span in calendar.spans} or set(range(7))
    coming = (day for day in sorted(found) if since <= day < since + timedelta(days=A_YEAR))
    return [found[day] for day in coming if day.weekday() in worked][:most]


@dataclass(frozen=True, slots=True)
class OpenDay:
    """`open`: UTC, in order; none where it is closed. `off`: the day off that closes it. `moved`: by how
    much clocks are put forward on this day."""

    day: date
    open: tuple[tuple[datetime, datetime], ...]
    off: DayOff | None
    moved: timedelta

    @property
    def lasts(self) -> timedelta:
        """What business time it holds: an hour less where clocks are put forward while it is open."""
        return sum((closes - opens for opens, closes in self.open), timedelta(0))


def fortnight(calendar: Calendar, now: datetime, lang: str) -> list[OpenDay]:
    """The next fourteen days of the calendar's own zone, today first."""
    first = today(calendar, now)
    days = [first + timedelta(days=n) for n in range(14)]
    worked = {span.weekday for span in calendar.spans} or set(range(7))
    off = {one.day: one for one in days_off(calendar, first, 14, lang) if one.day.weekday() in worked}
    return [
        OpenDay(day, calendars.opening_hours(calendar, day), off.get(day), _moved(calendar, day)) for day in days
    ]  # fmt: skip


def _moved(calendar: Calendar, day: date) -> timedelta:
    zone = ZoneInfo(calendar.zone)
    begins, ends = (datetime.combine(one, time(0), zone) for one in (day, day + timedelta(days=1)))
    return (ends.utcoffset() or timedelta(0)) - (begins.utcoffset() or timedelta(0))


def _holidays(holidays_of: str | None, since: date, lang: str) -> dict[date, DayOff]:
    """By name in `lang`, else in the country's own language, else in English: never in that of this host, which the
    library would take if it was told none."""
    if holidays_of is None:
        return {}
    country, _, part = holidays_of.partition("-")
    years = (since.year, since.year + 1)
    known = holidays.country_holidays(country, subdiv=part or None, years=years)
    spoken = [name for name in known.supported_languages if name.partition("_")[0] == lang]
    named = [*spoken, *(name for name in (known.default_language, ENGLISH) if name in known.supported_languages)]
    if named:
        known = holidays.country_holidays(country, subdiv=part or None, years=years, language=named[0])
    foreign = None if spoken or not named else named[0].replace("_", "-")
    return {day: DayOff(day, name.replace("'", "\u2019"), foreign) for day, name in known.items()}


def today(calendar: Calendar, now: datetime) -> date:
    """The day of the calendar's own zone."""
    return now.astimezone(ZoneInfo(calendar.zone)).date()
