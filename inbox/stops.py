"""Stopping what a brand sends: replies and webhooks wait, nothing is lost, until somebody says go.

A copy that was restored from a backup begins stopped, since nobody knows what was sent after the backup was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from inbox.ids import BrandId
from inbox.log import eras
from inbox.log.store import Log
from inbox.people import audit
from inbox.sql import beside

sql = beside(__file__, "stops.sql")
Reason = Literal["restored", "by_hand"]


@dataclass(frozen=True, slots=True)
class Stop:
    since: datetime
    reason: Reason


async def of_brand(log: Log, brand: BrandId) -> Stop | None:
    row = await log.pool.fetchrow(sql.of_brand, brand)
    return None if row is None else Stop(row["since"], row["reason"])


async def stop(log: Log, brand: BrandId, *, now: datetime) -> None:
    """From now on nothing leaves. Doing it again changes nothing."""
    async with audit.changing(log, brand, "brand", "outbound_stopped", str(brand), by=None, now=now) as connection:
        await connection.execute(sql.stop, brand, now, "by_hand")


async def restored(log: Log, brand: BrandId, *, now: datetime) -> None:
    """The same for a database that was put back to an earlier moment by other means than ours: what its log gives from
    now on is of a new era."""
    async with audit.changing(log, brand, "brand", "outbound_stopped", str(brand), by=None, now=now) as connection:
        await eras.begin(connection, brand, now=now)
        await connection.execute(sql.stop, brand, now, "restored")


async def go(log: Log, brand: BrandId, *, now: datetime) -> None:
    """What waits is sent, at most once each as ever."""
    async with audit.changing(log, brand, "brand", "outbound_resumed", str(brand), by=None, now=now) as connection:
        await connection.execute(sql.go, brand)
