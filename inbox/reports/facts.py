"""A report's facts: two tallies, of its days and of as many before them, and what names its document uses.

The digest is of the figures alone, ids and no names, in one canonical form: the same period made again from the log as
of the same position has the same digest, whoever was renamed since. The names are kept beside them, so that a document
that was once made stays as it was, byte for byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from pydantic import TypeAdapter

from inbox.reports.gather import Basis, Gathered
from inbox.reports.tally import Tally, tally


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which days of which brand, narrowed or not."""

    brand: int
    zone: str
    first: date
    last: date
    channel: str | None = None
    priority: int | None = None

    @property
    def before(self) -> tuple[date, date]:
        """What it is compared with: the month before a whole month, as many days before others."""
        eve = self.first - timedelta(days=1)
        if self.first.day == 1 and (self.last + timedelta(days=1)).day == 1 and self.first.month == self.last.month:
            return eve.replace(day=1), eve
        return self.first - (self.last - self.first) - timedelta(days=1), eve

    def basis(self, position: int, at: datetime) -> Basis:
        return Basis(
            self.brand,  # type: ignore[arg-type]  # a BrandId, as JSON knows it
            midnight(self.before[0], self.zone), midnight(self.last + timedelta(days=1), self.zone), position, at,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """`position`, `at`: as of where in the log, and as of when."""

    wanted: Wanted
    position: int
    at: datetime
    now: Tally
    before: Tally


@dataclass(frozen=True, slots=True)
class Names:
    """As they were when the report was made."""

    brand: str
    report: str
    channels: Mapping[str, str]
    members: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Facts:
    figures: Figures
    names: Names

    @property
    def digest(self) -> str:
        return digest(self.figures)


_FACTS: TypeAdapter[Facts] = TypeAdapter(Facts)
COUNTED_LATER = ("once_ended", "reopened")


def midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(UTC)


def month_before(day: date) -> tuple[date, date]:
    """The last whole month before a day."""
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def counted(wanted: Wanted, gathered: Gathered, position: int, at: datetime) -> Figures:
    rows = [
        row
        for row in gathered.rows
        if wanted.channel in (None, row.channel_id) and wanted.priority in (None, row.priority)
    ]
    heard = [one for one in gathered.heard if wanted.channel in (None, one.channel_id)]
    zone = ZoneInfo(wanted.zone)
    now, before = (
        tally(rows, heard, first, last, zone, at) for first, last in ((wanted.first, wanted.last), wanted.before)
    )
    return Figures(wanted, position, at, now, before)


def digest(figures: Figures) -> str:
    """What a report did not count yet, when it was made, is not in it: an old one keeps its digest."""
    if figures.now.reopened is not None:
        return hashlib.sha256(_bytes(figures)).hexdigest()
    plain = orjson.loads(_bytes(figures))
    for tally_of in ("now", "before"):
        for name in COUNTED_LATER:
            del plain[tally_of][name]
    return hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()


def as_counted(figures: Figures, then: Figures) -> Figures:
    """These figures with no more in them than a report of `then` had."""
    if then.now.reopened is not None:
        return figures
    later: Mapping[str, Any] = dict.fromkeys(COUNTED_LATER)
    return replace(figures, now=replace(figures.now, **later), before=replace(figures.before, **later))


def dump(facts: Facts) -> bytes:
    return _bytes(facts)


def load(stored: bytes) -> Facts:
    return _FACTS.validate_json(stored)


def _bytes(value: Figures | Facts) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z)
