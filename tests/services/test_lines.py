"""A way to the database that swallows everything: whoever waits is told at once, and the pool heals by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import asyncpg
import pytest

from inbox.log.passing import PASSING
from services import database as database_
from services.lines import DatabaseAway
from services.outage import Outage
from tests.chaos.links import Link, link

SLOW = "SELECT pg_sleep(60)"


@pytest.fixture
async def way(database: str) -> AsyncIterator[tuple[Link, str]]:
    async with link(database) as found:
        yield found


@pytest.fixture
async def outage(way: tuple[Link, str]) -> Outage:
    return Outage(way[1])


@pytest.fixture
async def pool(way: tuple[Link, str], outage: Outage) -> AsyncIterator[asyncpg.Pool]:
    pool = await database_.connect(way[1], most=2, lines=outage.lines)
    yield pool
    pool.terminate()


async def test_who_waits_for_a_dead_line_or_for_a_free_one_is_told_when_it_is_hung_up(
    way: tuple[Link, str], outage: Outage, pool: asyncpg.Pool
) -> None:
    waiting = [asyncio.create_task(pool.fetchval(SLOW)) for _ in range(4)]  # two have a line, two wait for one
    while pool.get_idle_size():
        await asyncio.sleep(0)
    way[0].cut()
    outage.is_on = True
    outage.lines.hang_up()
    async with asyncio.timeout(20):  # without hanging up: after more than a minute
        done = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(one, PASSING) for one in done), done
    with pytest.raises(DatabaseAway):
        await pool.fetchval("SELECT 1")


@pytest.mark.parametrize("lost", [True, False])
async def test_the_pool_serves_again_whether_the_old_lines_live_on_or_not(
    way: tuple[Link, str], outage: Outage, pool: asyncpg.Pool, lost: bool
) -> None:
    way[0].cut()
    outage.is_on = True
    outage.lines.hang_up()
    way[0].mend(lost=lost)
    outage.is_on = False
    assert await pool.fetchval("SELECT 1") == 1


async def test_a_line_that_is_being_made_is_hung_up_too(
    way: tuple[Link, str], outage: Outage, pool: asyncpg.Pool
) -> None:
    way[0].cut()
    outage.lines.hang_up()
    waiting = asyncio.create_task(pool.fetchval("SELECT 1"))
    while not outage.lines.under_way:
        await asyncio.sleep(0)
    outage.lines.hang_up()
    with pytest.raises(PASSING):
        await waiting


async def test_a_question_without_an_answer_hangs_up(
    way: tuple[Link, str], outage: Outage, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.outage.WITHIN_S", 0.2)
    way[0].cut()
    waiting = asyncio.create_task(pool.fetchval("SELECT 1"))
    asking = asyncio.create_task(outage.run())
    with pytest.raises(PASSING):
        await waiting
    assert _away(outage)
    way[0].mend(lost=True)
    while _away(outage):
        await asyncio.sleep(0.01)
    assert await pool.fetchval("SELECT 1") == 1
    asking.cancel()


async def test_a_process_that_stood_still_does_not_take_that_for_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer came meanwhile, and nobody was there to read it."""

    async def stood_still() -> None:
        time.sleep(0.1)
        for _ in range(4):  # as many turns of the loop as an answer takes to reach who waits
            await asyncio.sleep(0)

    monkeypatch.setattr("services.outage.WITHIN_S", 0.05)
    outage = Outage("postgresql://none")
    monkeypatch.setattr(outage, "_asked", stood_still)
    assert await outage._answers()


def _away(outage: Outage) -> bool:
    return outage.is_on
