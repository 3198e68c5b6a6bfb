"""What was set aside is handled again when somebody asks for it, and stays, with its reason, while it cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

import asyncpg
import pytest

from inbox.errors import NotFound
from inbox.ids import BrandId
from inbox.log import aside
from inbox.log.follow import Runner
from inbox.log.record import Recorded
from inbox.log.store import Connection, Log
from services.workers.again import Again
from services.workers.project import Projector
from tests.views.world import World


class Choking:
    name: ClassVar[str] = "choking"
    transactional: ClassVar[bool] = True
    wants: ClassVar[frozenset[str] | None] = None
    mended = False

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
        assert connection is not None
        if not self.mended:
            raise ValueError("words of a person")
        await connection.execute("INSERT INTO handled VALUES ($1)", events[0].position)

    def committed(self, brand: BrandId, events: Sequence[Recorded]) -> None:
        pass


async def put_aside(pool: asyncpg.Pool, brand: BrandId, follower: str, position: int, now: datetime) -> None:
    await pool.execute("INSERT INTO vigie.checkpoints VALUES ($1, $2, 10) ON CONFLICT DO NOTHING", brand, follower)
    await pool.execute(
        "INSERT INTO vigie.set_aside VALUES ($1, $2, $3, 'KeyError', $4)", brand, follower, position, now
    )


async def test_it_is_tried_when_asked_for_and_gone_once_it_is_handled(world: World, noon: datetime) -> None:
    pool, brand, choking = world.log.pool, world.brand, Choking()
    await pool.execute("CREATE TABLE handled (position bigint)")
    await world.says()
    await put_aside(pool, brand, "choking", 1, noon)
    again = Again(world.log, [Runner(world.log, choking)])
    await again.look()
    (kept,) = await aside.of_brand(pool, brand)
    assert (kept.reason, kept.asked) == ("KeyError", False)  # nobody asked

    await aside.ask(pool, brand, "choking", 1, noon)
    await again.look()
    (kept,) = await aside.of_brand(pool, brand)
    assert (kept.reason, kept.asked) == ("ValueError", False)  # the reason of this time, without its words

    choking.mended = True
    await aside.ask(pool, brand, "choking", 1, noon)
    await again.look()
    await again.look()
    assert await aside.of_brand(pool, brand) == []
    assert await pool.fetchval("SELECT array_agg(position) FROM handled") == [1]


async def test_a_row_of_the_queue_that_was_passed_over_comes_back(world: World, noon: datetime) -> None:
    await world.says()
    await world.project()
    pool, brand = world.log.pool, world.brand
    await pool.execute("DELETE FROM vigie.messages WHERE brand_id = $1", brand)
    await put_aside(pool, brand, "project", 1, noon)
    await aside.ask(pool, brand, "project", 1, noon)
    await Again(world.log, [Runner(world.log, Projector(world.log))]).look()
    assert await aside.of_brand(pool, brand) == []
    assert await pool.fetchval("SELECT count(*) FROM vigie.messages WHERE brand_id = $1", brand) == 1


async def test_nobody_asks_for_what_is_not_there_or_another_brands(log: Log, brand: BrandId, noon: datetime) -> None:
    await put_aside(log.pool, brand, "project", 1, noon)
    with pytest.raises(NotFound):
        await aside.ask(log.pool, BrandId(brand + 1), "project", 1, noon)
    with pytest.raises(NotFound):
        await aside.ask(log.pool, brand, "project", 2, noon)
