"""A model is tried on a brand's history without changing anything, and put in force once somebody saw the report."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import pytest

from inbox import trials
from inbox.comparison import Moves
from inbox.errors import NotFound, Refused
from inbox.events import ModelSwitched
from services.models import Sources, WrongModel
from services.workers.in_force import InForce
from services.workers.pace import Pace
from services.workers.trying import Trying
from tests.fakes.model import CALM, FakeModel, dead, poisoned
from tests.workers.desk import Desk


@dataclass
class Bench:
    """`other`: a model that takes boxes for a danger, and smoke for none."""

    desk: Desk
    models: InForce
    other: FakeModel = field(default_factory=lambda: FakeModel(name="other@1", danger="carton"))

    def trying(self) -> Trying:
        return Trying(self.desk.world.log, self.desk.clock, self.models, rest=False)

    async def ask(self, model: str = "other", days: float = 7) -> UUID:
        world, now = self.desk.world, self.desk.clock.now()
        return await trials.ask(world.log, world.brand, model, since=now - timedelta(days=days), by=7, now=now)

    async def trial(self, run_id: UUID) -> trials.Trial:
        return await trials.one(self.desk.world.pool, self.desk.world.brand, run_id)

    async def tried(self, model: str = "other") -> UUID:
        run_id = await self.ask(model)
        await self.trying().look()
        return run_id

    async def switch(self, run_id: UUID) -> None:
        world = self.desk.world
        await trials.switch(world.log, world.brand, run_id, by=7, now=self.desk.clock.now())


@pytest.fixture
async def bench(desk: Desk) -> AsyncIterator[Bench]:
    """Three messages of the last hour and one of long ago, read by the usual model."""
    world = desk.world
    found = Bench(desk, None)  # type: ignore[arg-type]

    def load(name: str) -> FakeModel:
        if name != "other":
            raise WrongModel("not here")
        return found.other

    found.models = desk.models = InForce(world.pool, desk.judging, Sources(), load=load)
    await world.says("old", "un carton", at=world.minutes(-60 * 24 * 20))
    await world.says("zoe", "ma batterie fume", at=world.minutes(-30))
    await world.says("eve", "un carton", at=world.minutes(-20))
    await world.says("max", "bonjour", at=world.minutes(-10))
    await desk.follow()
    yield found
    found.models.close()


async def test_a_trial_reports_and_changes_nothing(bench: Bench) -> None:
    head = await bench.desk.world.log.head(bench.desk.world.brand)
    trial = await bench.trial(await bench.tried())
    assert (trial.state, trial.progress, trial.model_id, trial.sha256) == ("tried", 1.0, "other@1", "f" * 64)
    assert trial.report.judged == 3, "what was received before is left alone"
    assert trial.report.by_priority == trial.report.by_level == Moves(up=1, down=1, same=1)
    assert [(one.before.priority, one.after.priority) for one in trial.report.examples] == [(4, 1), (1, 4)]
    assert await bench.desk.world.log.head(bench.desk.world.brand) == head
    assert await bench.models.of(bench.desk.world.brand) is bench.desk.judging


async def test_a_switch_that_is_stopped_keeps_what_it_added_and_the_model_in_force(bench: Bench) -> None:
    world, run_id = bench.desk.world, await bench.tried()
    before = await bench.desk.judged()
    await bench.switch(run_id)
    await trials.stop(world.log, world.brand, run_id, now=bench.desk.clock.now())
    await bench.trying().look()
    assert (await bench.trial(run_id)).state == "stopped"
    assert await bench.desk.judged() == before
    switched = await trials.in_force(world.pool, world.brand)
    assert switched is not None
    assert switched.model == "other"
    with pytest.raises(Refused):
        await trials.stop(world.log, world.brand, run_id, now=bench.desk.clock.now())


async def test_the_report_holds_no_words(bench: Bench) -> None:
    await bench.tried()
    for row in await bench.desk.world.pool.fetch("SELECT report FROM vigie.reclassifications"):
        assert b"carton" not in row["report"]
        assert b"fume" not in row["report"]


async def test_switching_appends_anew_keeps_what_was_said_and_reads_with_it_from_then_on(bench: Bench) -> None:
    world = bench.desk.world
    before = await bench.desk.judged()
    run_id = await bench.tried()
    await bench.switch(run_id)
    await bench.trying().look()
    await world.project()
    trial = await bench.trial(run_id)
    assert (trial.state, trial.report.appended) == ("applied", 3)
    judged = await bench.desk.judged()
    assert judged[:4] == before
    assert [said.model for said in judged[4:]] == ["other@1"] * 3
    assert {row.text: row.priority for row in (await world.page()).rows if row.received_at > world.minutes(-60)} == {
        "ma batterie fume": 4, "un carton": 1, "bonjour": 4,
    }  # fmt: skip
    (switched,) = [r.event for r in await world.log.read(world.brand) if isinstance(r.event, ModelSwitched)]
    assert (switched.model, switched.sha256, switched.by) == ("other", "f" * 64, 7)

    bench.models._choices.clear()
    await bench.models.of(world.brand)
    await bench.models.settled()
    await world.says("ida", "encore un carton")
    await bench.desk.follow()
    assert (await bench.desk.judged())[-1].model == "other@1"


async def test_back_to_the_default_model_every_judgement_is_said_again(bench: Bench) -> None:
    for name in ("other", ""):
        await bench.switch(await bench.tried(name))
        await bench.trying().look()
    await bench.desk.world.project()
    assert [said.model for said in await bench.desk.judged()][-3:] == ["fake@1"] * 3
    rows = (await bench.desk.world.page()).rows
    assert next(row.priority for row in rows if row.text == "ma batterie fume") == 1


async def test_a_run_goes_on_where_it_stopped_in_another_process(bench: Bench) -> None:
    bench.models.named("other").pace = Pace(1.0)  # one message a batch
    run_id, first = await bench.ask(), bench.trying()
    brand = bench.desk.world.brand
    assert await first.step(brand, run_id)
    assert await first.step(brand, run_id)
    assert 0 < (await bench.trial(run_id)).progress < 1
    second = bench.trying()
    assert not await second.step(brand, run_id), "the lease is the first one's"
    await first.release(brand)
    await second.look()
    trial = await bench.trial(run_id)
    assert (trial.state, trial.report.judged) == ("tried", 3)
    assert sorted(text for text in bench.other.asked if "votre" not in text) == [
        "bonjour", "ma batterie fume", "un carton",
    ]  # fmt: skip


async def test_a_run_that_was_cut_while_appending_appends_nothing_twice(bench: Bench) -> None:
    run_id = await bench.tried()
    await bench.switch(run_id)
    await bench.trying().look()
    await bench.desk.world.pool.execute(
        "UPDATE vigie.reclassifications SET state = 'applying', position = first_position"
    )
    again = bench.trying()
    await bench.desk.world.pool.execute("DELETE FROM vigie.leases")
    await again.look()
    assert len(await bench.desk.judged()) == 7


async def test_only_what_was_tried_to_its_end_can_be_put_in_force_and_once(bench: Bench) -> None:
    run_id = await bench.ask()
    with pytest.raises(Refused, match="tried to its end"):
        await bench.switch(run_id)
    await bench.trying().look()
    await bench.switch(run_id)
    with pytest.raises(Refused, match="tried to its end"):
        await bench.switch(run_id)
    with pytest.raises(NotFound):
        await bench.switch(UUID(int=1))


async def test_one_run_a_brand_at_a_time(bench: Bench) -> None:
    tried = await bench.tried()
    await bench.ask()
    with pytest.raises(Refused, match="under way"):
        await bench.ask()
    with pytest.raises(Refused, match="under way"):
        await bench.switch(tried)
    assert await trials.in_force(bench.desk.world.pool, bench.desk.world.brand) is None


async def test_a_model_that_fails_on_a_text_is_told_so_and_goes_on(bench: Bench) -> None:
    await bench.desk.world.says("eva", "poison")
    await bench.desk.follow()
    bench.other.mood = poisoned
    report = (await bench.trial(await bench.tried())).report
    assert (report.judged, report.unread) == (3, 1)


async def test_a_dead_model_ends_the_run_after_a_while_with_its_reason(bench: Bench) -> None:
    bench.other.mood = dead
    run_id = await bench.tried()
    assert (await bench.trial(run_id)).state == "asked"
    bench.desk.clock.advance(timedelta(minutes=3))
    await bench.trying().look()
    await bench.desk.world.pool.execute("DELETE FROM vigie.leases")
    await bench.trying().look()
    trial = await bench.trial(run_id)
    assert (trial.state, trial.reason) == ("failed", "RuntimeError")


async def test_other_weights_under_the_same_name_end_the_run(bench: Bench) -> None:
    run_id = await bench.tried()
    await bench.switch(run_id)
    bench.other.mood = lambda texts: [replace(CALM, model="other@1", sha256="0" * 64)] * len(texts)
    await bench.trying().look()
    trial = await bench.trial(run_id)
    assert trial.state == "failed"
    assert "other weights" in (trial.reason or "")
    assert trial.report.appended == 0


async def test_forgotten_words_are_not_tried(bench: Bench) -> None:
    world = bench.desk.world
    await world.forgets("eve", world.item("eve"))
    await world.project()
    assert (await bench.trial(await bench.tried())).report.judged == 2
    assert "un carton" not in bench.other.asked


@pytest.mark.parametrize("model", ["gone", "other"], ids=["not here", "other weights"])
async def test_a_model_in_force_that_this_host_does_not_have_is_replaced_by_the_default_one(
    bench: Bench, model: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = bench.desk.world
    event = ModelSwitched(model=model, sha256="1" * 64, by=7, at=world.noon)
    new = replace(world.new(event), stream=trials.STREAM)
    await world.log.append(world.brand, [new])
    bench.models._choices.clear()
    for _ in range(2):
        assert await bench.models.of(world.brand) is bench.desk.judging
        await bench.models.settled()
    assert "in force" in caplog.text
    await world.says("ida", "ça fume")
    await bench.desk.follow()
    assert (await bench.desk.judged())[-1].model == "fake@1"
