"""Who is muted is muted everywhere: in the author's other items, in those they begin later, and only once in each."""

from __future__ import annotations

import pytest

from inbox import events as ev
from inbox.ids import ItemId
from inbox.log.follow import Runner
from services.workers.mute import Mute
from tests.views.world import ME, World


async def follow(world: World) -> None:
    while await Runner(world.log, Mute(world.log), batch=3).step(world.brand):
        pass
    await world.project()


async def decided(world: World, item: ItemId, *, muted: bool = True) -> None:
    kind = ev.AuthorMuted if muted else ev.AuthorUnmuted
    await world.happens(kind(item_id=item, by=ME, at=world.noon))
    await follow(world)


async def told(world: World, item: ItemId) -> list[str]:
    stream = await world.log.read_stream(world.brand, str(item))
    return [r.event.TYPE for r in stream if isinstance(r.event, ev.AuthorMuted | ev.AuthorUnmuted)]


async def test_the_decision_is_carried_to_other_items_and_to_later_ones(world: World) -> None:
    here, there, other = await world.says(), await world.says(thread="t2"), await world.says("max")
    await decided(world, here)
    later = await world.says(thread="t3")
    await world.says(thread="t3")
    await follow(world)
    for item in (here, there, later):
        row = await world.row(item)
        assert (row.muted, row.priority) == (True, 4)
        assert await told(world, item) == ["AuthorMuted"]
    assert not (await world.row(other)).muted


async def test_unmuted_in_any_of_their_items_they_are_heard_everywhere(world: World) -> None:
    here, there = await world.says(), await world.says(thread="t2")
    await decided(world, here)
    await decided(world, there, muted=False)
    later = await world.says(thread="t3")
    await follow(world)
    assert [(await world.row(item)).muted for item in (here, there, later)] == [False, False, False]
    assert await told(world, later) == []
    await decided(world, there)
    assert [(await world.row(item)).muted for item in (here, there, later)] == [True, True, True]


async def test_read_again_from_the_start_nothing_is_said_twice(world: World) -> None:
    here, there = await world.says(), await world.says(thread="t2")
    await decided(world, here)
    head = await world.log.head(world.brand)
    await world.pool.execute("DELETE FROM vigie.checkpoints WHERE follower = 'mute'")
    await follow(world)
    assert await world.log.head(world.brand) == head
    assert await told(world, there) == ["AuthorMuted"]


@pytest.mark.parametrize("batch", [1, 500])
async def test_muted_and_unmuted_in_one_breath_ends_unmuted(world: World, batch: int) -> None:
    here = await world.says()
    await world.happens(
        ev.AuthorMuted(item_id=here, by=ME, at=world.noon), ev.AuthorUnmuted(item_id=here, by=ME, at=world.noon)
    )
    later = await world.says(thread="t3")
    while await Runner(world.log, Mute(world.log), batch=batch).step(world.brand):
        pass
    await world.project()
    assert [(await world.row(item)).muted for item in (here, later)] == [False, False]
