"""Authors whom colleagues linked are one person: written to once, by whatever job, item and channel."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from inbox import author_keeping
from inbox import events as ev
from inbox.bulk import jobs
from inbox.bulk.orders import Orders
from inbox.clock import SimulatedClock
from inbox.ids import ItemId
from inbox.wording import Variant
from tests.views.world import World
from tests.workers.bulk_world import WORDS, Crowd

REPLY = Orders(what="reply", variants=WORDS)


@pytest.fixture
async def crowd(world: World, clock: SimulatedClock) -> Crowd:
    crowd = Crowd(world, clock)
    await crowd.join()
    return crowd


async def link(crowd: Crowd, one: str, other: str, *, undo: bool = False) -> None:
    world = crowd.world
    both = world.subject(one), world.subject(other)
    await author_keeping.link(world.log, world.brand, *both, by=crowd.me, now=crowd.clock.now(), undo=undo)


async def outcome(crowd: Crowd, job: uuid.UUID, *items: ItemId) -> list[str]:
    """Of each item its reason, or its state where there is none."""
    rows = await crowd.world.pool.fetch(jobs.sql.states, crowd.world.brand, job, 0, None, 100, None, None)
    found = {row["item_id"]: row["code"] or row["state"] for row in rows}
    return [found[item] for item in items]


async def written(crowd: Crowd) -> list[ItemId]:
    return [event.item_id for event in await crowd.events(ev.ReplyQueued)]


async def begin(crowd: Crowd, job: uuid.UUID) -> None:
    await jobs.begin(crowd.world.log, crowd.world.brand, job, by=crowd.me, now=crowd.clock.now())


async def waits_longest_first(crowd: Crowd, *names: str) -> list[ItemId]:
    """Each on a channel of their own. All but the first name an order."""
    found = []
    for n, name in enumerate(names):
        text = "Ma commande n° 123456 ?" if n else "Toujours rien"
        found += await crowd.people(name, channel=f"c{n}", at=crowd.world.minutes(n - 60), text=text)
    return found


@pytest.mark.parametrize("orders", [REPLY, Orders(what="acknowledge", variants=WORDS)])
async def test_the_draft_keeps_the_most_urgent_item_of_a_person_that_can_be_answered(
    crowd: Crowd, orders: Orders
) -> None:
    zoe, max_, ada, eve = await waits_longest_first(crowd, "zoe", "max", "ada", "eve")
    await link(crowd, "ada", "max")
    await link(crowd, "zoe", "ada")
    assert await outcome(crowd, await crowd.draft(orders, [eve, ada, max_, zoe]), zoe, max_, ada, eve) == [
        "waiting", "same_person", "same_person", "waiting",
    ]  # fmt: skip
    asks = orders.model_copy(update={"variants": (Variant(text="Votre commande {order} suit."),)})
    job = await crowd.draft(asks, [eve, ada, max_, zoe])
    assert await outcome(crowd, job, zoe, max_, ada, eve) == ["gap_missing", "waiting", "same_person", "waiting"]
    await link(crowd, "ada", "max", undo=True)
    assert await outcome(crowd, await crowd.foretold(job), max_, ada) == ["waiting", "waiting"]


async def test_what_writes_to_nobody_is_done_to_each_of_their_items(crowd: Crowd) -> None:
    items = await waits_longest_first(crowd, "zoe", "max")
    await link(crowd, "zoe", "max")
    job = await crowd.begun(Orders(what="resolve"), items)
    await crowd.worked(job)
    assert await crowd.fates(job) == {"done": 2}


async def test_linked_after_the_draft_was_seen_they_are_still_written_to_once(crowd: Crowd) -> None:
    zoe, max_ = await waits_longest_first(crowd, "zoe", "max")
    job = await crowd.begun(REPLY, [zoe, max_])
    assert await crowd.fates(job) == {"waiting": 2}
    await link(crowd, "zoe", "max")
    await crowd.worked(job)
    assert await outcome(crowd, job, zoe, max_) == ["done", "same_person"]
    assert await written(crowd) == [zoe]


async def test_another_mass_reply_of_the_day_leaves_out_whom_the_first_wrote_to_elsewhere(crowd: Crowd) -> None:
    zoe, max_, ada = await waits_longest_first(crowd, "zoe", "max", "ada")
    await crowd.worked(await crowd.begun(REPLY, [zoe]))
    seen_before = await crowd.begun(REPLY, [max_])
    await link(crowd, "zoe", "max")
    await crowd.worked(seen_before)
    assert await outcome(crowd, seen_before, max_) == ["already_written"]
    await link(crowd, "max", "ada")
    assert await outcome(crowd, await crowd.draft(REPLY, [ada]), ada) == ["already_written"]
    assert await written(crowd) == [zoe]


async def test_two_jobs_at_once_write_to_a_person_once(crowd: Crowd) -> None:
    names = [f"p{n}" for n in range(4)]
    items = await waits_longest_first(crowd, *names, *(f"q{n}" for n in range(4)))
    one, two = await crowd.begun(REPLY, items[:4]), await crowd.begun(REPLY, items[4:])
    for n in range(4):
        await link(crowd, f"p{n}", f"q{n}")
    await asyncio.gather(*(crowd.worker().step(crowd.world.brand, job) for job in (one, two)))
    for job in (one, two):
        await crowd.worked(job)
    said = await written(crowd)
    assert sorted(items.index(item) % 4 for item in said) == [0, 1, 2, 3]


@pytest.mark.parametrize("already_foretold", [True, False])
async def test_a_follow_up_writes_once_to_whom_the_first_wrote_twice_before_they_were_linked(
    crowd: Crowd, already_foretold: bool
) -> None:
    zoe, max_ = await waits_longest_first(crowd, "zoe", "max")
    job = await crowd.begun(REPLY, [zoe, max_])
    await crowd.worked(job)
    await crowd.leave()
    await crowd.worker().receipts(crowd.world.brand)
    again = await jobs.follow_up(crowd.world.log, crowd.world.brand, job, by=crowd.me, now=crowd.clock.now())
    await jobs.order(crowd.world.log, crowd.world.brand, again, REPLY, by=crowd.me)
    if already_foretold:
        await crowd.foretold(again)
    await link(crowd, "zoe", "max")
    if not already_foretold:
        await crowd.foretold(again)
    await begin(crowd, again)
    await crowd.worked(again)
    assert sorted(await outcome(crowd, again, zoe, max_)) == ["done", "same_person"]
    assert len(await written(crowd)) == 3


async def test_whoever_could_not_be_written_to_after_all_is_given_back_whole(crowd: Crowd) -> None:
    zoe, max_ = await waits_longest_first(crowd, "zoe", "max")
    await link(crowd, "zoe", "max")
    refused = await crowd.begun(REPLY, [zoe])
    await crowd.world.says("zoe", "Encore un mot", channel="c0")
    await crowd.world.project()
    await crowd.worked(refused)
    assert await outcome(crowd, refused, zoe) == ["conflict"]
    other = await crowd.begun(REPLY, [max_])
    await crowd.worked(other)
    assert (await outcome(crowd, other, max_), await written(crowd)) == (["done"], [max_])
