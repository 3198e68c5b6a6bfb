"""A rebuild stands beside the running views: who reads, writes, forgets or rebuilds meanwhile is not disturbed."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Any, ClassVar

import pytest

from inbox.errors import Refused
from inbox.ids import BrandId
from inbox.log.follow import Runner
from inbox.log.record import Recorded
from inbox.log.store import Connection
from inbox.policy import Policy
from inbox.views import rebuild as rebuilding
from inbox.views import rebuild_share, shadow, streams
from inbox.views.rebuild import rebuild
from tests.views.world import VIEWS, World, tables


async def five(world: World) -> None:
    for n in range(5):
        await world.says(f"a{n}", thread=f"t{n}")
    await world.project()


@contextlib.asynccontextmanager
async def loaded(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[asyncio.Task[rebuilding.Rebuilt]]:
    """A rebuild that has folded everything there was, and goes on when the block ends."""
    folded, go_on, fold = asyncio.Event(), asyncio.Event(), rebuild_share.fold

    async def paused(*given: Any) -> int:
        count = await fold(*given)
        folded.set()
        await go_on.wait()
        return count

    monkeypatch.setattr(rebuild_share, "fold", paused)
    task = asyncio.create_task(rebuild(world.log, world.brand))
    await folded.wait()
    try:
        yield task
    finally:
        go_on.set()
        await asyncio.gather(task, return_exceptions=True)


async def from_nothing(world: World) -> dict[str, Any]:
    for table in VIEWS:
        await world.pool.execute(f"DELETE FROM vigie.{table} WHERE brand_id = $1", world.brand)
    await rebuild(world.log, world.brand)
    return await tables(world.pool, world.brand)


async def left(world: World) -> int:
    counts = [await world.pool.fetchval(f"SELECT count(*) FROM vigie.rebuilding_{table}") for table in VIEWS]
    return sum(counts)


async def test_meanwhile_the_queue_is_whole_and_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await five(world)
    async with loaded(world, monkeypatch) as task:
        await world.says("late", thread="late")
        await world.says("a0", "encore", thread="t0")
        await world.project()
        page = await world.page()
        assert (len(page.rows), page.position) == (6, 7)
    assert (await task).position == 7
    page = await world.page()
    assert (len(page.rows), page.position) == (6, 7)
    assert (await world.row(world.item("a0", thread="t0"))).message_count == 2
    built = await tables(world.pool, world.brand)
    assert await from_nothing(world) == built


async def test_rows_that_were_wrong_are_right_after_it_and_the_others_are_not_touched(world: World) -> None:
    await five(world)
    before = await tables(world.pool, world.brand)
    wrong, stray = world.item("a1", thread="t1"), uuid.uuid4()
    lay = await places(world)
    await world.pool.execute("UPDATE vigie.items SET priority = 4, card = '{}' WHERE item_id = $1", wrong)
    await world.pool.execute("UPDATE vigie.turns SET item_id = $2 WHERE item_id = $1", wrong, stray)
    done = await rebuild(world.log, world.brand)
    assert await tables(world.pool, world.brand) == before
    assert done.changed == 2
    assert {item for item, place in (await places(world)).items() if lay[item] != place} == {wrong}


async def places(world: World) -> dict[uuid.UUID, str]:
    """Where each row lies on the disk: another place, once it was written again."""
    rows = await world.pool.fetch("SELECT item_id, ctid::text FROM vigie.items")
    return {row["item_id"]: row["ctid"] for row in rows}


async def test_a_policy_and_a_wish_to_be_forgotten_that_come_meanwhile_are_heeded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await five(world)
    async with loaded(world, monkeypatch):
        await world.policy(Policy(warn_share=0.5))
        await world.forgets("a3", world.item("a3", thread="t3"))
        await world.project()
    built = await tables(world.pool, world.brand)
    assert (await world.row(world.item("a3", thread="t3"))).forgotten
    assert await world.pool.fetchval("SELECT min(next_alarm_at) FROM vigie.items") == world.minutes(15)
    assert await from_nothing(world) == built


async def test_what_the_projector_has_not_seen_yet_it_does_not_see_twice(world: World) -> None:
    await five(world)
    for n in range(3):
        await world.says("a0", f"encore {n}", thread="t0")
    assert (await rebuild(world.log, world.brand)).position == 8
    assert await world.pool.fetchval("SELECT position FROM vigie.checkpoints WHERE follower = 'project'") == 8
    assert (await world.row(world.item("a0", thread="t0"))).message_count == 4


class Counting:
    name: ClassVar[str] = "deliver"
    transactional: ClassVar[bool] = False
    wants: ClassVar[frozenset[str] | None] = None

    def __init__(self) -> None:
        self.handled: list[int] = []

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
        self.handled += [one.position for one in events]

    def committed(self, brand: BrandId, events: Sequence[Recorded]) -> None:
        pass


async def test_nothing_that_others_did_is_done_again(world: World) -> None:
    await five(world)
    counting = Counting()
    subscription = world.log.pulse.subscribe("views")
    running = asyncio.create_task(Runner(world.log, counting).run())
    try:
        await rebuild(world.log, world.brand)
        assert await subscription.wait(5) == {world.brand}
        await world.says("last")
        world.log.pulse.beat("log", world.brand)
        async with asyncio.timeout(10):
            while 6 not in counting.handled:
                await asyncio.sleep(0)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert counting.handled == [1, 2, 3, 4, 5, 6]
    assert await world.log.head(world.brand) == 6


async def test_a_second_one_is_refused_and_told_how_far_the_first_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await five(world)
    async with loaded(world, monkeypatch) as first:
        with pytest.raises(Refused, match="of 5 events") as refused:
            await rebuild(world.log, world.brand)
        assert refused.value.code == "rebuild_under_way"
    assert (await first).position == 5
    monkeypatch.undo()
    assert (await rebuild(world.log, world.brand)).changed == 0


async def test_one_that_is_stopped_leaves_nothing_behind(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await five(world)
    before = await tables(world.pool, world.brand)
    async with loaded(world, monkeypatch) as task:
        assert await left(world) == 15
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await left(world) == 0
    assert await tables(world.pool, world.brand) == before
    monkeypatch.undo()
    assert (await rebuild(world.log, world.brand)).position == 5


DIED = "UPDATE vigie.rebuilds SET heard_at = heard_at - interval '1 hour'"


async def test_one_that_died_is_taken_over_and_comes_back_to_write_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await five(world)
    async with loaded(world, monkeypatch) as dead:
        monkeypatch.undo()
        await world.pool.execute(DIED)
        assert (await rebuild(world.log, world.brand)).position == 5
    with pytest.raises(shadow.TakenOver):
        await dead
    assert await left(world) == 0


async def test_what_a_dead_one_left_is_swept_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await five(world)
    async with loaded(world, monkeypatch):
        await rebuilding.sweep(world.log)
        assert await left(world) == 15
        await world.pool.execute(DIED)
        await rebuilding.sweep(world.log)
        assert await left(world) == 0


async def test_processes_of_their_own_make_the_same_rows(
    world: World, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await five(world)
    await world.forgets("a3", world.item("a3", thread="t3"))
    await world.project()
    built = await tables(world.pool, world.brand)
    await world.pool.execute("DELETE FROM vigie.items")
    monkeypatch.setattr(rebuild_share, "EVENTS_A_SHARE", 2)
    await rebuild(world.log, world.brand, processes=rebuild_share.Elsewhere(database, world.log.keyring, 2))
    assert await tables(world.pool, world.brand) == built


def test_the_shares_leave_no_name_out() -> None:
    for events in (0, 1, 5_000, 1_000_000, 10**9):
        edges = rebuild_share.shares(events)
        assert edges[0][0] <= "0"
        assert edges[-1][1] > "f" * 36
        assert all(before[1] == after[0] for before, after in pairwise(edges))


async def test_the_tables_beside_have_the_columns_of_the_running_ones(world: World) -> None:
    """The switch compares and copies whole rows."""
    asked = "SELECT column_name, udt_name, is_nullable FROM information_schema.columns WHERE table_name = $1"
    for table in VIEWS:
        running, beside = [await world.pool.fetch(asked + " ORDER BY ordinal_position", name)
                           for name in (table, f"rebuilding_{table}")]  # fmt: skip
        assert running == beside
        if table in shadow.COLUMNS:
            assert {"brand_id", *shadow.COLUMNS[table]} == {row["column_name"] for row in running}
    assert set(shadow.COLUMNS) == set(streams.Built.__dataclass_fields__) - {"events"}


async def test_a_switch_never_looks_through_all_new_rows_for_each_of_the_old_ones(world: World) -> None:
    """Whatever the server believes of a table that is empty between rebuilds: forty thousand items held the projector
    for a quarter of an hour."""
    await five(world)
    async with world.pool.acquire() as connection, connection.transaction():
        await shadow.switch(connection, world.brand)
        for name in (f"{step}_{table}" for step in ("old", "new") for table in shadow.TABLES):
            plan = await connection.fetch(f"EXPLAIN {getattr(shadow.sql, name)}", world.brand)
            assert "Nested Loop" not in "\n".join(row[0] for row in plan), name
