"""What authors say is judged as it comes, or later; a classifier that is dead, slow or wrong never hides an item."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from classifier.judgement import Judgement
from inbox import events as ev
from inbox.clock import SimulatedClock
from inbox.log.follow import Runner
from services.workers import saying
from services.workers.classify import first_words
from services.workers.judging import ClassifierDown, ClassifierFailed, Judging
from services.workers.project import Projector
from services.workers.scoring import Scorer
from tests.fakes.deadly import DEADLY, DyingApart
from tests.fakes.model import CALM, FakeModel, dead, poisoned
from tests.views.world import World
from tests.workers.desk import Desk


async def test_a_message_is_judged_as_it_comes_with_its_reasons_sealed(desk: Desk) -> None:
    item = await desk.world.says("zoe", "ma batterie fume")
    await desk.follow()
    row = await desk.world.row(item)
    assert (row.priority, row.scored, row.sentiment, row.lang) == (1, True, "negative", "fr")
    assert [(reason.category, reason.evidence) for reason in row.reasons] == [("safety", ("fume",))]
    (body,) = [
        r["body"] for r in await desk.world.pool.fetch("SELECT body FROM vigie.events WHERE type = 'MessageClassified'")
    ]
    assert b"fume" not in body
    assert b'"categories":["safety"]' in body


async def test_judging_again_changes_nothing(desk: Desk) -> None:
    await desk.world.says("zoe", "ma batterie fume")
    events = await desk.world.log.read(desk.world.brand)
    for _ in range(3):
        await desk.follower.handle(None, desk.world.brand, events)
    assert len(await desk.judged()) == 1


async def test_edited_words_are_judged_anew_even_back_to_what_they_were(desk: Desk) -> None:
    item = await desk.world.says("zoe", "bonjour")
    await desk.follow()
    for minute, text in ((1, "ça fume"), (2, "bonjour")):
        edit = ev.MessageEdited(
            item_id=item, channel_id="c1", external_id="m1", sent_at=desk.world.minutes(minute),
            received_at=desk.world.minutes(minute), text=text,
        )  # fmt: skip
        await desk.world.happens(edit)
        await desk.follow()
    assert [said.level for said in await desk.judged()] == [0, 3, 0]
    assert (await desk.world.row(item)).scored


async def test_an_edit_that_came_before_its_original_is_what_is_judged(desk: Desk) -> None:
    item = desk.world.item()
    edit = ev.MessageEdited(
        item_id=item, channel_id="c1", external_id="m1", sent_at=desk.world.minutes(1),
        received_at=desk.world.minutes(1), text="ça fume",
    )  # fmt: skip
    await desk.world.happens(edit)
    await desk.follow()
    await desk.world.says("zoe", "bonjour")
    await desk.follow()
    assert [said.level for said in await desk.judged()] == [3]
    assert (await desk.world.row(item)).priority == 1


async def test_a_late_judgement_of_old_words_does_not_stand_for_new_ones(desk: Desk) -> None:
    item = await desk.world.says("zoe", "bonjour")
    old = await desk.world.log.read(desk.world.brand)
    edit = ev.MessageEdited(
        item_id=item, channel_id="c1", external_id="m1", sent_at=desk.world.minutes(1),
        received_at=desk.world.minutes(1), text="ça fume",
    )  # fmt: skip
    await desk.world.happens(edit)
    await desk.follow()
    await desk.follower.handle(None, desk.world.brand, old)
    await desk.world.project()
    assert (await desk.world.row(item)).priority == 1
    assert [said.level for said in await desk.judged()] == [3]


async def test_words_that_were_edited_while_the_model_thought_are_left_to_their_edit(desk: Desk) -> None:
    item = await desk.world.says("zoe", "ça fume")
    (read,) = await desk.world.log.read(desk.world.brand)
    edit = ev.MessageEdited(
        item_id=item, channel_id="c1", external_id="m1", sent_at=desk.world.minutes(1),
        received_at=desk.world.minutes(1), text="bonjour",
    )  # fmt: skip
    await desk.world.happens(edit)
    await desk.follow()
    old = first_words(desk.world.brand, read, desk.world.log.keyring.ids)
    scorer = Scorer(desk.world.log, desk.clock)
    assert (await scorer.score(desk.world.brand, [old], read.position, desk.judging)).words == []
    assert [said.level for said in await desk.judged()] == [0]


@pytest.mark.parametrize(
    "mood",
    [dead, lambda t: [], lambda t: [CALM] * (len(t) + 1), lambda t: [replace(CALM, urgency=float("nan"))] * len(t),
     lambda t: [replace(CALM, urgency=7.0)] * len(t)],
    ids=["dead", "silent", "too many", "nan", "out of range"],
)  # fmt: skip
async def test_a_dead_or_mad_classifier_hides_nothing_and_the_item_is_scored_once_it_is_back(
    desk: Desk, mood: Callable[[Sequence[str]], list[Judgement]]
) -> None:
    desk.fake.mood = mood
    item = await desk.world.says("zoe", "ma batterie fume")
    await desk.follow()
    row = await desk.world.row(item)
    assert (row.priority, row.scored) == (2, False)
    unscored = desk.unscored()
    for _ in range(5):
        with pytest.raises(ClassifierDown):
            await desk.later(unscored)
    assert await desk.judged() == []
    desk.fake.mood = lambda _: None
    await desk.later(unscored)
    row = await desk.world.row(item)
    assert (row.priority, row.scored) == (1, True)


async def test_a_text_the_model_cannot_stand_keeps_nobody_waiting_and_is_given_up_at_last(desk: Desk) -> None:
    desk.fake.mood = poisoned
    bad = await desk.world.says("eve", "poison", thread="t2")
    good = await desk.world.says("zoe", "ma batterie fume")
    await desk.follow()
    assert (await desk.world.row(good)).priority == 1
    assert not (await desk.world.row(bad)).scored
    unscored = desk.unscored()
    for _ in range(3):
        await desk.later(unscored)
    row = await desk.world.row(bad)
    assert (row.scored, row.priority) == (True, 2)
    assert [(said.model, said.assessed) for said in await desk.judged()] == [("fake@1", True), ("none", False)]
    await desk.later(unscored)
    assert len(await desk.judged()) == 2


async def test_words_that_kill_whoever_reads_them_are_given_up_and_keep_nobody_waiting(
    world: World, clock: SimulatedClock, tmp_path: Path
) -> None:
    """The reader's process is gone without an answer each time, and what was to be read beside it is read."""
    deaths = tmp_path / "deaths"
    judging = Judging(lambda: DyingApart(deaths), timeout_s=60)
    desk = Desk(world, clock, FakeModel(), judging)
    before = await world.says("ben", "bonjour", thread="t3")
    bad = await world.says("eve", DEADLY, thread="t2")
    good = await world.says("zoe", "ma batterie fume")
    await judging.probe()
    await desk.follow()
    assert [(await world.row(one)).scored for one in (before, bad, good)] == [True, False, True]
    assert ((await world.row(good)).priority, (await world.row(bad)).priority) == (1, 2)
    unscored = desk.unscored()
    for _ in range(5):
        await desk.later(unscored)
    row = await world.row(bad)
    assert (row.scored, row.priority) == (True, 2)
    assert [(said.model, said.assessed) for said in await desk.judged()][2:] == [("none", False)]
    assert 2 <= deaths.stat().st_size <= 5
    await world.says("ida", "ma batterie fume", thread="t4")
    await desk.follow()
    assert (await desk.judged())[-1].level == 3
    judging.close()


async def test_a_hanging_model_is_waited_for_no_longer_than_allowed_and_never_twice(desk: Desk) -> None:
    release = threading.Event()
    judging = Judging(lambda: FakeModel(lambda _: [CALM] if release.wait(30) else None), timeout_s=0.01)
    with pytest.raises(ClassifierDown, match="in time"):
        await judging.judge(["a"])
    with pytest.raises(ClassifierDown, match="hangs"):
        await judging.judge(["a"])
    release.set()
    async with asyncio.timeout(10):
        while not judging.idle:
            await asyncio.sleep(0)
    assert len(await judging.judge(["a"])) == 1
    judging.close()


async def test_a_model_that_cannot_be_loaded_is_down_and_loading_is_tried_again() -> None:
    tried: list[int] = []

    def load() -> FakeModel:
        tried.append(1)
        if len(tried) < 3:
            raise OSError("no weights")
        return FakeModel()

    judging = Judging(load)
    for _ in range(2):
        with pytest.raises(ClassifierDown):
            await judging.judge(["a"])
    assert await judging.alive()
    judging.close()


async def test_a_model_that_raises_has_failed_and_is_not_down() -> None:
    judging = Judging(lambda: FakeModel(dead))
    with pytest.raises(ClassifierFailed):
        await judging.judge(["a"])
    assert not await judging.alive()
    judging.close()


async def test_the_spread_counts_the_authors_of_the_thread_in_the_hour_before(desk: Desk) -> None:
    world = desk.world
    await world.says("long_ago", at=world.minutes(-90))
    for n in range(4):
        await world.says(f"a{n}", at=world.minutes(-n))
    await world.says("elsewhere", thread="t2")
    await world.project()
    await world.says("a1", "moi encore", at=world.minutes(1))
    await world.says("zoe", "moi aussi", at=world.minutes(1))
    await desk.follow()
    spread = {said.external_id: said.spread for said in await desk.judged()}
    assert spread["m8"] == 5
    assert spread["m6"] == 1
    assert spread["m1"] == 1


async def test_of_somebody_forgotten_meanwhile_the_judgement_stays_and_the_quote_goes(desk: Desk) -> None:
    item = await desk.world.says("zoe", "ma batterie fume")
    events = await desk.world.log.read(desk.world.brand)
    await desk.world.forgets("zoe", item)
    await desk.world.says("zoe", "encore moi", at=desk.world.minutes(1))
    await desk.follower.handle(None, desk.world.brand, events)
    (said,) = await desk.judged()
    assert (said.level, said.categories, said.reasons) == (3, ("safety",), ())
    assert await desk.world.pool.fetchval("SELECT sealed FROM vigie.events WHERE type = 'MessageClassified'") is None


@pytest.mark.parametrize("returns", [False, True], ids=["gone", "heard again"])
async def test_of_somebody_forgotten_just_before_the_append_nothing_is_quoted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, returns: bool
) -> None:
    """After the look at who was forgotten: the log refuses the quote, and the second look knows."""
    item = await desk.world.says("zoe", "ma batterie fume")
    events = await desk.world.log.read(desk.world.brand)
    looks = [0]
    look = saying.look

    async def looked(*given: Any) -> saying.Since:
        since = await look(*given)
        looks[0] += 1
        if looks[0] == 1:
            await desk.world.forgets("zoe", item)
            if returns:
                await desk.world.says("zoe", "encore moi", at=desk.world.minutes(1))
        return since

    monkeypatch.setattr(saying, "look", looked)
    await desk.follower.handle(None, desk.world.brand, events)
    (said,) = await desk.judged()
    assert (said.level, said.categories, said.reasons) == (3, ("safety",), ())
    assert looks == [2]


async def test_forgotten_words_are_never_judged(desk: Desk) -> None:
    item = await desk.world.says("zoe", "ma batterie fume")
    await desk.world.forgets("zoe", item)
    await desk.follow()
    await desk.later(desk.unscored())
    assert desk.fake.asked == []
    assert await desk.judged() == []


async def test_a_message_without_words_is_judged_too(desk: Desk) -> None:
    item = await desk.world.says("zoe", None, attachments=(ev.Attachment(url="https://example.org/a.jpg"),))
    await desk.follow()
    assert (await desk.world.row(item)).scored


async def test_a_burst_is_judged_in_chunks_and_every_message_once(desk: Desk) -> None:
    for n in range(100):
        await desk.world.says(f"a{n}", f"mot {n}", thread=f"t{n % 7}")
    await desk.follow()
    assert sorted(said.external_id for said in await desk.judged()) == sorted(f"m{n}" for n in range(1, 101))


async def test_from_the_log_to_the_row_by_signals_alone(desk: Desk) -> None:
    """The followers as they run in a process: woken by the append, no polling needed."""
    runners = [Runner(desk.world.log, Projector(desk.world.log)), Runner(desk.world.log, desk.follower)]
    views = desk.world.log.pulse.subscribe("views")
    running = [asyncio.create_task(runner.run()) for runner in runners]
    try:
        await desk.world.says("zoe", "ma batterie fume")
        async with asyncio.timeout(10):
            while not [row for row in (await desk.world.page()).rows if row.scored]:
                await views.wait()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    assert (await desk.world.page()).rows[0].priority == 1
