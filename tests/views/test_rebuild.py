"""Views built step by step equal views rebuilt, at every prefix of any history and however the log was cut."""

from __future__ import annotations

import asyncio
import uuid
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from inbox import events as ev
from inbox.ids import ItemId
from inbox.log.follow import Runner
from inbox.log.store import Log
from inbox.policy import Policy
from inbox.views import queue
from inbox.views.rebuild import rebuild
from inbox.views.stored import load_item
from services.workers.project import Projector
from tests.conftest import new_brand
from tests.core.histories import ITEM_EVENTS, Step, wild_with_oblivion
from tests.views.world import ME, VIEWS, World, tables

OTHER = uuid.UUID(int=0xB2)
QUICK = settings(
    max_examples=30, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


async def append(world: World, step: Step, elsewhere: bool, policy: Policy) -> Policy:
    """The step as the log would have it: its policy announced before it, its words sealed, a forgotten key gone."""
    _, event, wanted = step
    if wanted != policy:
        await world.policy(wanted)
    if isinstance(event, ev.AuthorForgotten):
        both = (ItemId(uuid.UUID(int=0xA1)), ItemId(OTHER))
        await world.forgets("zoe", *both)
    else:
        await world.happens(event.model_copy(update={"item_id": OTHER}) if elsewhere else event)
    return wanted


async def compared(world: World) -> tuple[Any, Any]:
    """The views as they stand, and as a rebuild makes them from nothing."""
    before = await tables(world.pool, world.brand)
    for table in VIEWS:
        await world.pool.execute(f"DELETE FROM vigie.{table} WHERE brand_id = $1", world.brand)
    await rebuild(world.log, world.brand)
    return before, await tables(world.pool, world.brand)


@QUICK
@given(
    steps=wild_with_oblivion(),
    elsewhere=st.lists(st.booleans(), min_size=30, max_size=30),
    cuts=st.lists(st.booleans(), min_size=30, max_size=30),
)
async def test_views_built_step_by_step_equal_views_rebuilt(
    log: Log, noon: datetime, steps: list[Step], elsewhere: list[bool], cuts: list[bool]
) -> None:
    world, policy = World(log, await new_brand(log.pool), noon), Policy()
    for step, aside, cut in zip(steps, elsewhere, cuts, strict=False):
        policy = await append(world, step, aside, policy)
        if cut:
            await world.project()
            await world.project_waves()
            built, rebuilt = await compared(world)
            assert built == rebuilt
    await world.project(batch=1)
    await world.project_waves(leave=sum(elsewhere) % 3)
    built, rebuilt = await compared(world)
    assert built == rebuilt


def test_the_histories_hold_every_event_of_an_item() -> None:
    assert len(ITEM_EVENTS) == sum(issubclass(kind, ev.ItemEvent) for kind in ev.EVENT_TYPES.values()) > 20


async def test_a_new_policy_moves_the_warnings_of_running_turns_and_only_those(world: World) -> None:
    item = await world.says("zoe")
    await world.project()
    first = await world.row(item)
    await world.policy(Policy(warn_share=0.5))
    await world.project()
    second = await world.row(item)
    assert (first.warn_ack_at, second.warn_ack_at) == (world.minutes(22.5), world.minutes(15))
    assert first.ack_due_at == second.ack_due_at
    alarm = await world.pool.fetchval("SELECT next_alarm_at FROM vigie.items")
    assert alarm == world.minutes(15)


async def test_a_rebuild_while_the_projector_runs_loses_and_doubles_nothing(world: World) -> None:
    runner = Runner(world.log, Projector(world.log), batch=3)
    subscription = world.log.pulse.subscribe("views")
    running = asyncio.create_task(runner.run())
    try:
        for n in range(30):
            await world.says(f"a{n % 4}", f"mot{n}")
            if n % 10 == 5:
                await rebuild(world.log, world.brand)
        async with asyncio.timeout(20):
            while await projected(world) < 30:
                await subscription.wait()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    built, rebuilt = await compared(world)
    assert built == rebuilt
    assert (
        sum(len(load_item(row["state"]).messages) for row in await world.pool.fetch("SELECT state FROM vigie.items"))
        == 30
    )


async def projected(world: World) -> int:
    async with world.pool.acquire() as connection:
        return (await queue.changed_since(connection, world.brand, 2**62, 1))[1]


async def test_who_is_heard_of_only_after_they_joined_a_wave_is_counted_as_a_rebuild_does(world: World) -> None:
    said = world.message("zoe")
    assert isinstance(said.event, ev.MessageReceived)
    joined = ev.WaveJoined(
        item_id=said.event.item_id, external_id=said.event.external_id, wave_id=uuid.uuid4(), alike="words",
        similarity=0.9, at=world.noon,
    )  # fmt: skip
    await world.happens(joined)
    await world.project_waves()
    await world.log.append(world.brand, [said])
    await world.project()
    await world.project_waves()
    built, rebuilt = await compared(world)
    assert built == rebuilt


async def test_two_projectors_write_each_event_once(world: World) -> None:
    subscription = world.log.pulse.subscribe("views")
    runners = [Runner(world.log, Projector(world.log), batch=2) for _ in range(2)]
    running = [asyncio.create_task(runner.run()) for runner in runners]
    try:
        for n in range(20):
            await world.says("zoe", f"mot{n}")
        async with asyncio.timeout(20):
            while await projected(world) < 20:
                await subscription.wait()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    assert (await world.row(world.item())).message_count == 20


async def test_a_rebuild_tells_how_far_it_is(world: World) -> None:
    for n in range(4):
        await world.says("zoe", f"mot{n}")
    told: list[tuple[int, int]] = []
    done = await rebuild(world.log, world.brand, lambda *at: told.append(at))
    assert (done.position, told) == (4, [(4, 4)])
    assert (await world.row(world.item())).message_count == 4


async def test_a_rebuild_of_one_brand_leaves_the_others_alone(world: World) -> None:
    other = World(world.log, await new_brand(world.pool, "Autre"), world.noon)
    await other.says("zoe")
    await other.project()
    before = await tables(world.pool, other.brand)
    await rebuild(world.log, world.brand)
    assert await tables(world.pool, other.brand) == before
    assert len(before["items"]) == 1


async def test_nul_in_names_and_words_is_kept_in_the_row(world: World) -> None:
    item = await world.says("zoe", "a\x00b", name="Z\x00é", external_id="m\x00")
    await world.happens(ev.NoteAdded(item_id=item, note_id=uuid.uuid4(), by=ME, at=world.noon, text="\x00"))
    await world.project()
    row = await world.row(item)
    assert row.text == "a\x00b"
    assert row.author is not None
    assert row.author.name == "Z\x00é"
