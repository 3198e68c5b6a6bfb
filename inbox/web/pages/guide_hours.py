"""Business hours as the first steps ask for them: the same on each day that is worked, with a break. Pure.

Whoever needs more (other hours on Saturdays, regions, days off) finds it under "Times and hours"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

from inbox.policy import Calendar, Span
from inbox.web.i18n import N_, Speech
from inbox.web.pages import holiday_words

SIDES = ("from", "to", "from2", "to2")


def fields_of(calendar: Calendar) -> dict[str, str]:
    """What the form shows: the hours of the first day that has any."""
    first = min((span.weekday for span in calendar.spans), default=0)
    spans = [span for span in calendar.spans if span.weekday == first][:2]
    hours = [one.strftime("%H:%M") for span in spans for one in (span.start, span.end)]
    shown = dict.fromkeys(SIDES, "") | dict(zip(SIDES, hours, strict=False))
    shown |= {f"day-{span.weekday}": "yes" for span in calendar.spans}
    country, _ = holiday_words.parted(calendar.holidays_of)
    return shown | {"zone": calendar.zone, "country": country} | ({} if calendar.spans else {"always": "yes"})


def is_even(calendar: Calendar) -> bool:
    """Whether the form can show all there is."""
    days = {span.weekday for span in calendar.spans}
    hours = {tuple((s.start, s.end) for s in calendar.spans if s.weekday == day) for day in days}
    return len(hours) <= 1 and all(len(one) <= 2 for one in hours)


def calendar_of(fields: Mapping[str, str], calendar: Calendar, say: Speech) -> tuple[Calendar | None, dict[str, str]]:
    """`calendar` with what was filled in, or None and what is wrong with which field."""
    days = [day for day in range(7) if fields.get(f"day-{day}") == "yes"]
    spans, fault = _spans(fields, days) if fields.get("always") != "yes" else ((), None)
    errors = {"hours": say(fault)} if fault else {}
    try:
        country = holiday_words.joined(fields.get("country", ""), holiday_words.parted(calendar.holidays_of)[1])
    except ValueError:
        return None, errors | {"country": say("No public holidays are known for this country.")}
    try:
        changed = Calendar.model_validate(
            {**calendar.model_dump(), "zone": fields.get("zone", ""), "spans": spans, "holidays_of": country}
        )
    except ValueError:
        return None, errors | {"zone": say("There is no time zone of that name.")}
    return (None, errors) if errors else (changed, {})


def _spans(fields: Mapping[str, str], days: list[int]) -> tuple[tuple[Span, ...], str | None]:
    if not days:
        return (), N_("Choose at least one day, or say that you are always there.")
    given = [fields.get(side, "").strip() for side in SIDES]
    pairs = [pair for pair in (given[:2], given[2:]) if any(pair)]
    try:
        hours = [(time.fromisoformat(start), time.fromisoformat(end)) for start, end in pairs]
        spans = tuple(Span(weekday=day, start=start, end=end) for day in days for start, end in hours)
    except ValueError:
        spans = ()
    return spans, None if spans else N_("Give both hours, such as 09:00 and 18:30.")
