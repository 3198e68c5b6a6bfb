"""Followers: every event once, in order, whatever restarts; a poisoned event stops nobody."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import ClassVar

import asyncpg
import pytest

from inbox.ids import BrandId
from inbox.log import follow
from inbox.log.pulse import Pulse
from inbox.log.record import Recorded
from inbox.log.seal import Keyring
from inbox.log.store import Connection, Log
from tests.log.test_log import message


class Collector:
    """Writes each position into a table, in the transaction of the checkpoint."""

    name: ClassVar[str] = "collect"
    transactional: ClassVar[bool] = True

    def __init__(self, *, poison: int | None = None) -> None:
        self.poison = poison
        self.reached: asyncio.Queue[int] = asyncio.Queue()

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
        assert connection is not None
        for recorded in events:
            if recorded.position == self.poison:
                raise RuntimeError("cannot digest")
            await connection.execute("INSERT INTO seen VALUES ($1)", recorded.position)

    def committed(self, brand: BrandId, events: Sequence[Recorded]) -> None:
        self.reached.put_nowait(events[-1].position)

    async def until(self, position: int) -> None:
        async with asyncio.timeout(20):
            while await self.reached.get() < position:
                pass


@contextlib.asynccontextmanager
async def running(log: Log, collector: Collector) -> AsyncIterator[None]:
    task = asyncio.create_task(follow.Runner(log, collector, batch=7).run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def seen(pool: asyncpg.Pool) -> asyncpg.Pool:
    await pool.execute("CREATE TABLE seen (position bigint)")
    return pool


async def positions(pool: asyncpg.Pool) -> list[int]:
    return [row["position"] for row in await pool.fetch("SELECT position FROM seen")]


async def test_each_event_is_handled_once_and_in_order_across_restarts(
    log: Log, brand: BrandId, noon: datetime, seen: asyncpg.Pool
) -> None:
    collector = Collector()
    for round_ in range(3):
        async with running(log, collector):
            await log.append(brand, [message(log, brand, round_ * 20 + n, noon) for n in range(20)])
            await collector.until((round_ + 1) * 20)
    assert await positions(seen) == list(range(1, 61))


async def test_an_append_in_another_process_wakes_the_follower(
    database: str, keyring: Keyring, pool: asyncpg.Pool, brand: BrandId, noon: datetime, seen: asyncpg.Pool
) -> None:
    here, there = Log(pool, keyring, Pulse(database)), Log(pool, keyring, Pulse(database))
    pulses = [asyncio.create_task(log.pulse.run()) for log in (here, there)]
    collector = Collector()
    async with running(here, collector):
        await there.append(brand, [message(there, brand, 1, noon)])
        await collector.until(1)
    for pulse in pulses:
        pulse.cancel()
    await asyncio.gather(*pulses, return_exceptions=True)
    assert await positions(seen) == [1]


async def test_two_processes_share_a_brand_without_doing_anything_twice(
    log: Log, brand: BrandId, noon: datetime, seen: asyncpg.Pool
) -> None:
    one, two = Collector(), Collector()
    async with running(log, one), running(log, two):
        for n in range(30):
            await log.append(brand, [message(log, brand, n, noon)])
        async with asyncio.timeout(20):
            while await positions(seen) != list(range(1, 31)):
                await asyncio.sleep(0)


async def test_a_poisoned_event_is_set_aside_and_the_brand_goes_on(
    log: Log, brand: BrandId, noon: datetime, seen: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "ATTEMPTS", 2)
    collector = Collector(poison=5)
    async with running(log, collector):
        await log.append(brand, [message(log, brand, n, noon) for n in range(10)])
        await collector.until(10)
    assert await positions(seen) == [1, 2, 3, 4, 6, 7, 8, 9, 10]
    aside = await seen.fetchrow("SELECT follower, position, reason FROM vigie.set_aside")
    assert aside is not None
    assert tuple(aside) == ("collect", 5, "RuntimeError")
