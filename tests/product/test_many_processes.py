"""Several processes of each role on one database, killed and stalled at their worst moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.product.load import Load, Network
from tests.product.many import Site, site
from tests.product.trouble import none, taken_over, troubled, until


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    async with Network() as network:
        yield network


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path) as here:
        yield here


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
        yield client


async def test_no_kill_and_no_stall_of_any_process_loses_or_doubles_anything(
    here: Site, network: Network, client: aiohttp.ClientSession
) -> None:
    await troubled(here, network, client, seconds=14.0, rate=2.0, seed=1)


async def test_whoever_stops_in_order_is_replaced_at_once(
    here: Site, network: Network, client: aiohttp.ClientSession
) -> None:
    tenants = await here.tenants(4, network.url)
    door, _, leaving = await here.run("ingest", "workers", "workers")
    load = Load(client, [door], door)
    await taken_over(here, load, tenants)
    pool = here.shared.pool
    assert await pool.fetchval("SELECT count(*) FROM vigie.crew") == 2
    stopping = asyncio.create_task(leaving.stop())
    await until(lambda: none(here, "SELECT count(*) - 1 FROM vigie.crew"))
    print(f"taken over {await taken_over(here, load, tenants):.2f} s after the seat was given back")
    assert await stopping == 0


async def test_a_role_that_is_absent_is_not_waited_for(here: Site, client: aiohttp.ClientSession) -> None:
    (alone,) = await here.run("inbox")
    async with client.get(f"{alone.url}/readyz") as response:
        assert response.status == 200
    async with client.post(f"{alone.url}/hooks/1-unknown", data=b"{}") as response:
        assert response.status == 404
