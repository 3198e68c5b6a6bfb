"""Having a channel looked at sooner than its turn: the sweep of the networks that are asked finds it due at once."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from inbox.ids import BrandId
from inbox.log.store import Connection
from inbox.sql import beside

sql = beside(__file__, "looks.sql")


async def hint(connection: Connection | asyncpg.Pool, brand: BrandId, channel_id: str, now: datetime) -> None:
    """Something told us that there is news. A channel whose looks fail keeps its pause."""
    await connection.execute(sql.hint, brand, channel_id, now)


async def ask(connection: Connection | asyncpg.Pool, brand: BrandId, channel_id: str, now: datetime) -> None:
    """Somebody wants to know now, perhaps because they have mended what failed."""
    await connection.execute(sql.ask, brand, channel_id, now)


async def last(connection: Connection | asyncpg.Pool, brand: BrandId, channel_id: str) -> datetime | None:
    """When a look last succeeded."""
    found: datetime | None = await connection.fetchval(sql.last, brand, channel_id)
    return found
