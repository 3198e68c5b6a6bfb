"""A brand moves to another machine while it is written to and read: nothing is lost, and its order has no gap."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime

import asyncpg
import pytest

from inbox.ids import BrandId
from inbox.log.batcher import Batcher
from inbox.log.follow import Runner
from inbox.log.store import Log, LogUnavailable
from services.workers.project import Projector
from tests.log.test_log import message

WRITERS = 4


class Load:
    """Writers that try again until each message was taken, as a network does; a projector that follows."""

    def __init__(self, log: Log, batcher: Batcher, brand: BrandId, noon: datetime) -> None:
        self._log, self._batcher, self._brand, self._noon = log, batcher, brand, noon
        self._stop = asyncio.Event()
        self.taken = 0
        self.refused = 0
        self.grew = asyncio.Event()

    async def write(self, writer: int) -> None:
        n = 0
        while not self._stop.is_set():
            new = message(self._log, self._brand, writer * 1_000_000 + n, self._noon, author=f"a{n % 50}")
            try:
                await self._batcher.submit(self._brand, [new])
            except LogUnavailable:
                self.refused += 1
                continue
            n += 1
            self.taken += 1
            self.grew.set()

    async def more(self, count: int) -> None:
        """Returns when so many more were taken: the load is on."""
        goal = self.taken + count
        async with asyncio.timeout(60):
            while self.taken < goal:
                self.grew.clear()
                await self.grew.wait()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        projecting = asyncio.create_task(Runner(self._log, Projector(self._log)).run())
        writing = [asyncio.create_task(self.write(writer)) for writer in range(WRITERS)]
        try:
            await self.more(20)
            yield
            await self.more(20)
        finally:
            self._stop.set()
            await asyncio.gather(*writing)
            await self._projected()
            projecting.cancel()
            await asyncio.gather(projecting, return_exceptions=True)

    async def _projected(self) -> None:
        async with asyncio.timeout(60):
            while await self._log.pool.fetchval(
                "SELECT count(*) FROM vigie.checkpoints WHERE brand_id = $1 AND follower = 'project' AND position < $2",
                self._brand, self.taken,
            ):  # fmt: skip
                await asyncio.sleep(0.05)

    async def check(self) -> None:
        """Each message that was taken stands in the log once, without a gap, and in the views once."""
        rows = await self._log.pool.fetch(
            "SELECT position FROM vigie.events WHERE brand_id = $1 ORDER BY position", self._brand
        )
        assert [row["position"] for row in rows] == list(range(1, self.taken + 1))
        assert await self._log.head(self._brand) == self.taken
        count = await self._log.pool.fetchval("SELECT count(*) FROM vigie.messages WHERE brand_id = $1", self._brand)
        assert count == self.taken


@pytest.fixture
def load(log: Log, batcher: Batcher, brand: BrandId, noon: datetime) -> Load:
    return Load(log, batcher, brand, noon)


async def whereabouts(pool: asyncpg.Pool, brand: BrandId) -> tuple[int, int]:
    """The shard of the brand's events, and the port of the machine that holds it."""
    row = await pool.fetchrow(
        "SELECT shardid, nodeport FROM pg_dist_shard_placement"
        " WHERE shardid = get_shard_id_for_distribution_column('vigie.events', $1::bigint)",
        brand,
    )
    assert row is not None
    return row["shardid"], row["nodeport"]


async def move(pool: asyncpg.Pool, brand: BrandId) -> None:
    """To whichever worker it is not on."""
    shard, port = await whereabouts(pool, brand)
    other = await pool.fetchval(
        "SELECT nodeport FROM pg_dist_node WHERE nodeport <> $1 AND shouldhaveshards ORDER BY nodeport LIMIT 1", port
    )
    await pool.execute(
        "SELECT citus_move_shard_placement($1, '127.0.0.1', $2, '127.0.0.1', $3, 'force_logical')",
        shard, port, other, timeout=120,
    )  # fmt: skip
    assert await whereabouts(pool, brand) == (shard, other)


async def test_a_shard_that_moves_under_load_loses_nothing(load: Load, pool: asyncpg.Pool, brand: BrandId) -> None:
    async with load.running():
        await move(pool, brand)
    await load.check()


async def test_a_brand_gets_a_machine_of_its_own_under_load(load: Load, pool: asyncpg.Pool, brand: BrandId) -> None:
    """Split off while writes wait (a split that lets them through can hang: citusdata/citus#6790), then moved."""
    before, _ = await whereabouts(pool, brand)
    async with load.running():
        await pool.execute(
            "SELECT isolate_tenant_to_new_shard('vigie.heads', $1::bigint, 'CASCADE',"
            " shard_transfer_mode => 'block_writes')",
            brand, timeout=120,
        )  # fmt: skip
        assert (await whereabouts(pool, brand))[0] != before
        await move(pool, brand)
    await load.check()
