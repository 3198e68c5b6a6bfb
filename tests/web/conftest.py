"""Fixtures of the web tests: a simulated clock and a world with people in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from inbox.clock import SimulatedClock
from inbox.log.store import Log
from tests.web.world import World, a_world


@pytest.fixture
def clock(noon: datetime) -> SimulatedClock:
    return SimulatedClock(noon)


@pytest.fixture
async def world(log: Log, clock: SimulatedClock) -> AsyncIterator[World]:
    async with a_world(log, clock) as world:
        yield world
