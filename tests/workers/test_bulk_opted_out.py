"""Whoever wants no mass replies gets none: left out of the preview, again when their turn comes, and of what waits to
leave. And the city that is noted of a person is what `{city}` stands for."""

from __future__ import annotations

import uuid

import pytest

from inbox import author_keeping
from inbox import events as ev
from inbox.bulk import jobs
from inbox.bulk.orders import Orders
from inbox.clock import SimulatedClock
from inbox.people import erasure
from inbox.wording import Variant
from tests.views.world import World
from tests.workers.bulk_world import WORDS, Crowd
from tests.workers.test_bulk_persons import begin, link, outcome, written

REPLY = Orders(what="reply", variants=WORDS)
CITY = Orders(what="reply", variants=(Variant(text="Une équipe est en route vers {city}."),))


@pytest.fixture
async def crowd(world: World, clock: SimulatedClock) -> Crowd:
    crowd = Crowd(world, clock)
    await crowd.join()
    return crowd


async def opt_out(crowd: Crowd, name: str, *, undo: bool = False) -> None:
    world, now = crowd.world, crowd.clock.now()
    await author_keeping.opt_out(world.log, world.brand, world.subject(name), by=crowd.me, now=now, undo=undo)


async def lives_in(crowd: Crowd, name: str, city: str) -> None:
    world, now = crowd.world, crowd.clock.now()
    await author_keeping.note_city(world.log, world.brand, world.subject(name), city, by=crowd.me, now=now)


@pytest.mark.parametrize("orders", [REPLY, Orders(what="acknowledge", variants=WORDS)])
async def test_the_preview_leaves_out_whoever_opted_out_and_whoever_is_the_same_person(
    crowd: Crowd, orders: Orders
) -> None:
    zoe, max_, ada = await crowd.people("zoe", "max", "ada")
    await opt_out(crowd, "zoe")
    await link(crowd, "zoe", "max")
    job = await crowd.draft(orders, [zoe, max_, ada])
    assert await outcome(crowd, job, zoe, max_, ada) == ["opted_out", "opted_out", "waiting"]
    await opt_out(crowd, "zoe", undo=True)
    assert "opted_out" not in await outcome(crowd, await crowd.foretold(job), zoe, max_, ada)


async def test_what_writes_to_nobody_is_done_to_their_items_too(crowd: Crowd) -> None:
    (zoe,) = await crowd.people("zoe")
    await opt_out(crowd, "zoe")
    for orders in (Orders(what="acknowledge"), Orders(what="resolve")):
        job = await crowd.begun(orders, [zoe])
        await crowd.worked(job)
        assert await outcome(crowd, job, zoe) == ["done"]


async def test_who_opts_out_after_it_was_begun_is_refused_at_their_turn_and_not_held_as_written_to(
    crowd: Crowd,
) -> None:
    zoe, max_ = await crowd.people("zoe", "max")
    job = await crowd.begun(REPLY, [zoe, max_])
    await opt_out(crowd, "zoe")
    await crowd.worked(job)
    assert await outcome(crowd, job, zoe, max_) == ["opted_out", "done"]
    await opt_out(crowd, "zoe", undo=True)
    again = await crowd.begun(REPLY, [zoe])
    await crowd.worked(again)
    assert sorted(await written(crowd), key=str) == sorted([zoe, max_], key=str)


async def test_a_follow_up_leaves_out_who_opted_out_since(crowd: Crowd) -> None:
    zoe, max_ = await crowd.people("zoe", "max")
    job = await crowd.begun(REPLY, [zoe, max_])
    await crowd.worked(job)
    await crowd.leave()
    await crowd.worker().receipts(crowd.world.brand)
    await opt_out(crowd, "zoe")
    again = await jobs.follow_up(crowd.world.log, crowd.world.brand, job, by=crowd.me, now=crowd.clock.now())
    await jobs.order(crowd.world.log, crowd.world.brand, again, REPLY, by=crowd.me)
    await crowd.foretold(again)
    await begin(crowd, again)
    await crowd.worked(again)
    assert await outcome(crowd, again, zoe, max_) == ["opted_out", "done"]


async def test_what_waits_to_leave_for_them_is_held_back_and_nothing_of_others(crowd: Crowd) -> None:
    zoe, max_, ada = await crowd.people("zoe", "max", "ada")
    job = await crowd.begun(REPLY, [zoe, max_, ada])
    await crowd.worked(job)
    await crowd.into_the_outbox()
    await crowd.leave(ada)
    await crowd.world.pool.execute("UPDATE vigie.outbox SET state = 'queued' WHERE item_id <> $1", ada)
    person = {crowd.world.subject("zoe"), crowd.world.subject("ada")}
    for _ in range(2):
        await jobs.hold_back_from(crowd.world.log, crowd.world.brand, person, by=crowd.me, now=crowd.clock.now())
    assert [event.item_id for event in await crowd.events(ev.ReplyWithheld)] == [zoe]
    rows = await crowd.world.pool.fetch("SELECT item_id, state FROM vigie.outbox")
    states = {row["item_id"]: row["state"] for row in rows}
    assert (states[zoe], states[max_]) == ("done", "queued")


async def test_to_say_it_again_changes_nothing_and_forgetting_takes_it_away(crowd: Crowd) -> None:
    world = crowd.world
    await crowd.people("zoe")
    for _ in range(2):
        await opt_out(crowd, "zoe")
        await lives_in(crowd, "zoe", "Brest")
    told = [
        event.TYPE for event in await crowd.events(ev.Event) if event.TYPE in {"AuthorOptOutSaid", "AuthorCitySaid"}
    ]
    assert told == ["AuthorOptOutSaid", "AuthorCitySaid"]
    await erasure.forget(world.log, world.brand, world.subject("zoe"), by=None, now=crowd.clock.now())
    (zoe,) = await crowd.people("zoe")
    job = await crowd.draft(CITY, [zoe])
    assert await outcome(crowd, job, zoe) == ["gap_missing"]
    assert await outcome(crowd, await crowd.draft(REPLY, [zoe]), zoe) == ["waiting"]


async def test_who_has_no_city_is_left_out_or_reads_the_words_for_that(crowd: Crowd) -> None:
    zoe, max_, ada = await crowd.people("zoe", "max", "ada")
    await lives_in(crowd, "zoe", "Brest")
    await lives_in(crowd, "max", "Le Mans")
    await lives_in(crowd, "max", "")
    job = await crowd.begun(CITY, [zoe, max_, ada])
    assert await outcome(crowd, job, zoe, max_, ada) == ["waiting", "gap_missing", "gap_missing"]
    await crowd.worked(job)
    fallback = Orders(what="reply", variants=(Variant(text="En route vers {city|chez vous}."),))
    await crowd.worked(await crowd.begun(fallback, [max_]))
    texts = [event.text for event in await crowd.events(ev.ReplyQueued)]
    assert texts == ["Une équipe est en route vers Brest.", "En route vers chez vous."]


async def test_the_city_is_read_when_their_turn_comes(crowd: Crowd) -> None:
    zoe, max_ = await crowd.people("zoe", "max")
    await lives_in(crowd, "zoe", "Brest")
    job: uuid.UUID = await crowd.begun(CITY, [zoe])
    await lives_in(crowd, "zoe", "Quimper")
    await crowd.worked(job)
    assert [event.text for event in await crowd.events(ev.ReplyQueued)] == ["Une équipe est en route vers Quimper."]
    await lives_in(crowd, "zoe", "")
    assert await outcome(crowd, await crowd.draft(CITY, [max_]), max_) == ["gap_missing"]
