"""Fetching what deliveries only hinted at: a review, a mention. What comes goes the way of a delivery.

A hint is on disk before its delivery is answered, and goes once what it names is. One that cannot be fetched is tried
again with growing pauses, for about a day; the delivery that brought it stays kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta

import asyncpg

from inbox.channels import ChannelRecord, Channels
from inbox.clock import Clock
from inbox.ids import BrandId
from inbox.log.batcher import Batcher
from inbox.log.passing import PASSING
from inbox.log.store import LogUnavailable
from inbox.sql import beside
from services import metrics
from services.channels.contract import Channel, Hint, SweepFailed, Way
from services.ingest.take import Taker
from services.workers.asking import asked, pause_s
from services.workers.leases import Leases

sql = beside(__file__, "fetch.sql")
logger = logging.getLogger(__name__)

NAME = "fetch"
WAKE_S = 1.0
AT_ONCE = 20
FIRST_PAUSE_S = 15.0
ATTEMPTS = 30
AWAY_S = 600.0


class Fetcher:
    """`run` ends when its task is cancelled. `tick` fetches what is due, one after the other."""

    def __init__(
        self, channels: Channels, networks: Mapping[str, Channel], batcher: Batcher, way: Way, clock: Clock
    ) -> None:
        self._channels = channels
        self._pool = channels.log.pool
        self._networks = {name: network for name, network in networks.items() if network.capabilities.fetches}
        self._taker = Taker(channels, batcher)
        self._way = way
        self._clock = clock
        self._leases = Leases(self._pool, NAME)

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self.tick()
                except (*PASSING, LogUnavailable) as error:
                    logger.warning("fetching pauses: %s", type(error).__name__)
                await asyncio.sleep(WAKE_S)
        finally:
            await self._way.http.close()
            await self._leases.leave()

    async def tick(self) -> None:
        for row in await self._pool.fetch(sql.due, self._clock.now(), AT_ONCE):
            if await self._leases.take(BrandId(row["brand_id"])):
                await self._fetch(row)

    async def _fetch(self, row: asyncpg.Record) -> None:
        channel = await self._channels.hook(row["channel_id"])
        network = self._networks.get(channel.network) if channel is not None else None
        if channel is None or network is None:
            await self._put_off(row, AWAY_S)
            return
        try:
            await self._bring(network, channel, row)
        except SweepFailed as error:
            await self._fail(network, channel, row, error)

    async def _bring(self, network: Channel, channel: ChannelRecord, row: asyncpg.Record) -> None:
        now = self._clock.now()
        hint = Hint(row["what"], row["ref"], row["thread_id"])
        parsed = await asked(network, network.fetch(self._way, channel, hint, now))
        brought = await self._taker.bring(channel, parsed, b"", now)
        if brought.unreadable:
            raise SweepFailed("unclear_answer")
        await self._done(row)
        metrics.HINTS.labels(network.id, "fetched" if parsed else "gone").inc()

    async def _fail(self, network: Channel, channel: ChannelRecord, row: asyncpg.Record, error: SweepFailed) -> None:
        metrics.HINTS.labels(network.id, "failed").inc()
        self._channels.note_failure(channel, f"sweep: {error.reason}")
        if row["attempts"] + 1 >= ATTEMPTS:
            await self._done(row)
            return
        await self._put_off(row, pause_s(FIRST_PAUSE_S, row["attempts"], error))

    async def _done(self, row: asyncpg.Record) -> None:
        await self._pool.execute(sql.done, *_key(row), row["hinted"])

    async def _put_off(self, row: asyncpg.Record, seconds: float) -> None:
        await self._pool.execute(sql.put_off, *_key(row), self._clock.now() + timedelta(seconds=seconds))


def _key(row: asyncpg.Record) -> tuple[int, str, str, str]:
    return row["brand_id"], row["channel_id"], row["what"], row["ref"]
