"""Who follows which brand: shared evenly, taken over when a process dies, stalls or leaves, and never done twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

import asyncpg
import pytest

from inbox import meters
from inbox.ids import BrandId
from inbox.log import follow, lookout
from inbox.log.deal import Deal
from inbox.log.line import Line
from inbox.log.lookout import Lookout
from inbox.log.store import Log
from tests.conftest import new_brand
from tests.log.test_follow import Collector, running
from tests.log.test_log import message

SEATS = [f"seat{n}" for n in range(5)]


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_brands_are_shared_evenly_and_all_agree(count: int) -> None:
    brands = [BrandId(n) for n in range(1, 202)]
    deal, again = Deal(SEATS[:count], brands), Deal(reversed(SEATS[:count]), reversed(brands))
    held = Counter(deal.owner(brand) for brand in brands)
    assert set(held) == set(SEATS[:count])
    assert max(held.values()) - min(held.values()) <= 1
    assert [deal.owner(brand) for brand in brands] == [again.owner(brand) for brand in brands]


def test_a_new_brand_moves_hardly_any_other() -> None:
    brands = [BrandId(n) for n in range(1, 1001)]
    before, after = Deal(SEATS, brands), Deal(SEATS, [*brands, BrandId(1001)])
    assert sum(before.owner(brand) != after.owner(brand) for brand in brands) <= len(SEATS)


def test_a_brand_that_is_not_known_yet_has_an_owner_too() -> None:
    assert Deal(SEATS, [BrandId(1)]).owner(BrandId(2)) in SEATS
    assert Deal([], [BrandId(1)]).owner(BrandId(1)) is None


async def test_who_has_more_to_do_goes_to_the_back_of_the_line() -> None:
    line = Line(rest_s=60)
    noisy, *quiet = (BrandId(n) for n in range(1, 4))
    line.call(noisy)
    assert await line.next() == noisy
    for brand in quiet:
        line.call(brand)
    line.back(noisy)
    assert [await line.next() for _ in range(3)] == [*quiet, noisy]


async def test_a_brand_called_during_its_turn_comes_again_after_its_rest_and_no_other_does() -> None:
    line = Line(rest_s=0)
    one, two = BrandId(1), BrandId(2)
    for brand in (one, two):
        line.call(brand)
        await line.next()
    line.call(one)
    line.call(one)
    line.rest(two)
    line.rest(one)
    assert await line.next() == one
    assert line.idle is False
    line.rest(one)
    await asyncio.sleep(0)
    assert line.idle


@pytest.fixture
async def seen(pool: asyncpg.Pool) -> asyncpg.Pool:
    await pool.execute("CREATE TABLE seen (position bigint)")
    return pool


async def test_two_processes_share_the_brands_and_who_leaves_is_replaced(
    log: Log, noon: datetime, seen: asyncpg.Pool
) -> None:
    brands = [await new_brand(log.pool, f"Marque {n}") for n in range(8)]
    one, two = (follow.Runner(log, Collector()) for _ in range(2))
    tasks = [asyncio.create_task(runner.run()) for runner in (one, two)]
    try:
        await _until(lambda: len(_share(one, brands)) == len(_share(two, brands)) == 4)
        assert _share(one, brands).isdisjoint(_share(two, brands))
        tasks[0].cancel()
        await asyncio.gather(tasks[0], return_exceptions=True)
        await _until(lambda: _share(two, brands) == set(brands))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _share(runner: follow.Runner, brands: Sequence[BrandId]) -> set[BrandId]:
    return {brand for brand in brands if runner._lookout.mine(runner.name, brand)}


async def _until(asked: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not asked():
            await asyncio.sleep(0.01)


async def test_a_process_that_died_is_replaced_when_its_seat_has_run_out(
    log: Log, brand: BrandId, noon: datetime, seen: asyncpg.Pool
) -> None:
    dead = Lookout(log)
    dead.enlist(Collector.name)
    await dead.look(Collector.name, 0)
    before = meters.LEASES.labels(Collector.name, "taken_over")._value.get()
    collector = Collector()
    await log.append(brand, [message(log, brand, 1, noon)])
    survivor = follow.Runner(log, collector)
    # Of one brand and two seats the first by name is the owner: make it the dead one.
    dead_owns = dead.holder < survivor._lookout.holder
    task = asyncio.create_task(survivor.run())
    try:
        await _until(lambda: survivor.last_look is not None)
        assert survivor._lookout.mine(Collector.name, brand) is not dead_owns
        await log.pool.execute(
            "UPDATE vigie.crew SET seen_at = seen_at - interval '6 s' WHERE holder = $1", dead.holder
        )
        await collector.until(1)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    taken_over = meters.LEASES.labels(Collector.name, "taken_over")._value.get() - before
    assert taken_over == (1 if dead_owns else 0)


async def test_a_process_whose_seat_ran_out_acts_on_nothing_before_it_has_looked_again(
    log: Log, brand: BrandId, seen: asyncpg.Pool
) -> None:
    ours = Lookout(log)
    ours.enlist("collect")
    await ours.look("collect", 0)
    assert ours.mine("collect", brand)
    ours._valid_until = asyncio.get_running_loop().time()  # as after a long stop of the process
    assert not ours.mine("collect", brand)
    await log.pool.execute("UPDATE vigie.crew SET seen_at = seen_at - interval '6 s'")
    await ours.look("collect", 0)
    assert (ours.mine("collect", brand), ours.losses) == (True, 1)


async def test_a_stalled_transaction_is_passed_by_and_not_waited_for(
    log: Log, brand: BrandId, noon: datetime, seen: asyncpg.Pool
) -> None:
    await log.append(brand, [message(log, brand, 1, noon)])
    runner = follow.Runner(log, Collector())
    assert await runner.step(brand) is False
    await log.append(brand, [message(log, brand, 2, noon)])
    async with log.pool.acquire() as stalled, stalled.transaction():
        await stalled.execute("SELECT FROM vigie.checkpoints WHERE brand_id = $1 FOR UPDATE", brand)
        async with asyncio.timeout(5):
            assert await runner.step(brand) is False
        assert await seen.fetchval("SELECT count(*) FROM seen") == 1
    await runner.step(brand)
    assert await seen.fetchval("SELECT count(*) FROM seen") == 2


async def test_a_brand_that_its_owner_does_not_move_is_adopted(
    log: Log, brand: BrandId, noon: datetime, seen: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "STUCK_S", 0.1)
    monkeypatch.setattr(follow, "POLL_S", 0.05)
    await log.append(brand, [message(log, brand, 1, noon)])
    monkeypatch.setattr(Lookout, "mine", lambda self, name, brand: False)
    collector = Collector()
    async with running(log, collector):
        await collector.until(1)


async def test_the_lag_says_how_long_the_oldest_event_waits_and_is_nothing_when_caught_up(
    log: Log, brand: BrandId, noon: datetime, seen: asyncpg.Pool
) -> None:
    await log.append(brand, [message(log, brand, n, noon) for n in range(3)])
    shared = Lookout(log)
    runner = follow.Runner(log, Collector(), lookout=shared)
    await runner._look()
    assert runner.lag == {brand: 3}
    assert 0 < runner.lag_seconds[brand] < 60
    await runner.step(brand)
    shared.looked_at = float("-inf")
    await runner._look()
    assert (runner.lag, runner.lag_seconds) == ({}, {})


async def test_a_choosy_follower_writes_nothing_for_what_it_does_not_want(
    log: Log, brand: BrandId, noon: datetime, seen: asyncpg.Pool
) -> None:
    class Uninterested(Collector):
        wants: ClassVar[frozenset[str] | None] = frozenset({"Nothing"})

    runner = follow.Runner(log, Uninterested())
    written = []
    for n in range(5):
        await log.append(brand, [message(log, brand, n, noon)])
        await runner.step(brand)
        written.append(await seen.fetchval("SELECT position FROM vigie.checkpoints"))
    assert written == [1, 1, 1, 1, 1]
    assert runner.lag == {}


FOLLOWERS = ["project", "classify", "waves", "link", "deliver"]


@pytest.fixture
async def ten_thousand(pool: asyncpg.Pool) -> asyncpg.Pool:
    """Brands that are caught up, but for the last ten, whose last event nobody has handled."""
    await pool.execute("INSERT INTO vigie.heads SELECT n, 100 FROM generate_series(1, 10000) n")
    await pool.execute(
        "INSERT INTO vigie.checkpoints SELECT n, f, CASE WHEN n > 9990 THEN 99 ELSE 100 END"
        " FROM generate_series(1, 10000) n, unnest($1::text[]) f",
        FOLLOWERS,
    )
    await pool.execute("ANALYZE vigie.heads, vigie.checkpoints")
    return pool


async def test_among_ten_thousand_brands_a_look_asks_about_those_that_moved(ten_thousand: asyncpg.Pool) -> None:
    moved = list(range(5, 10_000, 500))
    rows = await ten_thousand.fetch(f"EXPLAIN {lookout.sql.behind}", moved, FOLLOWERS)
    found = "\n".join(row[0] for row in rows)
    assert "checkpoints_pkey" in found
    assert "Seq Scan" not in found


async def test_a_look_finds_who_is_behind_once_and_for_all_followers(
    log: Log, ten_thousand: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    shared = Lookout(log)
    for name in FOLLOWERS:
        shared.enlist(name)

    class Counting:
        async def fetch(self, query: str, *given: list[int]) -> list[asyncpg.Record]:
            if query == lookout.sql.behind:
                asked.append(len(given[0]))
            found: list[asyncpg.Record] = await ten_thousand.fetch(query, *given)
            return found

        def __getattr__(self, name: str) -> object:
            return getattr(ten_thousand, name)

    monkeypatch.setattr(log, "pool", Counting())
    for _ in range(2):
        for name in FOLLOWERS:
            assert {one.brand for one in await shared.look(name, 60)} == set(range(9991, 10_001))
        shared.looked_at = float("-inf")
    assert asked == [10_000, 10]
