"""The business calendar as a part of the form of times and hours: to its fields and back. Pure.

A day of one's own that is off may stand for several ("1 to 15 August"): the log holds each of them, under its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from typing import Any

from inbox.policy import MOST_NAME, Calendar
from inbox.web.i18n import N_, Speech
from inbox.web.pages import holiday_words, worked

LEAST_SPANS = 2
MOST_SPANS = 12
LEAST_OFF = 2
MOST_OFF = 60
LONGEST_OFF = timedelta(days=92)
DAY = timedelta(days=1)

HOURS_BAD = N_("Give both hours, such as 09:00 and 18:30.")
OFF_BAD = N_("Give the first day off; the last one, if there is one, lies after it, within three months.")


def fields_of(calendar: Calendar) -> dict[str, str]:
    country, region = holiday_words.parted(calendar.holidays_of)
    shown = {
        "zone": calendar.zone, "country": country, "region": region,
        **{f"worked-{n}": day.isoformat() for n, day in enumerate(sorted(calendar.open_on_holidays))},
    }  # fmt: skip
    for weekday in range(7):
        spans = [span for span in calendar.spans if span.weekday == weekday]
        for index, span in enumerate(spans):
            shown[f"span-{weekday}-{index}-start"] = span.start.strftime("%H:%M")
            shown[f"span-{weekday}-{index}-end"] = span.end.strftime("%H:%M")
    for index, (first, last, name) in enumerate(_off(calendar)):
        shown |= {f"off-{index}-from": first.isoformat(), f"off-{index}-name": name}
        shown[f"off-{index}-to"] = last.isoformat() if last > first else ""
    return shown


def _off(calendar: Calendar) -> Iterator[tuple[date, date, str]]:
    """Own days off, in order; those of one name that follow one another are one."""
    begun: tuple[date, date, str] | None = None
    for day in sorted(calendar.closed):
        name = calendar.names.get(day, "")
        if begun and name and (begun[1] + DAY, begun[2]) == (day, name) and day - begun[0] < LONGEST_OFF:
            begun = (begun[0], day, name)
            continue
        if begun:
            yield begun
        begun = (day, day, name)
    if begun:
        yield begun


def spans_shown(fields: Mapping[str, str], more: str = "") -> list[int]:
    """How many spans to offer for each weekday: two, or one more than are filled in; for the day `more` yet one."""

    def filled(weekday: int) -> int:
        used = [
            i for i in range(MOST_SPANS) if any(fields.get(f"span-{weekday}-{i}-{side}") for side in ("start", "end"))
        ]
        return max(used, default=-1) + 1

    wanted = (max(LEAST_SPANS, filled(day) + 1) + (more == f"day-{day}") for day in range(7))
    return [min(one, MOST_SPANS) for one in wanted]


def off_shown(fields: Mapping[str, str], more: str = "") -> int:
    """How many rows to offer for own days off: two that are empty, at the least."""
    used = [i for i in range(MOST_OFF) if any(fields.get(f"off-{i}-{side}") for side in ("from", "to", "name"))]
    return min(max(used, default=-1) + 1 + LEAST_OFF * (2 if more == "off" else 1), MOST_OFF)


def read(fields: Mapping[str, str], say: Speech) -> tuple[dict[str, Any], dict[str, str]]:
    """What a `Calendar` is made of, and what is wrong with which field."""
    errors: dict[str, str] = {}
    closed, names = _days_off(fields, errors)
    raw = {
        "zone": fields.get("zone", ""), "spans": list(_spans(fields, errors)), "closed": tuple(closed), "names": names,
        "holidays_of": _country(fields, errors), "open_on_holidays": worked.read(fields, errors),
    }  # fmt: skip
    return raw, {field: say(message) for field, message in errors.items()}


def _spans(fields: Mapping[str, str], errors: dict[str, str]) -> Iterator[dict[str, Any]]:
    for weekday in range(7):
        for index in range(MOST_SPANS):
            start, end = (fields.get(f"span-{weekday}-{index}-{side}", "").strip() for side in ("start", "end"))
            if not start and not end:
                continue
            try:
                yield {"weekday": weekday, "start": time.fromisoformat(start), "end": time.fromisoformat(end)}
            except ValueError:
                errors[f"span-{weekday}"] = HOURS_BAD


def _days_off(fields: Mapping[str, str], errors: dict[str, str]) -> tuple[list[date], dict[date, str]]:
    closed, names = set[date](), dict[date, str]()
    for index in range(MOST_OFF):
        first, last, name = (fields.get(f"off-{index}-{part}", "").strip() for part in ("from", "to", "name"))
        if not first and not last and not name:
            continue
        try:
            days = _between(date.fromisoformat(first), date.fromisoformat(last or first))
        except ValueError:
            errors[f"off-{index}"] = OFF_BAD
            continue
        closed |= set(days)
        names |= dict.fromkeys(days, " ".join(name.split())[:MOST_NAME]) if name else {}
    return sorted(closed), names


def _between(first: date, last: date) -> list[date]:
    if not first <= last < first + LONGEST_OFF:
        raise ValueError(last)
    return [first + n * DAY for n in range((last - first).days + 1)]


def _country(fields: Mapping[str, str], errors: dict[str, str]) -> str | None:
    try:
        return holiday_words.joined(fields.get("country", ""), fields.get("region", ""))
    except ValueError:
        errors["country"] = N_("No public holidays are known for this country.")
        return None
