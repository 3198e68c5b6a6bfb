"""The parts that every role of a process shares: connections, the log, channels, the batcher, the clock."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg

from inbox.channels import Channels
from inbox.clock import SystemClock
from inbox.log.batcher import Batcher
from inbox.log.pulse import Pulse
from inbox.log.store import Log
from services import database, master
from services.outage import Outage
from services.settings import Settings

SHUTDOWN_S = 5.0


@dataclass(frozen=True)
class Parts:
    """What every role shares."""

    settings: Settings
    pool: asyncpg.Pool
    log: Log
    channels: Channels
    batcher: Batcher
    clock: SystemClock
    base_url: str
    outage: Outage


@contextlib.asynccontextmanager
async def parts(settings: Settings, dsn: str, base_url: str) -> AsyncIterator[Parts]:
    """Opened in order of need and closed in reverse: what was taken in is on disk before the connections go. Raises
    `KeyUnfit`."""
    outage = Outage(dsn)
    pool = await database.connect(dsn, most=settings.database_pool, lines=outage.lines)
    try:
        await outage.ask(pool)
        log = Log(pool, await master.proven(settings, pool), Pulse(dsn))
        clock = SystemClock()
        batcher = Batcher(log)
        try:
            yield Parts(settings, pool, log, Channels(log, clock), batcher, clock, base_url, outage)
        finally:
            await batcher.close()
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SHUTDOWN_S):
                await pool.close()
        pool.terminate()
