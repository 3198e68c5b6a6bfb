"""In calm the full model speaks alone; in a storm a first look goes before it, and the most urgent is read first."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace

from classifier.judgement import Judgement
from inbox import events as ev
from services.workers.classify import first_words
from services.workers.judging import Judging
from services.workers.pace import FIXED, Pace
from services.workers.scoring import Scorer
from tests.fakes.model import CALM, FakeModel, dead, poisoned
from tests.workers.desk import Desk

SLOW_LETTER_S = 0.001
"""A model that reads a short message in some 65 ms: five of them are too many to wait for."""


async def test_in_calm_only_the_full_model_speaks_and_once(staged: Desk) -> None:
    await staged.world.says("zoe", "ma batterie fume")
    await staged.follow()
    await staged.later(staged.unscored())
    assert [(said.model, said.provisional) for said in await staged.judged()] == [("fake@1", False)]


async def test_in_a_storm_a_first_look_scores_all_and_the_full_model_reads_the_urgent_first(staged: Desk) -> None:
    staged.judging.pace = Pace(SLOW_LETTER_S)
    for n in range(20):
        await staged.world.says(f"a{n}", f"calme {n}")
    item = await staged.world.says("zoe", "ma batterie fume")
    await staged.follow()
    row = await staged.world.row(item)
    assert (row.priority, row.scored) == (1, True)
    assert {(said.model, said.provisional) for said in await staged.judged()} == {("glance@1", True)}
    assert len(await staged.judged()) == 21
    assert staged.fake.asked == []

    await staged.later(staged.unscored(), seconds=0)
    assert staged.fake.asked[0] == "ma batterie fume"
    full = [said for said in await staged.judged() if not said.provisional]
    assert len(full) == len(staged.fake.asked) == 21
    assert not await staged.world.pool.fetchval("SELECT count(*) FROM vigie.items WHERE to_score")


async def test_no_batch_of_the_full_model_keeps_a_fresh_message_waiting_for_long(staged: Desk) -> None:
    staged.judging.pace = Pace(SLOW_LETTER_S)
    for n in range(40):
        await staged.world.says(f"a{n}", f"calme {n}")
    await staged.follow()
    entered, release = threading.Event(), threading.Event()

    def waits(texts: Sequence[str]) -> list[Judgement] | None:
        entered.set()
        return [CALM] * len(texts) if release.wait(30) else None

    staged.fake.mood = waits
    refining = asyncio.create_task(staged.unscored().look())
    await asyncio.to_thread(entered.wait, 30)
    staged.glance = None  # the fresh one waits for the full model
    await staged.world.says("zoe", "ma batterie fume")
    fresh = asyncio.create_task(staged.follow())
    async with asyncio.timeout(30):
        while len(staged.judging._calls) < 2:
            await asyncio.sleep(0)
    release.set()
    await asyncio.gather(fresh, refining)
    batch = next(n for n, call in enumerate(staged.fake.calls) if "ma batterie fume" in call)
    assert batch == 1, "after the batch that was under way, before all others"
    assert sum(map(len, staged.fake.calls[:1])) * (FIXED + 7) * SLOW_LETTER_S < 0.3


async def test_while_the_full_model_is_still_loading_a_first_look_goes_before_it(staged: Desk) -> None:
    loaded = threading.Event()
    staged.judging = Judging(lambda: staged.fake if loaded.wait(30) else FakeModel())
    item = await staged.world.says("zoe", "ma batterie fume")
    warming = asyncio.create_task(staged.judging.probe())
    await asyncio.sleep(0)
    await staged.follow()
    assert (await staged.world.row(item)).priority == 1
    assert [said.provisional for said in await staged.judged()] == [True]
    loaded.set()
    await warming
    await staged.later(staged.unscored(), seconds=0)
    assert [said.provisional for said in await staged.judged()] == [True, False]
    staged.judging.close()


async def test_a_full_model_slower_than_it_ever_was_is_not_waited_for(staged: Desk) -> None:
    """The machine is busy with something else: nothing foretold it."""
    release = threading.Event()
    staged.fake.mood = lambda texts: [CALM] * len(texts) if release.wait(30) else None
    item = await staged.world.says("zoe", "bonjour")
    await staged.follow()
    row = await staged.world.row(item)
    assert (row.priority, row.scored) == (4, True)
    assert [said.provisional for said in await staged.judged()] == [True]
    release.set()
    await staged.later(staged.unscored(), seconds=0)
    assert [said.provisional for said in await staged.judged()] == [True, False]


async def test_a_dead_model_leaves_all_unscored_but_what_alarms_a_first_look(staged: Desk) -> None:
    staged.fake.mood = dead
    calm = await staged.world.says("eve", "bonjour", thread="t2")
    danger = await staged.world.says("zoe", "ma batterie fume")
    await staged.follow()
    rows = {row.id: (row.priority, row.scored) for row in (await staged.world.page()).rows}
    assert rows == {danger: (1, True), calm: (2, False)}
    staged.fake.mood = lambda _: None
    await staged.later(staged.unscored())
    rows = {row.id: (row.priority, row.scored) for row in (await staged.world.page()).rows}
    assert rows == {danger: (1, True), calm: (4, True)}
    assert sum(not said.provisional for said in await staged.judged()) == 2


async def test_of_a_text_the_full_model_cannot_stand_the_first_look_is_final(staged: Desk) -> None:
    staged.fake.mood = poisoned
    item = await staged.world.says("eve", "poison, et ma batterie fume")
    await staged.follow()
    assert (await staged.world.row(item)).priority == 1
    unscored = staged.unscored()
    for _ in range(4):
        await staged.later(unscored)
    assert [(said.model, said.provisional) for said in await staged.judged()] == [
        ("glance@1", True), ("glance@1", False),
    ]  # fmt: skip
    assert (await staged.world.row(item)).priority == 1
    assert not await staged.world.pool.fetchval("SELECT count(*) FROM vigie.items WHERE to_score")


async def test_while_words_wait_for_a_first_look_nothing_is_read_a_second_time(staged: Desk) -> None:
    """Thousands wait, and the follower has come as far as it could: what it looked at is not yet refined."""
    staged.judging.pace = Pace(SLOW_LETTER_S)
    for n in range(10):
        await staged.world.says(f"a{n}", f"calme {n}")
    await staged.follow()
    await staged.world.says("zoe", "ma batterie fume")
    await staged.world.project()
    waiting = {staged.world.brand: 30.0}
    refining = staged.unscored(waiting)
    await staged.later(refining)
    assert staged.fake.asked == []
    waiting.clear()
    await staged.later(refining)
    assert staged.fake.asked[0] == "ma batterie fume"
    assert len(staged.fake.asked) == 11


async def test_the_model_reads_on_while_what_it_said_goes_to_disk(staged: Desk) -> None:
    brand, pool = staged.world.brand, staged.world.pool
    for n in range(3):
        await staged.world.says(f"a{n}", f"calme {n}")
    said = [first_words(brand, r, staged.world.log.keyring.ids) for r in await staged.world.log.read(brand)]
    staged.judging.pace = Pace(1.0)  # one by one
    async with pool.acquire() as holder, asyncio.timeout(30):
        async with holder.transaction():
            await holder.execute("SELECT FROM vigie.heads WHERE brand_id = $1 FOR UPDATE", brand)
            scoring = asyncio.create_task(Scorer(staged.world.log, staged.clock).score(brand, said, 3, staged.judging))
            while len(staged.fake.calls) < 2:
                await asyncio.sleep(0.001)
            assert await staged.judged() == []
        assert (await scoring).words == []
    assert [one.external_id for one in await staged.judged()] == ["m1", "m2", "m3"]


async def test_a_first_look_that_fails_leaves_the_rest_to_the_full_model(staged: Desk) -> None:
    staged.glance = Judging(lambda: FakeModel(dead), stage="first")
    staged.judging.pace = Pace(1.0)
    item = await staged.world.says("zoe", "ma batterie fume")
    await staged.follow()
    assert not (await staged.world.row(item)).scored
    await staged.later(staged.unscored())
    assert [said.provisional for said in await staged.judged()] == [False]
    staged.glance.close()


async def test_edited_words_are_refined_as_they_read_now(staged: Desk) -> None:
    staged.judging.pace = Pace(1.0)
    item = await staged.world.says("zoe", "bonjour")
    edit = ev.MessageEdited(
        item_id=item, channel_id="c1", external_id="m1", sent_at=staged.world.minutes(1),
        received_at=staged.world.minutes(1), text="ça fume",
    )  # fmt: skip
    await staged.world.happens(edit)
    await staged.follow()
    assert (await staged.world.row(item)).priority == 1
    await staged.later(staged.unscored(), seconds=0)
    assert staged.fake.asked == ["ça fume"]
    assert {(said.level, said.provisional) for said in await staged.judged()} == {(3, True), (3, False)}


async def test_the_log_keeps_what_the_model_was_sure_of_and_which_it_was(desk: Desk) -> None:
    sure = replace(
        CALM, probabilities={"outage": 0.4, "praise": 0.01, "legal": 0.91234}, temperature=1.7,
        sentiment_scores={"negative": 0.7, "neutral": 0.2, "positive": 0.1},
    )  # fmt: skip
    desk.fake.mood = lambda texts: [sure] * len(texts)
    await desk.world.says("zoe", "bonjour")
    await desk.follow()
    (said,) = await desk.judged()
    assert said.probabilities == {
        "legal": 0.9123, "outage": 0.4, "tone:negative": 0.7, "tone:neutral": 0.2, "tone:positive": 0.1,
    }  # fmt: skip
    assert (said.temperature, said.model_sha256) == (1.7, "f" * 64)


async def test_of_a_very_long_text_the_beginning_and_the_end_are_read(desk: Desk) -> None:
    item = await desk.world.says("zoe", "bonjour " * 5_000 + "ma batterie fume")
    await desk.follow()
    assert (await desk.world.row(item)).priority == 1
    assert len(desk.fake.asked[0]) < 21_000
