"""What was set aside and somebody asks for: handled again, alone, by the follower that failed on it.

The follower has gone on since. For most that makes no difference: what they do is done once, whenever it is done. Rows
of the queue are folded in the order of the log, so for `project` the brand's views are built anew.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from inbox.ids import BrandId
from inbox.log.aside import sql
from inbox.log.follow import Follower, Runner
from inbox.log.passing import PASSING
from inbox.log.record import Recorded
from inbox.log.store import Log
from inbox.views import rebuild

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
AT_ONCE = 20
VIEWS = "project"


class Again:
    def __init__(self, log: Log, runners: Sequence[Runner]) -> None:
        self._log = log
        self._followers = {runner.name: runner.follower for runner in runners}

    async def run(self) -> None:
        """A worker."""
        while True:
            try:
                await self.look()
            except PASSING as error:
                logger.warning("what was set aside cannot be handled now: %s", type(error).__name__)
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        for row in await self._log.pool.fetch(sql.asked, AT_ONCE):
            brand, position = BrandId(row["brand_id"]), row["position"]
            follower = self._followers.get(row["follower"])
            if follower is None:
                continue
            try:
                events = await self._handled(follower, brand, position)
            except PASSING:
                raise
            except Exception as error:
                logger.exception("%s failed again on position %s of brand %s", follower.name, position, brand)
                await self._log.pool.execute(sql.failed, brand, follower.name, position, type(error).__name__)
            else:
                follower.committed(brand, events)

    async def _handled(self, follower: Follower, brand: BrandId, position: int) -> list[Recorded]:
        key = (brand, follower.name, position)
        if follower.name == VIEWS:
            await rebuild.rebuild(self._log, brand)
            await self._log.pool.execute(sql.handled, *key)
            return await self._log.read(brand, position - 1, 1)
        if not follower.transactional:
            events = await self._log.read(brand, position - 1, 1)
            await follower.handle(None, brand, events)
            await self._log.pool.execute(sql.handled, *key)
            return events
        async with self._log.pool.acquire() as connection, connection.transaction():
            if await connection.fetchval(sql.hold, *key) is None:
                return []
            events = await self._log.read(brand, position - 1, 1, connection=connection)
            await follower.handle(connection, brand, events)
            await connection.execute(sql.handled, *key)
        return events
