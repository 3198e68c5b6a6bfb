"""Everything that judges, and what it made of the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from inbox import events as ev
from inbox.clock import SimulatedClock
from inbox.ids import BrandId
from services.workers.classify import Classify
from services.workers.in_force import Models, Only
from services.workers.judging import PROBE, Judging
from services.workers.pace import Pace
from services.workers.unscored import Unscored
from tests.fakes.model import FakeModel
from tests.views.world import World


@dataclass
class Desk:
    """`glance`: the model of the first look, None to do without one."""

    world: World
    clock: SimulatedClock
    fake: FakeModel
    judging: Judging
    glance: Judging | None = None
    models: Models | None = None
    read: int = 0

    @property
    def follower(self) -> Classify:
        return Classify(self.world.log, self.clock, self.models or Only(self.judging), self.glance)

    async def follow(self) -> None:
        while events := await self.world.log.read(self.world.brand, self.read, 500):
            await self.follower.handle(None, self.world.brand, events)
            self.read = events[-1].position
        await self.world.project()

    async def later(self, unscored: Unscored, seconds: float = 10) -> None:
        self.clock.advance(timedelta(seconds=seconds))
        await unscored.look()
        await self.world.project()

    def unscored(self, waiting: Mapping[BrandId, float] | None = None) -> Unscored:
        return Unscored(
            self.world.log, self.clock, self.models or Only(self.judging), self.glance, waiting=waiting
        )  # fmt: skip

    async def judged(self) -> list[ev.MessageClassified]:
        recorded = await self.world.log.read(self.world.brand, limit=100_000)
        return [r.event for r in recorded if isinstance(r.event, ev.MessageClassified)]

    async def warm(self, *, letter_s: float | None = None) -> None:
        """Has the models loaded; with `letter_s` the full one is known to be that slow."""
        for judging in (self.judging, self.glance):
            if judging is not None:
                await judging.probe()
        self.fake.calls.clear()
        if letter_s is not None:
            self.judging.pace = Pace(letter_s)


__all__ = ["PROBE", "Desk"]
