"""Waves folded in the queue: who stands for the others, and on which lists."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from inbox import events as ev
from inbox.ids import ItemId
from inbox.views import folding
from inbox.views.filters import VIEWS, WAITING, Filter, SavedView, Without
from inbox.views.marks import Mark
from inbox.views.rebuild import rebuild
from tests.views.world import ME, World

WAVE = uuid.UUID(int=7)
QUEUE = Filter(statuses=WAITING)


async def wave_of(world: World, count: int, wave: uuid.UUID = WAVE) -> list[ItemId]:
    items = []
    for n in range(count):
        item = await world.says(f"{wave.hex[-2:]}{n}", thread=f"{wave}{n}", at=world.minutes(n))
        name = f"m{world.spoken}"
        await world.happens(
            ev.WaveJoined(item_id=item, external_id=name, wave_id=wave, alike="words", similarity=1, at=world.noon)
        )
        items.append(item)
    await world.project()
    return items


async def shown(world: World, filter: Filter = QUEUE) -> list[uuid.UUID]:
    """All pages of a list, two rows each."""
    found: list[uuid.UUID] = []
    after = None
    while True:
        page = await world.page(filter, folded=True, after=after, limit=2)
        found += [row.id for row in page.rows]
        if (after := page.next) is None:
            return found


async def test_the_first_by_rank_stands_for_its_wave_among_the_others(world: World) -> None:
    first, *_ = await wave_of(world, 5)
    others = [await world.says(f"other {n}", thread=f"o{n}", at=world.minutes(10 + n)) for n in range(4)]
    await world.project()
    assert await shown(world) == [first, *others]
    assert (await world.page(QUEUE, folded=True)).folds == {WAVE: folding.Fold(first, 4, {2: 5})}
    assert len((await world.page(QUEUE)).rows) == 9


async def test_the_next_takes_the_place_of_who_is_dealt_with_until_too_few_are_left(world: World) -> None:
    first, second, third, fourth = await wave_of(world, 4)
    await world.happens(ev.ItemResolved(item_id=first, by=ME, at=world.noon))
    await world.project()
    assert await shown(world) == [second]
    await world.happens(ev.ItemResolved(item_id=third, by=ME, at=world.noon))
    await world.project()
    assert await shown(world) == [second, fourth]


async def test_who_became_more_urgent_stands_for_the_wave(world: World) -> None:
    *_, last = await wave_of(world, 4)
    await world.happens(ev.PriorityOverridden(item_id=last, priority=1, by=ME, at=world.noon))
    await world.project()
    assert await shown(world) == [last]


async def test_only_members_on_the_same_list_are_folded(world: World) -> None:
    items = await wave_of(world, 5)
    for item in items[:2]:
        await world.happens(ev.PriorityOverridden(item_id=item, priority=1, by=ME, at=world.noon))
    await world.project()
    assert await shown(world, replace(QUEUE, priorities=frozenset({1}))) == items[:2]
    assert await shown(world, replace(QUEUE, priorities=frozenset({2, 3, 4}))) == items[2:3]


@pytest.mark.parametrize(
    ("filter", "folds"),
    [
        (VIEWS["waiting"], True), (VIEWS["urgent"], True), (VIEWS["unacknowledged"], True), (VIEWS["mine"], False),
        (VIEWS["breaching"], False), (VIEWS["all"], False), (VIEWS["resolved"], False),
        (lambda me, now: replace(QUEUE, langs=frozenset({"fr"}), without=Without(channels=frozenset({"c"}))), True),
        (lambda me, now: replace(QUEUE, q="feu"), False),
        (lambda me, now: replace(QUEUE, marks=(frozenset({Mark("wave", WAVE.hex)}),)), False),
        (lambda me, now: replace(QUEUE, without=Without(assignees=frozenset({me}))), False),
    ],
)  # fmt: skip
async def test_what_is_mine_due_soon_searched_for_or_of_one_wave_shows_every_row(
    world: World, filter: SavedView, folds: bool
) -> None:
    assert filter(ME, world.noon).folds is folds


async def test_rebuilt_views_fold_as_those_that_grew(world: World) -> None:
    items = await wave_of(world, 4)
    await rebuild(world.log, world.brand)
    assert await shown(world) == items[:1]
