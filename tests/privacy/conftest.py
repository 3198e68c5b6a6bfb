"""A brand with people who speak, and an intruder who sits at the database itself."""

from __future__ import annotations

from datetime import datetime

import asyncpg
import pytest

from inbox.ids import BrandId
from inbox.log.store import Log
from tests.views.world import World


@pytest.fixture
def world(log: Log, brand: BrandId, noon: datetime) -> World:
    return World(log, brand, noon)


@pytest.fixture
async def intruder(pool: asyncpg.Pool) -> asyncpg.Pool:
    """Owns the database, and has taken away what keeps events from being changed."""
    await pool.execute("ALTER TABLE vigie.events DISABLE TRIGGER USER")
    return pool
