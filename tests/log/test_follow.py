"""Followers: every event once, in order, whatever restarts; a poisoned event stops nobody."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import ClassVar

import asyncpg
import pytest

from inbox.events import PolicyChanged
from inbox.ids import BrandId, DedupeKey
from inbox.log import follow, turn
from inbox.log.pulse import Pulse
from inbox.log.record import POLICY_STREAM, NewEvent, Recorded
from inbox.log.seal import Keyring
from inbox.log.store import Connection, Log
from inbox.policy import Policy
from tests.log.test_log import message


class Collector:
    """Writes each position into a table, in the transaction of the checkpoint."""

    name: ClassVar[str] = "collect"
    transactional: ClassVar[bool] = True
    wants: ClassVar[frozenset[str] | None] = None

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
    monkeypatch.setattr(turn, "ATTEMPTS", 2)
    collector = Collector(poison=5)
    async with running(log, collector):
        await log.append(brand, [message(log, brand, n, noon) for n in range(10)])
        await collector.until(10)
    assert await positions(seen) == [1, 2, 3, 4, 6, 7, 8, 9, 10]
    aside = await seen.fetchrow("SELECT follower, position, reason FROM vigie.set_aside")
    assert aside is not None
    assert tuple(aside) == ("collect", 5, "RuntimeError")


class Full(Collector):
    """A disk that is full for a while."""

    def __init__(self, error: Exception, *, times: int) -> None:
        super().__init__()
        self.error = error
        self.times = times

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
        if self.times:
            self.times -= 1
            raise self.error
        await super().handle(connection, brand, events)


IN_TROUBLE = (asyncpg.DiskFullError, asyncpg.DeadlockDetectedError, asyncpg.ReadOnlySQLTransactionError)


@pytest.mark.parametrize("kind", IN_TROUBLE)
async def test_no_event_is_set_aside_because_the_database_is_in_trouble(
    log: Log, brand: BrandId, noon: datetime, seen: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    monkeypatch.setattr(turn, "ATTEMPTS", 1)
    monkeypatch.setattr(follow, "POLL_S", 0.01)
    collector = Full(kind("in trouble"), times=5)
    async with running(log, collector):
        await log.append(brand, [message(log, brand, n, noon) for n in range(10)])
        await collector.until(10)
    assert await positions(seen) == list(range(1, 11))
    assert await seen.fetchval("SELECT count(*) FROM vigie.set_aside") == 0


async def test_an_event_that_cannot_even_be_read_is_set_aside(
    log: Log, brand: BrandId, noon: datetime, seen: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "ATTEMPTS", 1)
    await log.append(brand, [message(log, brand, 1, noon)])
    await seen.execute(
        "SELECT vigie.append($1, '{policy}', '{OfTomorrow}', '{1}', ARRAY[gen_random_uuid()], '{NULL}', '{\"\\\\x7b7d\"}', '{NULL}')",  # noqa: E501
        brand,
    )
    await log.append(brand, [message(log, brand, 2, noon)])
    collector = Collector()
    async with running(log, collector):
        await collector.until(3)
    assert await positions(seen) == [1, 3]
    aside = await seen.fetch("SELECT position, reason FROM vigie.set_aside")
    assert [tuple(row) for row in aside] == [(2, "UnknownEventType")]


class Overtaken(Collector):
    """Fails for good, while another process moves the checkpoint under it."""

    transactional: ClassVar[bool] = False

    def __init__(self, log: Log) -> None:
        super().__init__()
        self.log = log

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
        if len(events) == 1:
            await self.log.pool.execute("UPDATE vigie.checkpoints SET position = 9 WHERE brand_id = $1", brand)
        raise RuntimeError("cannot digest")


async def test_who_was_overtaken_sets_nothing_aside_and_never_moves_the_checkpoint_back(
    log: Log, brand: BrandId, noon: datetime, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "ATTEMPTS", 1)
    await log.append(brand, [message(log, brand, n, noon) for n in range(9)])
    runner = follow.Runner(log, Overtaken(log), batch=7)
    task = asyncio.create_task(runner.run())
    async with asyncio.timeout(20):
        while await pool.fetchval("SELECT max(position) FROM vigie.checkpoints") != 9 or not runner.idle:
            await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await pool.fetchval("SELECT position FROM vigie.checkpoints") == 9
    assert await pool.fetchval("SELECT count(*) FROM vigie.set_aside") == 0


async def test_what_was_given_back_is_leased_again_before_going_on(
    log: Log, brand: BrandId, noon: datetime, seen: asyncpg.Pool
) -> None:
    collector = Collector()
    runner = follow.Runner(log, collector)
    for n in range(2):
        await log.append(brand, [message(log, brand, n, noon)])
        task = asyncio.create_task(runner.run())
        await collector.until(n + 1)
        assert await seen.fetchval("SELECT count(*) FROM vigie.crew") == 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await seen.fetchval("SELECT count(*) FROM vigie.crew") == 0


class Choosy(Collector):
    """Wants what a brand's lead decides, and nothing else."""

    wants: ClassVar[frozenset[str] | None] = frozenset({PolicyChanged.TYPE})


async def test_a_follower_is_given_what_it_wants_and_passes_over_the_rest(
    log: Log, brand: BrandId, noon: datetime, seen: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "SKIP", 3)
    collector = Choosy()
    async with running(log, collector):
        for n in range(3):
            await log.append(brand, [message(log, brand, n * 10 + k, noon) for k in range(8)])
            policy = PolicyChanged(policy=Policy().model_dump(mode="json"), at=noon)
            await log.append(brand, [NewEvent(policy, POLICY_STREAM, DedupeKey(uuid.uuid4()))])
        await log.append(brand, [message(log, brand, 99 + n, noon) for n in range(5)])
        await collector.until(27)
        async with asyncio.timeout(20):
            while await seen.fetchval("SELECT position FROM vigie.checkpoints") != 32:
                await asyncio.sleep(0)
    assert await positions(seen) == [9, 18, 27]


async def test_a_checkpoint_is_held_while_its_follower_works(
    log: Log, brand: BrandId, noon: datetime, seen: asyncpg.Pool
) -> None:
    """A rebuild moves it too: had the follower read it before and the events after, it would fold them twice."""
    await log.append(brand, [message(log, brand, 1, noon)])
    held: list[bool] = []

    class Curious(Collector):
        async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
            free = await seen.fetch("SELECT FROM vigie.checkpoints WHERE brand_id = $1 FOR UPDATE SKIP LOCKED", brand)
            held.append(not free)
            await super().handle(connection, brand, events)

    await seen.execute("INSERT INTO vigie.checkpoints VALUES ($1, 'collect', 0)", brand)
    collector = Curious()
    async with running(log, collector):
        await collector.until(1)
    assert held == [True]
