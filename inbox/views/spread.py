"""How the times of a period are spread, how many waited through it, and for how long those wait who wait now.

Beside the figures of `inbox.views.sla`, over the same turns. A time belongs to the step below whose bound it lies; the
last step has none. The backlog counts turns that nobody had answered or closed, whoever they were with, so a member
does not narrow it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from inbox.ids import BrandId
from inbox.log.store import Connection
from inbox.sql import beside
from inbox.views import buckets
from inbox.views.figures import Back
from inbox.views.queue import snapshot

sql = beside(__file__, "spread.sql")

BOUNDS_S = (60, 300, 900, 1800, 3600, 7200, 14400, 28800, 86400)
AGES_S = (3600, 14400, 28800, 86400, 259200, 604800)
SHARES = (0.5, 0.75, 0.9, 0.95, 0.99)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Times:
    """Of one clock. `steps`: how many stopped in each of `BOUNDS_S`, and later. `percentiles`: seconds, for each of
    `SHARES`; empty where none stopped."""

    steps: tuple[int, ...]
    percentiles: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """At the end of an hour or day, or now where that is not over."""

    starts_at: datetime
    waiting: int


@dataclass(frozen=True, slots=True)
class Spread:
    """`ages`: how many wait now for as long as each step of `AGES_S`, and longer."""

    ack: Times
    response: Times
    backlog: tuple[Waiting, ...]
    ages: tuple[int, ...]
    oldest: datetime | None
    back: Back


async def spread(
    connection: Connection, brand: BrandId, start: datetime, end: datetime, *, channel: str | None = None,
    priority: int | None = None, member: int | None = None, now: datetime,
) -> Spread:  # fmt: skip
    """Of the turns that started in [start, end), and of those who waited then and wait now."""
    which = (brand, start, end, channel, priority, member)
    async with snapshot(connection):
        steps = await connection.fetch(sql.steps, *which, BOUNDS_S)
        percentiles = await connection.fetchrow(sql.percentiles, *which, SHARES)
        came_back = await back(connection, *which)
        backlog = await _backlog(connection, which[:5], now)
        ages = await connection.fetch(sql.ages, brand, channel, priority, now, AGES_S)
    assert percentiles is not None
    return Spread(
        ack=_times("ack", steps, percentiles), response=_times("response", steps, percentiles), backlog=backlog,
        ages=_counted(ages, len(AGES_S) + 1), oldest=min((row["oldest"] for row in ages), default=None), back=came_back,
    )  # fmt: skip


async def back(
    connection: Connection, brand: BrandId, start: datetime, end: datetime, channel: str | None, priority: int | None,
    member: int | None,
) -> Back:  # fmt: skip
    """Of the turns that started in [start, end): after which the author wrote again, and which a colleague reopened."""
    row = await connection.fetchrow(sql.came_back, brand, start, end, channel, priority, member)
    assert row is not None
    return Back(**row)


async def waiting_for(
    connection: Connection, brand: BrandId, step: int, *, channel: str | None, priority: int | None, now: datetime,
    limit: int,
) -> list[UUID]:  # fmt: skip
    """Who waits now for as long as this step of `AGES_S` says, the longest wait first."""
    latest = now - timedelta(seconds=AGES_S[step - 1]) if step else now + timedelta(days=1)
    earliest = now - timedelta(seconds=AGES_S[step]) if step < len(AGES_S) else LONG_AGO
    rows = await connection.fetch(sql.waiting_since, brand, earliest, latest, channel, priority, limit)
    return [UUID(int=row["item_id"].int) for row in rows]


async def _backlog(
    connection: Connection, which: tuple[BrandId, datetime, datetime, str | None, int | None], now: datetime
) -> tuple[Waiting, ...]:
    """Who waited at the beginning, then hour by hour or day by day who came and who was served; not the future."""
    brand, start, end, channel, priority = which
    zone = await connection.fetchval(sql.zone, brand) or "UTC"
    bucket = buckets.size(start, end)
    waiting = int(await connection.fetchval(sql.waiting_before, brand, start, channel, priority))
    moved = {row["starts_at"]: row for row in await connection.fetch(sql.moved, *which, bucket, zone)}
    found = []
    for at in buckets.starts(start, min(end, now), bucket, ZoneInfo(zone)):
        if (row := moved.get(at)) is not None:
            waiting += row["came"] - row["went"]
        found.append(Waiting(at, waiting))
    return tuple(found)


def _times(clock: str, steps: Sequence[asyncpg.Record], percentiles: asyncpg.Record) -> Times:
    values: list[Any] = percentiles[clock] or []
    known = tuple(float(value) for value in values if value is not None)
    return Times(_counted([row for row in steps if row["clock"] == clock], len(BOUNDS_S) + 1), known)


def _counted(rows: Sequence[asyncpg.Record], steps: int) -> tuple[int, ...]:
    counts = {row["step"]: row["turns"] for row in rows}
    return tuple(counts.get(step, 0) for step in range(steps))
