"""A way to the database that swallows everything, or some of it: whoever waits is told at once, and the pool heals by
itself."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from inbox.log.passing import PASSING
from services import database as database_
from services import journal
from services.line import HungUp, Line
from services.lines import LOOKS, DatabaseAway
from services.outage import Outage
from services.settings import Settings
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


@pytest.fixture
async def asking(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[asyncpg.Connection]:
    """A line that lives while those of the pool are dead. No patience is needed but for what is on its way."""
    monkeypatch.setattr("services.lines.SILENT_S", 0.2)
    connection = await asyncpg.connect(database)
    yield connection
    connection.terminate()


async def _looked(outage: Outage, asking: asyncpg.Connection, until: asyncio.Task[Any]) -> None:
    while not until.done():
        await outage.lines.examine(asking)
        await asyncio.sleep(0.01)


async def test_lines_that_are_dead_while_the_database_answers_are_hung_up_and_those_nobody_took_with_them(
    way: tuple[Link, str], outage: Outage, pool: asyncpg.Pool, asking: asyncpg.Connection
) -> None:
    assert pool.get_idle_size() == 2
    way[0].cut()
    waiting = asyncio.create_task(pool.fetchval("SELECT 1"))
    await _looked(outage, asking, waiting)
    assert isinstance(waiting.exception(), PASSING)
    way[0].mend(lost=True)
    async with asyncio.timeout(20):  # one of these would have met the other dead line
        assert await asyncio.gather(*(pool.fetchval("SELECT 1 FROM pg_sleep(0.1)") for _ in range(2))) == [1, 1]


async def test_a_statement_that_was_given_up_on_a_dead_line_keeps_nobody(
    way: tuple[Link, str], outage: Outage, pool: asyncpg.Pool, asking: asyncpg.Connection
) -> None:
    way[0].cut()
    waiting = asyncio.create_task(pool.fetchval("SELECT 1", timeout=0.01))
    await _looked(outage, asking, waiting)
    assert isinstance(waiting.exception(), PASSING)


async def test_a_line_that_is_being_made_and_leads_nowhere_is_hung_up_while_the_database_answers(
    way: tuple[Link, str], outage: Outage, pool: asyncpg.Pool, asking: asyncpg.Connection
) -> None:
    way[0].cut()
    outage.lines.hang_up()
    waiting = asyncio.create_task(pool.fetchval("SELECT 1"))
    await _looked(outage, asking, waiting)
    assert isinstance(waiting.exception(), PASSING)


@pytest.mark.parametrize("pooled", [False, True])
async def test_a_statement_that_takes_long_is_waited_for(
    way: tuple[Link, str], outage: Outage, pool: asyncpg.Pool, asking: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch, pooled: bool
) -> None:  # fmt: skip
    """And any, where a pooler stands between, by whose numbers nothing can be told."""
    monkeypatch.setattr("services.lines.SILENT_S", 0.0)
    if pooled:
        way[0].cut()
        monkeypatch.setattr(asyncpg.Connection, "get_server_pid", lambda _: -1)
    await asking.fetchval("SELECT pg_advisory_lock(7)")
    waiting = asyncio.create_task(pool.fetchval("SELECT 2 FROM pg_advisory_lock(7)"))
    for _ in range(LOOKS * 3):
        await outage.lines.examine(asking)
        await asyncio.sleep(0.01)
    await asking.fetchval("SELECT pg_advisory_unlock(7)")
    way[0].mend(lost=False)
    assert await waiting == 2


async def test_who_is_hung_up_between_two_steps_of_a_statement_hears_so_and_not_of_a_bug(
    outage: Outage, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = asyncpg.Connection._get_statement  # type: ignore[attr-defined]

    async def then_hung_up(line: Line, *given: Any, **how: Any) -> Any:
        found = await prepare(line, *given, **how)
        outage.lines.hang_up()
        return found

    monkeypatch.setattr(Line, "_get_statement", then_hung_up)
    with pytest.raises(HungUp):
        await pool.fetchval("SELECT 1")
    assert issubclass(HungUp, PASSING)


async def test_who_is_hung_up_while_giving_the_line_back_has_what_they_asked_for(
    outage: Outage, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leaving(line: Line, stacklevel: int = 1) -> None:
        asyncio.get_running_loop().call_soon(outage.lines.hang_up)

    monkeypatch.setattr(Line, "_on_release", leaving)
    assert await pool.fetchval("SELECT 1") == 1


async def test_a_pool_that_finds_no_database_says_so_in_a_line(
    outage: Outage, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(logging.getLogger("asyncpg.pool"), "filters", [])
    journal.keep(Settings())
    outage.is_on = True
    outage.lines.hang_up()
    while not caplog.records:
        await asyncio.sleep(0)
    assert [(one.exc_info, one.getMessage().rpartition(": ")[2]) for one in caplog.records] == [(None, "DatabaseAway")]


def _away(outage: Outage) -> bool:
    return outage.is_on
