"""What is done to many at once: one event an item, whatever is killed, at the position seen, and nobody twice."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from inbox import events as ev
from inbox.bulk import jobs
from inbox.bulk.orders import Orders
from inbox.clock import SimulatedClock
from inbox.errors import Refused
from inbox.ids import ItemId, MemberId
from inbox.people import members
from inbox.wording import Variant
from tests.views.world import World
from tests.workers.bulk_world import WORDS, Crowd

RESOLVE, REPLY = Orders(what="resolve"), Orders(what="reply", variants=WORDS)


class Killed(BaseException):
    pass


@pytest.fixture
async def crowd(world: World, clock: SimulatedClock) -> Crowd:
    crowd = Crowd(world, clock)
    await crowd.join()
    return crowd


async def test_each_item_gets_one_event_and_the_report_says_what_was_refused(crowd: Crowd) -> None:
    zoe, max_, ada = await crowd.people("zoe", "max", "ada")
    job = await crowd.begun(RESOLVE, [zoe, max_, ada])
    await crowd.world.says("ada", "Encore un mot")
    await crowd.world.project()
    await crowd.worked(job)
    assert await crowd.fates(job) == {"done": 2, "conflict": 1}
    assert await crowd.state(job) == "done"
    resolved = await crowd.events(ev.ItemResolved)
    assert {(event.item_id, event.by) for event in resolved} == {(zoe, crowd.me), (max_, crowd.me)}


async def test_the_draft_says_who_is_left_out_and_does_nothing(crowd: Crowd) -> None:
    zoe, max_ = await crowd.people("zoe", "max")
    await crowd.world.happens(ev.ItemResolved(item_id=max_, by=crowd.me, at=crowd.clock.now()))
    await crowd.world.project()
    head = await crowd.world.log.head(crowd.world.brand)
    job = await crowd.draft(RESOLVE, [zoe, max_])
    assert await crowd.fates(job) == {"waiting": 1, "already_so": 1}
    assert await crowd.world.log.head(crowd.world.brand) == head
    assert await crowd.state(job) == "draft"


async def test_killed_between_the_event_and_its_note_it_goes_on_without_a_second_event(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = await crowd.people("zoe", "max", "ada")
    job = await crowd.begun(Orders(what="assign", assignee=crowd.me), items)
    worker, fetch = crowd.worker(), crowd.world.pool.execute
    calls = 0

    async def dies(query: str, *args: object) -> object:
        nonlocal calls
        calls += query == jobs.sql.mark
        if calls == 2:
            raise Killed
        return await fetch(query, *args)

    monkeypatch.setattr(type(crowd.world.pool), "execute", lambda self, query, *args, **kw: dies(query, *args))
    with pytest.raises(Killed):
        await crowd.worked(job, worker)
    monkeypatch.undo()
    assert len(await crowd.events(ev.ItemAssigned)) == 2
    await crowd.worked(job)
    assert Counter(e.item_id for e in await crowd.events(ev.ItemAssigned)) == Counter(items)
    assert await crowd.fates(job) == {"done": 3}


async def test_stopped_it_leaves_the_rest_alone(crowd: Crowd) -> None:
    job = await crowd.begun(RESOLVE, await crowd.people("zoe", "max"))
    await jobs.stop(crowd.world.log, crowd.world.brand, job, by=crowd.me, now=crowd.clock.now())
    await crowd.worked(job)
    assert (await crowd.fates(job), await crowd.state(job)) == ({"waiting": 2}, "stopped")
    with pytest.raises(Refused, match="ended already"):
        await jobs.stop(crowd.world.log, crowd.world.brand, job, by=crowd.me, now=crowd.clock.now())


async def test_whoever_loses_the_right_loses_the_job(crowd: Crowd) -> None:
    job = await crowd.begun(RESOLVE, await crowd.people("zoe"))
    cm, now = MemberId(crowd.me), crowd.clock.now()
    owner = await crowd.join("owner")
    await members.change_role(crowd.world.log, crowd.world.brand, cm, "observer", by=owner, now=now)
    await crowd.worked(job)
    assert (await crowd.fates(job), await crowd.state(job)) == ({"waiting": 1}, "stopped")


async def test_what_was_done_is_taken_back_where_nothing_came_in_between(crowd: Crowd) -> None:
    zoe, max_ = await crowd.people("zoe", "max")
    other = await crowd.join()
    await crowd.world.happens(ev.ItemAssigned(item_id=zoe, assignee=other, by=other, at=crowd.clock.now()))
    await crowd.world.project()
    mine = await crowd.join()
    job = await crowd.begun(Orders(what="assign", assignee=mine), [zoe, max_])
    await crowd.worked(job)
    assert [(await crowd.world.row(item)).assignee for item in (zoe, max_)] == [mine, mine]
    undo = await crowd.foretold(
        await jobs.undo(crowd.world.log, crowd.world.brand, job, by=mine, now=crowd.clock.now())
    )
    await crowd.world.happens(ev.ItemAssigned(item_id=max_, assignee=other, by=other, at=crowd.clock.now()))
    await crowd.world.project()
    await jobs.begin(crowd.world.log, crowd.world.brand, undo, by=mine, now=crowd.clock.now())
    await crowd.worked(undo)
    assert [(await crowd.world.row(item)).assignee for item in (zoe, max_)] == [other, other]
    assert await crowd.fates(undo) == {"done": 1, "conflict": 1}


async def read_as(crowd: Crowd, *names: str) -> list[ItemId]:
    """People whose words the classifier took for a complaint."""
    items = await crowd.people(*names)
    for item, name in zip(items, names, strict=True):
        said = ev.ReasonGiven(category="complaint", score=0.9, evidence=())
        judged = crowd.world.judgement(item, level=1, categories=("complaint",), reasons=(said,))
        await crowd.world.happens(judged, author=name)
    await crowd.world.project()
    return items


async def about(crowd: Crowd, *items: ItemId) -> list[list[str]]:
    return [[reason.category for reason in (await crowd.world.row(item)).reasons] for item in items]


async def test_what_many_are_about_is_set_by_one_event_an_item_and_refused_as_by_hand(crowd: Crowd) -> None:
    zoe, max_, ada = await read_as(crowd, "zoe", "max", "ada")
    now, tag = crowd.clock.now(), Orders(what="tag", categories=("outage",))
    await crowd.world.happens(ev.CategoriesCorrected(item_id=max_, categories=("outage",), by=crowd.me, at=now))
    await crowd.world.project()
    assert await crowd.fates(await crowd.draft(Orders(what="tag"), [zoe])) == {"no_category": 1}
    job = await crowd.begun(tag, [zoe, max_, ada])
    assert await crowd.fates(job) == {"waiting": 2, "already_so": 1}
    await crowd.world.says("ada", "Encore un mot")
    await crowd.world.project()
    await crowd.worked(job)
    assert await crowd.fates(job) == {"done": 1, "already_so": 1, "conflict": 1}
    assert [e.item_id for e in await crowd.events(ev.CategoriesCorrected)] == [max_, zoe]
    assert await about(crowd, zoe, max_) == [["outage"], ["outage"]]


@pytest.mark.parametrize("orders", [Orders(what="tag", categories=("outage",)), Orders(what="spam")])
async def test_it_is_given_back_to_the_classifier_but_not_where_somebody_set_something_else(
    crowd: Crowd, orders: Orders
) -> None:
    zoe, max_, ada = await read_as(crowd, "zoe", "max", "ada")
    job = await crowd.begun(orders, [zoe, max_, ada])
    await crowd.worked(job)
    now = crowd.clock.now()
    await crowd.world.happens(ev.CategoriesCorrected(item_id=max_, categories=("press",), by=crowd.me, at=now))
    await crowd.world.project()
    undo = await crowd.foretold(await jobs.undo(crowd.world.log, crowd.world.brand, job, by=crowd.me, now=now))
    assert await crowd.fates(undo) == {"waiting": 2, "corrected_since": 1}
    await jobs.begin(crowd.world.log, crowd.world.brand, undo, by=crowd.me, now=now)
    await crowd.world.happens(ev.CategoriesCorrected(item_id=ada, categories=("press",), by=crowd.me, at=now))
    await crowd.world.project()
    await crowd.worked(undo)
    assert await crowd.fates(undo) == {"done": 1, "corrected_since": 2}
    assert await about(crowd, zoe, max_, ada) == [["complaint"], ["press"], ["press"]]


# --- writing to many ----------------------------------------------------------------------------------------------


async def test_each_person_gets_their_own_words_and_a_receipt(crowd: Crowd) -> None:
    zoe, bot = await crowd.people("zoe", "x92_")
    job = await crowd.begun(REPLY, [zoe, bot])
    await crowd.worked(job)
    said = {e.item_id: e.text for e in await crowd.events(ev.ReplyQueued)}
    assert said == {
        zoe: "Bonjour Zoe, nous revenons vers vous.", bot: "Bonjour à vous, nous revenons vers vous."
    }  # fmt: skip
    await crowd.leave(zoe)
    await crowd.worker().receipts(crowd.world.brand)
    counts = await jobs.counts(crowd.world.pool, crowd.world.brand, job)
    assert {count.receipt: count.items for count in counts} == {"sent": 1, None: 1}


async def test_who_is_left_out_of_writing_and_why(crowd: Crowd) -> None:
    zoe, max_, ada, eve = await crowd.people("zoe", "max", "ada", "eve")
    (again,) = await crowd.people("zoe", thread="t2")
    now = crowd.clock.now()
    await crowd.world.happens(
        ev.AuthorMuted(item_id=max_, by=crowd.me, at=now),
        ev.AnsweredByHand(item_id=ada, purpose="response", by=1, at=now),
    )
    await crowd.world.project()
    job = await crowd.draft(REPLY, [zoe, max_, ada, eve, again])
    assert await crowd.fates(job) == {"waiting": 2, "muted": 1, "already_answered": 1, "same_person": 1}
    french = await crowd.draft(Orders(what="reply", variants=(Variant(text="Oui", lang="fr"),)), [eve])
    assert await crowd.fates(french) == {"no_variant_for_them": 1}
    order = await crowd.draft(Orders(what="reply", variants=(Variant(text="{order} {city}"),)), [eve])
    assert await crowd.fates(order) == {"gap_missing": 1}


async def test_stopped_what_has_not_left_never_leaves(crowd: Crowd) -> None:
    zoe, max_ = await crowd.people("zoe", "max")
    job = await crowd.begun(REPLY, [zoe, max_])
    worker = crowd.worker()
    assert await worker.step(crowd.world.brand, job)
    await crowd.into_the_outbox()
    await crowd.world.pool.execute("UPDATE vigie.outbox SET state = 'sending' WHERE item_id = $1", zoe)
    await jobs.stop(crowd.world.log, crowd.world.brand, job, by=crowd.me, now=crowd.clock.now())
    assert [e.item_id for e in await crowd.events(ev.ReplyWithheld)] == [max_]
    await crowd.world.project()
    await crowd.worker().receipts(crowd.world.brand)
    counts = await jobs.counts(crowd.world.pool, crowd.world.brand, job)
    assert {count.receipt: count.items for count in counts} == {"not_sent": 1, None: 1}
    assert await crowd.world.pool.fetchval("SELECT state FROM vigie.outbox WHERE item_id = $1", max_) == "done"


async def test_no_channel_is_given_more_than_a_few_replies_ahead(crowd: Crowd) -> None:
    job = await crowd.begun(REPLY, await crowd.people(*(f"p{n}" for n in range(12))))
    worker = crowd.worker()
    await crowd.worked(job, worker)
    await crowd.into_the_outbox()
    written = len(await crowd.events(ev.ReplyQueued))
    await crowd.worked(job, worker)
    assert len(await crowd.events(ev.ReplyQueued)) == written
    await crowd.leave()
    for _ in range(4):
        await crowd.worked(job, worker)
        await crowd.into_the_outbox()
        await crowd.leave()
    assert await crowd.state(job) == "done"
    assert Counter(e.item_id for e in await crowd.events(ev.ReplyQueued)).most_common(1)[0][1] == 1


async def test_a_follow_up_reaches_those_the_first_reached_and_not_who_has_written_since(crowd: Crowd) -> None:
    zoe, max_, ada = await crowd.people("zoe", "max", "ada")
    job = await crowd.begun(REPLY, [zoe, max_, ada])
    await crowd.worked(job)
    await crowd.leave(zoe, max_)
    await crowd.worker().receipts(crowd.world.brand)
    await crowd.world.says("max", "Merci !", at=crowd.world.minutes(30))
    await crowd.world.project()
    assert await crowd.fates(await crowd.draft(REPLY, [max_])) == {"already_written": 1}
    clock = crowd.clock.now()
    again = await jobs.follow_up(crowd.world.log, crowd.world.brand, job, by=crowd.me, now=clock)
    await jobs.order(crowd.world.log, crowd.world.brand, again, REPLY, by=crowd.me)
    await crowd.foretold(again)
    assert await crowd.fates(again) == {"waiting": 1, "spoke_again": 1}
    await jobs.begin(crowd.world.log, crowd.world.brand, again, by=crowd.me, now=clock)
    await crowd.worked(again)
    assert Counter(e.item_id for e in await crowd.events(ev.ReplyQueued)) == Counter([zoe, zoe, max_, ada])


@pytest.mark.parametrize("dies_at", [1, 2, 3, 5, 8])
async def test_nobody_is_written_to_twice_whatever_is_killed_and_repeated(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    """Two jobs at once over the same people, some by another item; workers die at any write, and others go on."""
    names = [f"p{n}" for n in range(4)]
    items, others = await crowd.people(*names), await crowd.people(*names[:2], thread="t2")
    one, two = await crowd.begun(REPLY, items), await crowd.begun(REPLY, [*others, *items[2:]])
    execute, calls = type(crowd.world.pool).execute, 0

    async def dies(self: object, query: str, *args: object, **more: object) -> object:
        nonlocal calls
        calls += query == jobs.sql.mark
        if query == jobs.sql.mark and calls % 9 == dies_at:
            raise Killed
        return await execute(self, query, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(type(crowd.world.pool), "execute", dies)
    for _ in range(3):
        steps = [crowd.worker().step(crowd.world.brand, job) for job in (one, two, one, two)]
        await asyncio.gather(*steps, return_exceptions=True)
    monkeypatch.undo()
    for _ in range(6):
        await crowd.worked(one)
        await crowd.worked(two)
    written = await crowd.events(ev.ReplyQueued)
    people = Counter(name for name in names for e in written if e.item_id in {
        crowd.world.item(name), crowd.world.item(name, thread="t2")
    })  # fmt: skip
    assert people == Counter(names)
    assert {await crowd.state(job) for job in (one, two)} == {"done"}
