"""Throwing a brand's views away and making them anew from its log.

All in one transaction: whoever reads meanwhile sees the old views until the new ones are complete. The projector waits,
and then finds that its checkpoint was moved. What comes out equals what was there, unless the code that folds changed;
that is what a rebuild is for.
"""

from __future__ import annotations

from collections.abc import Callable

from inbox.ids import BrandId
from inbox.log.store import Connection, Log
from inbox.views import items, wave_members

BATCH = 2_000

Progress = Callable[[int], object]
"""Called with the position reached, after each batch."""


async def rebuild(log: Log, brand: BrandId, progress: Progress | None = None) -> int:
    """The position the new views are true at."""
    async with log.pool.acquire() as connection, connection.transaction():
        # Rewinding is what holds the projector off: it cannot move a checkpoint that we hold.
        await connection.execute(items.sql.set_checkpoint, brand, 0)
        await _drop(connection, brand)
        joined = await connection.fetchval(wave_members.sql.hold, brand) or 0
        head = await log.head(brand, connection=connection)
        position, policy = 0, None
        while position < head:
            events = await log.read(brand, position, BATCH, connection=connection)
            policy = await items.project(connection, brand, events, log.keyring.ids, policy)
            # Their own follower goes on from where it stands, which this transaction holds.
            await wave_members.project(connection, brand, [r for r in events if r.position <= joined])
            position = events[-1].position
            if progress is not None:
                progress(position)
        await connection.execute(items.sql.set_checkpoint, brand, position)
    log.pulse.beat("views", brand)
    return position


async def _drop(connection: Connection, brand: BrandId) -> None:
    for table in ("items", "turns", "messages", "corrections"):
        await connection.execute(getattr(items.sql, f"drop_{table}"), brand)
    await wave_members.drop(connection, brand)
