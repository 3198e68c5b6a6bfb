"""Fixtures of the workers: the views' world, on a clock that moves when told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from inbox.clock import SimulatedClock
from inbox.ids import BrandId
from inbox.log.store import Log
from services.workers.judging import Judging
from tests.fakes.model import FakeModel
from tests.views.world import World
from tests.workers.desk import Desk


@pytest.fixture
def world(log: Log, brand: BrandId, noon: datetime) -> World:
    return World(log, brand, noon)


@pytest.fixture
def clock(noon: datetime) -> SimulatedClock:
    return SimulatedClock(noon)


@pytest.fixture
async def desk(world: World, clock: SimulatedClock) -> AsyncIterator[Desk]:
    fake = FakeModel()
    judging = Judging(lambda: fake, timeout_s=5)
    yield Desk(world, clock, fake, judging)
    judging.close()


@pytest.fixture
async def staged(desk: Desk) -> AsyncIterator[Desk]:
    """With a first look; both models are loaded."""
    glance = desk.glance = Judging(lambda: FakeModel(name="glance@1"), stage="first")
    await desk.warm()
    yield desk
    glance.close()
