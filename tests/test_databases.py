"""The test world's own promise: no test finds what another one left."""

from __future__ import annotations

from datetime import datetime

import asyncpg
import pytest

from inbox.log.pulse import Pulse
from inbox.log.seal import Keyring
from inbox.log.store import Log
from tests.citus.cluster import Cluster
from tests.conftest import new_brand
from tests.databases import Server, sql
from tests.views.world import World

TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'vigie'::regnamespace AND relkind = 'r'"


@pytest.fixture
def server(postgres: Server | Cluster) -> Server:
    if isinstance(postgres, Cluster):
        pytest.skip("a cluster makes each database anew")
    return postgres


async def test_the_next_test_finds_no_row_of_this_one(server: Server, keyring: Keyring, noon: datetime) -> None:
    name, dsn = await server.fresh()
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        world = World(Log(pool, keyring, Pulse()), await new_brand(pool), noon)
        await world.says("zoe", "la batterie fume")
        await world.project()
    await server.drop(name)
    assert await server.fresh() == (name, dsn)
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool:
        for (table,) in await pool.fetch(TABLES):
            assert await pool.fetchval(f"SELECT count(*) FROM vigie.{table}") == 0, table
        assert await pool.fetchval(sql.shape) == server.shape
    await server.drop(name)


@pytest.mark.parametrize(
    "change",
    ["ALTER TABLE vigie.events DISABLE TRIGGER USER", "CREATE TABLE left_behind (a int)", "ANALYZE vigie.events",
     "CREATE OR REPLACE FUNCTION vigie.viewed() RETURNS bigint[] LANGUAGE sql STABLE AS 'SELECT NULL::bigint[]'"],
)  # fmt: skip
async def test_a_database_of_another_shape_is_not_used_again(server: Server, change: str) -> None:
    name, dsn = await server.fresh()
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool:
        await new_brand(pool)
        await pool.execute(change)
    await server.drop(name)
    assert name not in server.shelf
