"""Is the database away? Asked each second over a connection of its own, and at once where something failed.

While it is away nobody waits for it: deliveries are spooled or refused in milliseconds, and memory stays flat. A
connection of its own, because a full pool is no outage; with a timeout, because a network that swallows everything
looks like a slow answer. Five seconds, since what is under way is given up then: a machine that is busy for three must
not take that for an outage, and nobody is to wait for ten. What it is asked is the time: all processes go by it
(`inbox.clock`), and then what it makes of those connections that have been silent for long (`services.lines`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Coroutine

import asyncpg

from inbox.clock import COMMON, Common
from inbox.log.session import PROMPT
from services import metrics
from services.lines import Lines

logger = logging.getLogger(__name__)

AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
ASK_EVERY_S = 1.0
WITHIN_S = 5.0
WAKINGS = 10
"""How often it wakes up meanwhile: a process that slept through all of it has counted one."""


class Outage:
    """`is_on`: the database did not answer when it was last asked. Without `run` it never is. `lines`: the connections
    that are given up then. `common`: the clock that is told what time it is there."""

    def __init__(self, dsn: str | None = None, common: Common = COMMON) -> None:
        self.is_on = False
        self.lines = Lines(lambda: self.is_on)
        self._dsn = dsn
        self._common = common
        self._suspected = asyncio.Event()
        self._connection: asyncpg.Connection | None = None

    def suspect(self) -> None:
        """Something failed: it is asked now."""
        self._suspected.set()

    async def run(self) -> None:
        """A worker."""
        try:
            while self._dsn is not None:
                self._suspected.clear()
                self._note(away=not await self._answers())
                if self.is_on:
                    self.lines.hang_up()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(ASK_EVERY_S):
                        await self._suspected.wait()
        finally:
            self._hang_up()

    async def ask(self, there: asyncpg.Pool | asyncpg.Connection) -> None:
        """What time it is."""
        asked_at = time.monotonic()
        self._common.tell(await there.fetchval("SELECT clock_timestamp()"), asked_at)
        metrics.CLOCK_APART_SECONDS.set(self._common.apart().total_seconds())

    def _note(self, *, away: bool) -> None:
        if away and not self.is_on:
            logger.error("the database does not answer: what networks do not send again is spooled, the rest refused")
        elif self.is_on and not away:
            logger.warning("the database answers again")
        self.is_on = away

    async def _answers(self) -> bool:
        try:
            await _in_time(self._asked())
        except AWAY:
            self._hang_up()
            return False
        return True

    async def _asked(self) -> None:
        if self._connection is None:
            self._connection = await asyncpg.connect(self._dsn, server_settings=PROMPT)
        await self.ask(self._connection)
        await self.lines.examine(self._connection)

    def _hang_up(self) -> None:
        """Without a farewell, for which a dead network would have us wait."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None


async def _in_time(asked: Coroutine[None, None, None]) -> None:
    """`TimeoutError` after `WITHIN_S` of a process that moves. An answer that came while it stood still lies in the
    socket, and is read at the next waking."""
    asking = asyncio.create_task(asked)
    try:
        for _ in range(WAKINGS):
            if (await asyncio.wait({asking}, timeout=WITHIN_S / WAKINGS))[0]:
                return await asking
        raise TimeoutError
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
