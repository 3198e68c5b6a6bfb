"""Watching over the channels: once a minute, what is to be worried about in each, for Prometheus.

The page of the channels works the same out when somebody opens it; this is for the nights when nobody does.
"""

from __future__ import annotations

import asyncio
import logging

import asyncpg

from inbox import channel_watch, silence
from inbox.clock import Clock
from inbox.ids import BrandId
from inbox.log.passing import PASSING
from services import metrics
from services.workers.leases import Leases

logger = logging.getLogger(__name__)
NAME = "watch"
EVERY_S = 60.0
LEASE_S = 150.0
LEVELS = {"amber": 1, "red": 2}


class Watch:
    """`run` ends when its task is cancelled."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self._leases = Leases(pool, NAME, LEASE_S)

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self.tick()
                except PASSING as error:
                    logger.warning("nobody watches over the channels for now: %s", type(error).__name__)
                await asyncio.sleep(EVERY_S)
        finally:
            await self._leases.leave()

    async def tick(self) -> None:
        found = []
        for row in await self._pool.fetch(channel_watch.sql.brands):
            brand = BrandId(row["brand_id"])
            if await self._leases.take(brand):
                found.append(await self._look(brand))
        metrics.CHANNEL_CONCERNS.clear()  # after all is known: whoever scrapes meanwhile sees the minute before
        for states in found:
            self._tell(states)

    async def _look(self, brand: BrandId) -> dict[str, channel_watch.State]:
        now = self._clock.now()
        await self._pool.execute(channel_watch.sql.forget, brand, now - silence.KEPT)
        return await channel_watch.states(self._pool, brand, now)

    @staticmethod
    def _tell(states: dict[str, channel_watch.State]) -> None:
        for channel_id, state in states.items():
            for one in reversed(state.concerns):  # the worst of one kind is told last, and stays
                metrics.CHANNEL_CONCERNS.labels(state.network, channel_id, one.code).set(LEVELS[one.level])
