"""Fixtures of the views."""

from __future__ import annotations

from datetime import datetime

import pytest

from inbox.ids import BrandId
from inbox.log.store import Log
from tests.views.world import World


@pytest.fixture
def world(log: Log, brand: BrandId, noon: datetime) -> World:
    return World(log, brand, noon)
