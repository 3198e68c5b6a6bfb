"""The figures of a period: how fast we acknowledged and answered, and whom we left waiting.

Counted are the turns that started in the period, by the rule of `inbox.sla.outcome`: an open turn past its due is
missed, one that its author withdrew is neither met nor missed, and nobody drops out by not being answered. p50 and p90
are wall seconds over the clocks that were stopped; shares are over all that came due. "Now" figures have no period.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from inbox.ids import BrandId
from inbox.log.store import Connection
from inbox.sql import beside
from inbox.views import buckets
from inbox.views.export import TurnRow, csv, turn_rows
from inbox.views.figures import ClockFigures, Figures, Group, Promises, Slice
from inbox.views.queue import snapshot
from inbox.views.stored import load_row

__all__ = ["ClockFigures", "Figures", "Group", "Promises", "Slice", "TurnRow", "csv", "figures", "turn_rows"]

sql = beside(__file__, "sla.sql")

MOST_OVERDUE = 200


async def figures(
    connection: Connection,
    brand: BrandId,
    start: datetime,
    end: datetime,
    *,
    channel: str | None = None,
    priority: int | None = None,
    member: int | None = None,
    now: datetime,
) -> Figures:
    """Of the turns that started in [start, end). `member`: whose acknowledgement or answer; now: whose items."""
    which = (brand, start, end, channel, priority, member)
    bucket = buckets.size(start, end)
    async with snapshot(connection):
        zone = await connection.fetchval(sql.zone, brand) or "UTC"
        clocks = await connection.fetch(sql.clocks, *which, now, zone)
        members = await connection.fetch(sql.members, *which, now)
        promised = await connection.fetchrow(sql.promises, *which)
        volume = await connection.fetch(sql.volume, brand, start, end, channel, bucket, zone)
        pace = await connection.fetch(sql.pace, *which, bucket, zone)
        waiting = await connection.fetchrow(sql.now, brand, channel, priority, member, now)
        late = await connection.fetch(sql.overdue, brand, channel, priority, member, now, MOST_OVERDUE)
    assert promised is not None
    assert waiting is not None
    return Figures(
        start, end, now, zone, bucket,
        total=next(_group(row) for row in clocks if row["by"] == "all"),
        by_channel=_by("channel", clocks), by_priority=_by("priority", clocks), by_hour=_by("hour", clocks),
        by_language=_by("lang", clocks), by_member=_by_member(members),
        open_now=waiting["open"], unacknowledged_now=waiting["unacknowledged"], overdue_now=waiting["overdue"],
        overdue=tuple(load_row(row["card"]).as_of(now) for row in late),
        slices=_slices(volume, pace, buckets.starts(start, end, bucket, ZoneInfo(zone))),
        promises=Promises(**promised),
    )  # fmt: skip


def _by(name: str, clocks: Sequence[asyncpg.Record]) -> dict[Any, Group]:
    found = {row[name]: _group(row) for row in clocks if row["by"] == name}
    return dict(sorted(found.items()))


def _group(row: asyncpg.Record) -> Group:
    return Group(row["turns"], _clock(row, "ack"), _clock(row, "response"))


def _clock(row: asyncpg.Record, clock: str) -> ClockFigures:
    met, missed, running, void = (row[f"{clock}_{outcome}"] for outcome in ("met", "missed", "running", "void"))
    return ClockFigures(met, missed, running, void, *_percentiles(row[f"{clock}_seconds"]))


def _percentiles(values: list[float] | None) -> tuple[float | None, float | None]:
    return (None, None) if values is None or values[0] is None else (values[0], values[1])


def _by_member(rows: Sequence[asyncpg.Record]) -> dict[int, Group]:
    """A row a member and clock, and one without a clock for all turns of the member."""
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        stopped = ClockFigures(row["met"], row["missed"], 0, row["void"], *_percentiles(row["seconds"]))
        said = {"turns": row["turns"]} if row["clock"] is None else {row["clock"]: stopped}
        found.setdefault(row["member"], {}).update(said)
    return {member: Group(**said) for member, said in sorted(found.items())}


def _slices(
    volume: Sequence[asyncpg.Record], pace: Sequence[asyncpg.Record], starts: Sequence[datetime]
) -> tuple[Slice, ...]:
    """Every hour or day of the period, empty ones too."""
    found: dict[datetime, dict[str, Any]] = {at: {"starts_at": at} for at in starts}
    for row in volume:
        found.setdefault(row["starts_at"], {}).update(row)
    for row in pace:
        ack, response = _percentiles(row["ack_seconds"]), _percentiles(row["response_seconds"])
        found.setdefault(row["starts_at"], {}).update(
            starts_at=row["starts_at"], turns=row["turns"], ack_p50_s=ack[0], ack_p90_s=ack[1],
            response_p50_s=response[0], response_p90_s=response[1],
        )  # fmt: skip
    return tuple(Slice(**fields) for _, fields in sorted(found.items()))
