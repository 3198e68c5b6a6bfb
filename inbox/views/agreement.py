"""How far the classifier and people agree, over time, and how much what comes in has changed.

Counted is what people said of the classifier's readings (`vigie.corrections`, one row an event) in the period, and what
the classifier read of the messages that came in it (`vigie.messages`). People mostly speak up where it was wrong, so
the shares are lower than the truth: they are for comparing one week with the next. Each stands beside what it is of.
"""

from __future__ import annotations

import csv as rfc4180
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import asyncpg

from inbox.ids import BrandId
from inbox.log.store import Connection
from inbox.sql import beside
from inbox.views import buckets
from inbox.views.drift import Drift
from inbox.views.export import BOM, cell
from inbox.views.queue import snapshot
from inbox.views.row import timestamp

sql = beside(__file__, "agreement.sql")

Bucket = Literal["day", "week"]
DAILY_UP_TO = timedelta(days=14)
"""Over longer periods by the week: a share of two or three items a day only jumps."""
UNKNOWN = "?"
"""The language of what the classifier could name none for."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Of a day, a week or the whole. `called_urgent`: items that people put at P1 or P2, or gave a category of level 2
    or 3, and `found` of them those that the classifier's reading had at P1 or P2 by then. `false_alarms`: items it had
    there, and that people marked as not urgent or lowered, of `alarms`, the items it read at level 2 or 3. `same` of
    `categories`: items whose categories people set, and just so as it had them. `languages`: items whose language they
    corrected. `urgency`: the mean, None where nothing was judged."""

    messages: int = 0
    judged: int = 0
    not_assessed: int = 0
    alarms: int = 0
    called_urgent: int = 0
    found: int = 0
    false_alarms: int = 0
    categories: int = 0
    same: int = 0
    languages: int = 0
    urgency: float | None = None

    @property
    def recall(self) -> float | None:
        return share(self.found, self.called_urgent)

    @property
    def unassessed_share(self) -> float | None:
        return share(self.not_assessed, self.judged)


@dataclass(frozen=True, slots=True)
class Piece:
    starts_at: datetime
    counts: Counts


@dataclass(frozen=True, slots=True)
class Category:
    category: str
    both: int
    only_people: int
    only_classifier: int


@dataclass(frozen=True, slots=True)
class Mistaken:
    """`had`: the language the classifier named, empty where it named none."""

    had: str
    said: str
    items: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """`days`: how many of the period have gone. `urgency_before`: mean urgency of the period before."""

    start: datetime
    end: datetime
    now: datetime
    zone: str
    bucket: Bucket
    total: Counts
    pieces: tuple[Piece, ...]
    by_category: tuple[Category, ...]
    mistaken: tuple[Mistaken, ...]
    languages: Drift
    levels: Drift
    urgency_before: float | None

    @property
    def days(self) -> float:
        return max(1.0, (min(self.end, self.now) - self.start) / timedelta(days=1))

    @property
    def false_alarms_a_day(self) -> float:
        return self.total.false_alarms / self.days

    @property
    def category_agreement(self) -> float | None:
        """Of all categories that either named on the items that people corrected, the share that both named:
        P. Jaccard's coefficient (1912), over all items together."""
        both = sum(one.both for one in self.by_category)
        return share(both, both + sum(one.only_people + one.only_classifier for one in self.by_category))

    def to_json(self) -> dict[str, Any]:
        return {
            "from": timestamp(self.start),
            "to": timestamp(self.end),
            "now": timestamp(self.now),
            "zone": self.zone,
            "bucket": self.bucket,
            **_shares(self.total),
            "false_alarms_a_day": self.false_alarms_a_day,
            "category_agreement": self.category_agreement,
            "by_category": [asdict(one) for one in self.by_category],
            "mistaken_languages": [asdict(one) for one in self.mistaken],
            "drift": {
                "language": self.languages.to_json(),
                "level": self.levels.to_json(),
                "urgency_before": self.urgency_before,
            },
            "slices": [{"starts_at": timestamp(piece.starts_at), **_shares(piece.counts)} for piece in self.pieces],
        }


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _shares(counts: Counts) -> dict[str, Any]:
    return {**asdict(counts), "recall": counts.recall, "unassessed_share": counts.unassessed_share}


async def agreement(
    connection: Connection, brand: BrandId, start: datetime, end: datetime, *, now: datetime
) -> Agreement:
    """Of [start, end); drift compares it, as far as it has gone, with the period as long before it."""
    gone = min(end, max(now, start + timedelta(days=1)))
    before = start - (gone - start)
    bucket: Bucket = "day" if end - start <= DAILY_UP_TO else "week"
    async with snapshot(connection):
        zone = await connection.fetchval(sql.zone, brand) or "UTC"
        which = (brand, start, end, bucket, zone)
        readings = await connection.fetch(sql.readings, *which)
        words = await connection.fetch(sql.words, *which)
        categories = await connection.fetch(sql.categories, brand, start, end)
        mistaken = await connection.fetch(sql.languages, brand, start, end)
        mix = await connection.fetch(sql.mix, brand, before, start, gone)
    pieces = _pieces([*readings, *words], starts(start, end, bucket, ZoneInfo(zone)))
    return Agreement(
        start, end, now, zone, bucket, _total([piece.counts for piece in pieces]), pieces,
        tuple(Category(**row) for row in categories), tuple(Mistaken(**row) for row in mistaken),
        languages=_drift(mix, "lang"), levels=_drift(mix, "level"), urgency_before=_mean_before(mix),
    )  # fmt: skip


def _pieces(rows: Iterable[asyncpg.Record], at: Sequence[datetime]) -> tuple[Piece, ...]:
    """Every day or week of the period, empty ones too."""
    found: dict[datetime, dict[str, Any]] = {start: {} for start in at}
    for row in rows:
        given = dict(row)
        found.setdefault(given.pop("starts_at"), {}).update(given)
    return tuple(Piece(start, Counts(**counts)) for start, counts in sorted(found.items()))


def _total(pieces: Sequence[Counts]) -> Counts:
    """Sums; the mean urgency is over messages, not over days."""
    names = [field.name for field in fields(Counts) if field.name != "urgency"]
    sums = {name: sum(getattr(piece, name) for piece in pieces) for name in names}
    weighed = sum(piece.urgency * piece.judged for piece in pieces if piece.urgency is not None)
    return Counts(**sums, urgency=weighed / sums["judged"] if sums["judged"] else None)


def _drift(mix: Sequence[asyncpg.Record], kind: str) -> Drift:
    rows = [row for row in mix if row[f"of_{kind}"]]
    now, before = (
        {UNKNOWN if row[kind] is None else str(row[kind]): row["messages"] for row in rows if row["now"] is is_now}
        for is_now in (True, False)
    )
    return Drift(dict(sorted(now.items())), dict(sorted(before.items())))


def _mean_before(mix: Sequence[asyncpg.Record]) -> float | None:
    whole = (row for row in mix if not row["of_lang"] and not row["of_level"] and not row["now"])
    return next((row["urgency"] for row in whole), None)


def starts(start: datetime, end: datetime, bucket: Bucket, zone: ZoneInfo) -> list[datetime]:
    """When each day or week of the brand's zone begins, as `date_trunc` cuts them: weeks on Monday."""
    if bucket == "day":
        return buckets.starts(start, end, "day", zone)
    first = start.astimezone(zone).date()
    first -= timedelta(days=first.weekday())
    weeks = ((end.astimezone(zone).date() - first).days // 7) + 1
    mondays = (datetime.combine(first + timedelta(weeks=n), time(0), zone).astimezone(UTC) for n in range(weeks))
    return [at for at in mondays if at < end]


def csv(found: Agreement) -> str:
    """A row a day or week: the counts, never a share without what it is of. As the other exports: RFC 4180, a byte
    order mark, no cell that a spreadsheet would run."""
    text = io.StringIO()
    writer = rfc4180.writer(text)
    names = [field.name for field in fields(Counts)]
    writer.writerow(["starts_at", *names])
    for piece in found.pieces:
        writer.writerow([cell(piece.starts_at), *(cell(getattr(piece.counts, name)) for name in names)])
    return BOM + text.getvalue()
