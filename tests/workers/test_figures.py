"""What the classifier's metrics say: how much waits, and where people disagree."""

from __future__ import annotations

from datetime import timedelta

from inbox import meters
from inbox.events import PriorityOverridden
from services.workers.pace import Pace
from tests.fakes.model import dead
from tests.workers.desk import Desk


def value(name: str, **labels: str) -> float:
    return meters.REGISTRY.get_sample_value(name, labels) or 0.0


async def test_how_much_waits_and_since_when(staged: Desk) -> None:
    world, unscored = staged.world, staged.unscored()
    staged.judging.pace = Pace(1.0)
    await world.says("max", "bonjour", thread="t2")
    await staged.follow()
    staged.judging.pace = Pace(0.0)
    staged.fake.mood = dead
    await world.says("zoe", "bonjour")
    await staged.follow()
    staged.clock.advance(timedelta(seconds=42))
    await unscored.measure()
    assert value("vigie_unscored_items", known="nothing") == 1
    assert value("vigie_unscored_items", known="provisional") == 1
    assert value("vigie_oldest_unscored_seconds") == 42
    staged.fake.mood = lambda _: None
    await staged.later(unscored)
    await unscored.measure()
    assert value("vigie_unscored_items", known="nothing") == value("vigie_unscored_items", known="provisional") == 0
    assert value("vigie_oldest_unscored_seconds") == 0


async def test_judgements_failures_and_batches_are_counted(staged: Desk) -> None:
    labels = {"stage": "full", "level": "3", "lang": "fr"}
    judged, failed = (
        value("vigie_judgements_total", **labels),
        value("vigie_judging_failures_total", stage="full", reason="raised"),
    )
    batches = value("vigie_judging_batch_messages_count", stage="full")
    await staged.world.says("zoe", "ma batterie fume")
    await staged.follow()
    assert value("vigie_judgements_total", **labels) == judged + 1
    assert value("vigie_judging_batch_messages_count", stage="full") == batches + 1
    staged.fake.mood = dead
    await staged.world.says("max", "bonjour")
    await staged.follow()
    assert value("vigie_judging_failures_total", stage="full", reason="raised") > failed


async def test_a_priority_that_people_set_otherwise_than_the_rules_is_counted(desk: Desk) -> None:
    world = desk.world
    item = await world.says("zoe", "ma batterie fume")
    await desk.follow()
    before = value("vigie_classifier_disagreements_total", rules="1", people="4")
    for priority in (4, 1, None):
        await world.happens(PriorityOverridden(item_id=item, priority=priority, by=7, at=world.noon))
    await desk.follow()
    assert value("vigie_classifier_disagreements_total", rules="1", people="4") == before + 1
    assert value("vigie_classifier_disagreements_total", rules="1", people="1") == 0
