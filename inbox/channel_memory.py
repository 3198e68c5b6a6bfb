"""Channels as hooks ask for them: remembered, for a thousand of them may come at once.

The database is read at most every few seconds a brand: a change beats the pulse's topic "config", which empties the
memory in every process at once.
"""

from __future__ import annotations

import asyncio

from inbox import walls
from inbox.channel_record import ChannelRecord, brand_of, opened
from inbox.ids import BrandId
from inbox.log.pulse import Subscription
from inbox.log.store import Log
from inbox.sql import beside

sql = beside(__file__, "channels.sql")

FRESH_S = 5.0
LOAD_S = 4.0
MOST_CACHED = 10_000


class _Forgetful(Subscription):
    """A subscription that acts at once instead of waiting to be asked."""

    def __init__(self, memory: Remembered) -> None:
        super().__init__(memory.log.pulse, ("config",))
        self._memory = memory

    def hit(self, brand: BrandId) -> None:
        self._memory.forget_cached()


class Remembered:
    """The part of `Channels` that needs no answer from the database each time."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self._cache: dict[tuple[str, BrandId], tuple[float, tuple[ChannelRecord, ...]]] = {}
        self._hooks: dict[str, tuple[float, ChannelRecord]] = {}
        """The enabled channels of `_cache` by the name in their address, as fresh as they are there."""
        self._loading: dict[tuple[str, BrandId], asyncio.Task[tuple[ChannelRecord, ...]]] = {}
        self._generation = 0
        log.pulse.subscriptions.add(_Forgetful(self))

    async def hook(self, channel_id: str) -> ChannelRecord | None:
        """The enabled channel of a hook's address."""
        near = self._hooks.get(channel_id)
        if near is not None and near[0] > asyncio.get_running_loop().time():
            return near[1]
        brand = brand_of(channel_id)
        if brand is None:
            return None
        records = await self._cached("brand", brand, sql.of_brand)
        return next((r for r in records if r.channel_id == channel_id and r.disabled_at is None), None)

    async def of_organisation(self, brand: BrandId) -> tuple[ChannelRecord, ...]:
        """The enabled channels of all brands of this brand's organisation."""
        return await self._cached("organisation", brand, sql.of_organisation)

    async def _cached(self, what: str, brand: BrandId, query: str) -> tuple[ChannelRecord, ...]:
        now = asyncio.get_running_loop().time()
        kept = self._cache.get((what, brand))
        if kept is not None and kept[0] > now:
            return kept[1]
        # Of a thousand hooks that find the cache stale at once, one asks the database.
        loading = self._loading.get((what, brand))
        if loading is None:
            loading = asyncio.create_task(self._load(what, brand, query))
            self._loading[what, brand] = loading
            loading.add_done_callback(lambda task: self._loaded((what, brand), task))
        return await asyncio.shield(loading)

    def _loaded(self, key: tuple[str, BrandId], task: asyncio.Task[tuple[ChannelRecord, ...]]) -> None:
        if self._loading.get(key) is task:
            del self._loading[key]
        if not task.cancelled():
            task.exception()

    async def _load(self, what: str, brand: BrandId, query: str) -> tuple[ChannelRecord, ...]:
        walls.narrow(None)  # in a task of its own: what is remembered here is for all, whoever asked first
        generation = self._generation
        async with asyncio.timeout(LOAD_S):  # a network that swallows everything must not hold up a hook
            rows = await self.log.pool.fetch(query, brand)
        records = tuple(opened(self.log.keyring, row) for row in rows)
        if generation == self._generation:  # else a change beat while we read, and this may be the state before it
            if len(self._cache) >= MOST_CACHED:
                self._cache.clear()
                self._hooks.clear()
            until = asyncio.get_running_loop().time() + FRESH_S
            self._cache[what, brand] = (until, records)
            self._hooks.update((r.channel_id, (until, r)) for r in records if r.disabled_at is None)
        return records

    def forget_cached(self) -> None:
        self._generation += 1
        self._cache.clear()
        self._hooks.clear()
        self._loading.clear()
