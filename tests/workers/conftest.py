"""Fixtures of the workers: the views' world, on a clock that moves when told."""

from __future__ import annotations

from datetime import datetime

import pytest

from inbox.clock import SimulatedClock
from inbox.ids import BrandId
from inbox.log.store import Log
from tests.views.world import World


@pytest.fixture
def world(log: Log, brand: BrandId, noon: datetime) -> World:
    return World(log, brand, noon)


@pytest.fixture
def clock(noon: datetime) -> SimulatedClock:
    return SimulatedClock(noon)
