"""The queue: what stands where, and how one leafs through it."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta

import pytest

from inbox import events as ev
from inbox.errors import Refused
from inbox.views import cursor, queue
from inbox.views.filters import VIEWS, WAITING, Filter
from tests.conftest import new_brand
from tests.views.world import ME, World


async def test_the_urgent_stand_on_top_and_among_equals_what_is_due_first(world: World) -> None:
    calm = await world.says("calm", thread="a")
    late = await world.says("late", thread="b", at=world.minutes(20))
    early = await world.says("early", thread="c", at=world.minutes(10))
    danger = await world.says("danger", thread="d", at=world.minutes(30))
    await world.happens(
        world.judgement(calm, "m1", urgency=0.05),
        world.judgement(late, "m2", urgency=0.6, level=2),
        world.judgement(early, "m3", urgency=0.6, level=2),
        world.judgement(danger, "m4", urgency=0.95, level=3),
    )
    await world.project()
    page = await world.page(Filter(statuses=WAITING))
    assert [(row.id, row.priority) for row in page.rows] == [(danger, 1), (early, 2), (late, 2), (calm, 4)]


async def test_within_p1_what_is_sure_stands_above_what_is_suspected_whichever_is_due_first(world: World) -> None:
    suspected = [await world.says(f"s{n}", thread=f"s{n}", at=world.minutes(n)) for n in range(5)]
    sure = [await world.says(f"d{n}", thread=f"d{n}", at=world.minutes(30 + n)) for n in range(5)]
    for n, item in enumerate((*suspected, *sure)):
        reason = ev.ReasonGiven(category="safety", score=0.06 if item in suspected else 0.6)
        await world.happens(world.judgement(item, f"m{n + 1}", urgency=0.8, level=3, reasons=(reason,)))
    await world.project()
    for filter in (
        Filter(),
        Filter(statuses=WAITING),
        Filter(priorities=frozenset({1})),
        Filter(heard_after=world.noon),
    ):
        rows, after = [], None
        while True:
            page = await world.page(filter, after=after, limit=3)
            rows += page.rows
            if (after := page.next) is None:
                break
        assert [row.id for row in rows] == [*sure, *suspected], filter
        assert [row.tier for row in rows] == [10] * 5 + [11] * 5
    await world.happens(ev.PriorityOverridden(item_id=suspected[0], priority=1, by=ME, at=world.minutes(40)))
    await world.project()
    assert (await world.page(Filter(statuses=WAITING))).rows[0].id == suspected[0], "a person's word is sure"


async def test_a_closing_reply_window_counts_as_a_due_time(world: World) -> None:
    closing = await world.says("a", thread="a", at=world.minutes(5), reply_until=world.minutes(6))
    other = await world.says("b", thread="b")
    await world.project()
    assert [row.id for row in (await world.page()).rows] == [closing, other]


async def test_an_item_nobody_scored_stands_at_p2_and_says_so(world: World) -> None:
    item = await world.says()
    await world.project()
    row = await world.row(item)
    assert (row.priority, row.scored, row.urgency) == (2, False, None)
    assert [found.id for found in (await world.page(Filter(unscored=True))).rows] == [item]
    await world.happens(world.judgement(item, urgency=0.05))
    await world.project()
    assert (await world.page(Filter(unscored=True))).rows == []


async def test_pages_neither_skip_nor_double_though_many_rank_alike(world: World) -> None:
    rng = random.Random(3)
    for n in range(60):
        await world.says(f"a{n}", thread=f"t{n}", at=world.minutes(rng.choice((0, 0, 1, 2))))
    resolved = [world.item(f"a{n}", thread=f"t{n}") for n in range(0, 60, 4)]
    await world.happens(*(ev.ItemResolved(item_id=item, by=ME, at=world.minutes(9)) for item in resolved))
    await world.project()
    for filter in (Filter(), Filter(statuses=WAITING), Filter(statuses=frozenset({"resolved"})), Filter(q="bonj")):
        whole = [row.id for row in (await world.page(filter, limit=500)).rows]
        leafed, after = [], None
        while True:
            page = await world.page(filter, after=after, limit=7)
            leafed += [row.id for row in page.rows]
            after = page.next
            if after is None:
                break
        assert leafed == whole
        assert len(set(leafed)) == len(leafed) == {True: 60, False: len(whole)}[filter == Filter()]


async def test_a_page_says_the_position_it_is_true_at(world: World) -> None:
    await world.says("a", thread="a")
    await world.says("b", thread="b")
    await world.project()
    await world.says("c", thread="c")
    page = await world.page()
    assert (len(page.rows), page.position) == (2, 2)


@pytest.mark.parametrize(
    "bad",
    ["", "x", "é", "AAAA", "=" * 40, "W10", "9" * 300, cursor._pack(["p", -1]), cursor._pack(["p", 3]),
     cursor._pack(["r"]), cursor._pack([["r"]]), cursor._pack(["r", 1, "x", "y", False]),
     cursor._pack(["r", 1, "0001-01-01T00:00:00", str(uuid.UUID(int=1)), False]),
     cursor._pack(["r", "1; DROP", None, str(uuid.UUID(int=1)), False]),
     cursor._pack(["r", 1, None, str(uuid.UUID(int=1)), "no"]), cursor._pack(["r", 1, None, str(uuid.UUID(int=1))])],
)  # fmt: skip
async def test_what_is_no_cursor_is_refused(world: World, bad: str) -> None:
    with pytest.raises(Refused) as refused:
        await world.page(after=bad)
    assert (refused.value.code, refused.value.status) == ("bad_cursor", 400)


async def test_a_huge_but_well_formed_priority_in_a_cursor_is_refused_or_empty(world: World) -> None:
    forged = cursor._pack(["r", 10**12, None, str(uuid.UUID(int=1)), False])
    with pytest.raises(Refused):
        await world.page(after=forged)


async def test_each_filter_narrows_to_what_it_names(world: World) -> None:
    french = await world.says("a", thread="a", channel="c1")
    german = await world.says("b", thread="b", channel="c2", network="facebook")
    await world.happens(
        world.judgement(french, "m1", lang="fr", urgency=0.9, level=3),
        world.judgement(german, "m2", lang="de", urgency=0.1),
        ev.ItemAcknowledged(item_id=german, by=ME, at=world.minutes(1)),
    )
    await world.project()

    async def found(filter: Filter) -> set[uuid.UUID]:
        return {row.id for row in (await world.page(filter)).rows}

    assert await found(Filter(priorities=frozenset({1}))) == {french}
    assert await found(Filter(channels=frozenset({"c2"}))) == {german}
    assert await found(Filter(networks=frozenset({"facebook"}))) == {german}
    assert await found(Filter(langs=frozenset({"de"}))) == {german}
    assert await found(Filter(assignees=frozenset({ME}))) == {german}
    assert await found(Filter(assignees=frozenset({"none"}))) == {french}
    assert await found(Filter(statuses=frozenset({"acknowledged"}))) == {german}
    assert await found(Filter(due_before=world.minutes(16))) == {french}
    assert await found(Filter(breached=True)) == set()
    assert await found(Filter(channels=frozenset({"c2", "\x00", "\ud800"}), priorities=frozenset({99}))) == set()
    assert await found(Filter(assignees=frozenset({2**80}))) == set()


async def test_an_overdue_item_is_breached_though_the_clock_has_not_said_so_yet(world: World) -> None:
    item = await world.says()
    await world.project()
    later = world.minutes(31)
    assert [row.id for row in (await world.page(Filter(breached=True), now=later)).rows] == [item]
    row = await world.row(item, now=later)
    assert (row.ack_breached, row.response_breached) == (True, False)


async def test_a_late_acknowledgement_stays_a_breach_of_that_clock(world: World) -> None:
    item = await world.says()
    await world.happens(ev.ItemAcknowledged(item_id=item, by=ME, at=world.minutes(31)))
    await world.project()
    row = await world.row(item, now=world.minutes(40))
    assert (row.ack_breached, row.response_breached, row.acknowledged_by) == (True, False, ME)


async def test_the_counts_of_the_views_are_the_lengths_of_their_pages(world: World) -> None:
    items = [await world.says(f"a{n}", thread=f"t{n}", at=world.minutes(n)) for n in range(8)]
    reply = uuid.uuid4()
    await world.happens(
        world.judgement(items[0], "m1", urgency=0.9, level=3),
        world.judgement(items[1], "m2", urgency=0.1),
        ev.ItemAcknowledged(item_id=items[2], by=ME, at=world.minutes(9)),
        ev.ItemResolved(item_id=items[3], by=ME, at=world.minutes(9)),
        ev.AnsweredByHand(item_id=items[4], purpose="response", by=ME, at=world.minutes(9)),
        ev.ReplyQueued(item_id=items[5], reply_id=reply, purpose="response", by=ME, at=world.minutes(9), text="voilà"),
        ev.ReplySending(item_id=items[5], reply_id=reply, attempt=1, at=world.minutes(9)),
        ev.ReplyUncertain(item_id=items[5], reply_id=reply, reason="timeout", at=world.minutes(10)),
    )
    await world.project()
    now = world.minutes(12)
    async with world.pool.acquire() as connection:
        counts = await queue.counts(connection, world.brand, ME, now)
        mine = await queue.counts_mine(connection, world.brand)
    lengths = {name: len((await world.page(view(ME, now), now=now)).rows) for name, view in VIEWS.items()}
    assert counts == lengths
    assert (counts["uncertain"], counts["mine"], counts["resolved"], counts["answered"], counts["all"]) == (
        1,
        1,
        1,
        1,
        8,
    )
    assert mine == {ME: 1}


async def test_figures_for_the_metrics_tell_amber_from_overdue(world: World) -> None:
    await world.says("old", thread="a")
    await world.says("new", thread="b", at=world.minutes(20))
    await world.project()
    async with world.pool.acquire() as connection:
        amber = await queue.open_figures(connection, world.brand, world.minutes(25))
        late = await queue.open_figures(connection, world.brand, world.minutes(31))
    assert (amber.waiting[2], amber.at_risk[2], amber.overdue[2]) == (2, 1, 0)
    assert (late.at_risk[2], late.overdue[2], late.unacknowledged[2], late.unscored[2]) == (0, 1, 2, 2)
    assert late.waiting == {1: 0, 2: 2, 3: 0, 4: 0}


async def test_another_brands_items_are_never_seen(world: World) -> None:
    other = World(world.log, await new_brand(world.pool, "Autre"), world.noon)
    await other.says("zoe", "bonjour secret")
    await other.project()
    await world.says("zoe", "bonjour")
    await world.project()
    assert len((await world.page()).rows) == 1
    assert (await world.page(Filter(q="secret"))).rows == []
    async with world.pool.acquire() as connection:
        rows, _ = await queue.changed_since(connection, world.brand, 0, 10)
        assert (await queue.counts(connection, world.brand, ME, world.noon))["all"] == len(rows) == 1


async def test_changes_come_in_the_order_of_the_log_and_a_cut_says_how_far_it_went(world: World) -> None:
    items = [await world.says(f"a{n}", thread=f"t{n}") for n in range(5)]
    await world.happens(ev.ItemAcknowledged(item_id=items[0], by=ME, at=world.minutes(1)))
    await world.project()
    async with world.pool.acquire() as connection:
        rows, upto = await queue.changed_since(connection, world.brand, 0, 3)
        assert ([row.position for row in rows], upto) == ([2, 3, 4], 4)
        rows, upto = await queue.changed_since(connection, world.brand, upto, 3)
        assert ([row.position for row in rows], upto) == ([5, 6], 6)
        assert await queue.changed_since(connection, world.brand, 2**62, 1) == ([], 6)


async def test_items_changed_at_one_position_are_never_torn_apart(world: World) -> None:
    items = [await world.says("zoe", thread=f"t{n}") for n in range(4)]
    await world.forgets("zoe", *items)
    await world.project()
    async with world.pool.acquire() as connection:
        rows, upto = await queue.changed_since(connection, world.brand, 0, 2)
    assert {row.id for row in rows} == set(items)
    assert upto == 5


async def test_an_edit_before_its_original_shows_nothing_until_the_original_is_there(world: World) -> None:
    item = world.item()
    edit = ev.MessageEdited(
        item_id=item,
        channel_id="c1",
        external_id="m1",
        sent_at=world.minutes(1),
        received_at=world.minutes(1),
        text="neu",
    )
    await world.happens(edit)
    await world.project()
    async with world.pool.acquire() as connection:
        assert (await queue.changed_since(connection, world.brand, 0, 10))[0] == []
        assert (await queue.counts(connection, world.brand, ME, world.noon))["all"] == 0
    assert (await world.page()).rows == []
    await world.says("zoe", "alt")
    await world.project()
    assert (await world.row(item)).text == "neu"


async def test_without_the_right_to_words_a_row_quotes_nobody(world: World) -> None:
    item = await world.says("zoe", "canari", permalink="https://example.org/canari")
    reason = ev.ReasonGiven(category="safety", score=0.9, evidence=("canari",))
    await world.happens(world.judgement(item, reasons=(reason,), categories=("safety",)))
    await world.project()
    row = await world.row(item)
    shown, hidden = row.to_json(personal=True), row.to_json(personal=False)
    assert shown["author"] == {"id": "zoe", "handle": "@zoe", "name": "Zoe", "followers": None}
    assert shown["reasons"] == [{"category": "safety", "score": 0.9, "evidence": ["canari"]}]
    assert "canari" not in str(hidden)
    assert "zoe" not in str(hidden).lower()
    assert set(shown) == set(hidden)
    assert shown["received_at"] == "2026-11-24T11:00:00Z"
    assert shown["id"] == str(item)


async def test_what_is_done_comes_newest_first(world: World) -> None:
    items = [await world.says(f"a{n}", thread=f"t{n}") for n in range(3)]
    for item in (items[1], items[0], items[2]):
        await world.happens(ev.ItemResolved(item_id=item, by=ME, at=world.noon + timedelta(minutes=1)))
    await world.project()
    page = await world.page(VIEWS["resolved"](ME, world.noon))
    assert [row.id for row in page.rows] == [items[2], items[0], items[1]]
