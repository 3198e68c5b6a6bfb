"""Public holidays on which a brand works, as a part of the form of times and hours. Pure.

Those of the coming year are ticked by name (`work-2026-12-25`); further days (`worked-0`, …) are given as dates:
holidays that lie farther off or have gone by, and those that the library does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from inbox import rehearsal
from inbox.web.i18n import N_, Speech
from inbox.web.pages import holiday_words

DAY_BAD = N_("Give a day, such as 2026-12-24.")
MOST = 100
EMPTY = 1
TICK, OWN = "work-", "worked-"


@dataclass(frozen=True, slots=True)
class Holiday:
    """`field`: the name of its box. `day`: with its weekday, as the reader's language writes it. `lang`: of a name
    that is not known in theirs."""

    field: str
    day: str
    name: str
    lang: str | None
    ticked: bool


@dataclass(frozen=True, slots=True)
class Worked:
    """`own`: what stands in the fields for further days, the last of them empty."""

    holidays: tuple[Holiday, ...]
    own: tuple[str, ...]


def read(fields: Mapping[str, str], errors: dict[str, str]) -> tuple[date, ...]:
    """What is ticked and what is given beside, each day once. A box's name that holds no day is nobody's."""
    found = {day for name in fields if name.startswith(TICK) and (day := _day(name.removeprefix(TICK)))}
    for name, text in _own(fields).items():
        if day := _day(text):
            found.add(day)
        else:
            errors[name] = DAY_BAD
    return tuple(sorted(found))


def shown(fields: Mapping[str, str], today: date, say: Speech) -> Worked:
    """Of the country and region in the form. What is a holiday of theirs is ticked, wherever it was given."""
    try:
        holidays_of = holiday_words.joined(fields.get("country", ""), fields.get("region", ""))
    except ValueError:
        holidays_of = None
    given = _own(fields)
    ticked = {name.removeprefix(TICK) for name in fields if name.startswith(TICK)} | set(given.values())
    found = tuple(
        Holiday(
            TICK + one.day.isoformat(),
            say.weekday(one.day, year=True),
            one.name or "",
            one.lang,
            one.day.isoformat() in ticked,
        )
        for one in rehearsal.holidays_ahead(holidays_of, today, say.lang)
    )
    listed = {one.field.removeprefix(TICK) for one in found}
    own = [text for text in given.values() if text not in listed]
    empty = EMPTY + (fields.get("more") == "worked")
    return Worked(found, tuple([*own, *[""] * empty][:MOST]))


def _own(fields: Mapping[str, str]) -> dict[str, str]:
    given = {f"{OWN}{n}": fields.get(f"{OWN}{n}", "").strip() for n in range(MOST)}
    return {name: text for name, text in given.items() if text}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
