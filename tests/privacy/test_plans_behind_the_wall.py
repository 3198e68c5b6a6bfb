"""The second wall costs no index: what a viewer asks walks down the same ones as before."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from inbox import walls
from inbox.ids import BrandId
from tests.views.test_plans import full as everybodys
from tests.views.test_plans import (
    test_a_page_walks_down_the_rank_with_any_plan,
    test_a_rare_word_is_looked_up_and_a_common_one_found_on_the_way_down,
)

__all__ = [
    "everybodys",
    "test_a_page_walks_down_the_rank_with_any_plan",
    "test_a_rare_word_is_looked_up_and_a_common_one_found_on_the_way_down",
]


@pytest.fixture
async def full(everybodys: asyncpg.Connection, brand: BrandId) -> AsyncIterator[asyncpg.Connection]:
    """On behalf of a viewer of that brand."""
    await everybodys.execute(walls.sql.narrow, str(brand))
    assert await everybodys.fetchval("SELECT count(DISTINCT brand_id) FROM vigie.heads") == 1
    yield everybodys
    await everybodys.execute(walls.sql.open)
