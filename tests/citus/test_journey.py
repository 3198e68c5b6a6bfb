"""The main job on a cluster, by the product as its users run it: what is said arrives, is read, is answered, counts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
import pytest
from rich.console import Console

from services.drill import run
from tests.product import hooks
from tests.product.instance import Instance

SAID = "Ma batterie fume et personne ne répond."


@pytest.fixture
async def instance(database: str, tmp_path: Path) -> AsyncIterator[Instance]:
    instance = Instance(tmp_path / "data", database, ready_within_s=180)
    await instance.start()
    yield instance
    assert await instance.stop() == 0
    assert troubles(instance) == []


def troubles(instance: Instance) -> list[str]:
    """What a statement that the cluster refuses would leave in the log of the process."""
    lines = instance.log_path.read_text().splitlines()
    return [line for line in lines if "Traceback" in line or "ERROR" in line or "asyncpg." in line]


async def command(instance: Instance, item: dict[str, Any], verb: str, **body: Any) -> dict[str, Any]:
    demo = instance.demo
    url = f"{instance.base_url}/api/v1/brands/{demo['brand_id']}/items/{item['id']}/{verb}"
    headers = {"Authorization": f"Bearer {demo['api_token']}", "Idempotency-Key": uuid4().hex}
    content = {"expected_position": item["position"], **body}
    async with aiohttp.ClientSession(headers=headers) as client, client.post(url, json=content) as response:
        assert response.status == 200, await response.text()
        answer: dict[str, Any] = await response.json()
        return answer


async def until_answered(instance: Instance) -> None:
    """The reply has left, the log says so, and the figures do."""
    async with asyncio.timeout(30):
        while not (await hooks.api(instance, "sla"))["response"]["met"]:
            await asyncio.sleep(0.1)
    assert [event["type"] for event in await instance.events()].count("ReplySent") == 1


async def test_what_is_said_arrives_is_read_is_answered_and_counts(instance: Instance, database: str) -> None:
    assert await hooks.post(instance, [hooks.message(1, text=SAID)]) == 202
    (item,) = await hooks.until_scored(instance, 1)
    item = await command(instance, item, "acknowledge")
    await command(instance, item, "reply", text="Débranchez-la, nous vous appelons tout de suite.")
    await until_answered(instance)
    assert (await hooks.api(instance, "sla"))["ack"]["met"] == 1
    assert await where_it_lies(database, instance.demo["brand_id"]) == 1


async def where_it_lies(database: str, brand: int) -> int:
    """On how many machines the brand's tables lie."""
    connection = await asyncpg.connect(database)
    try:
        return int(
            await connection.fetchval(
                "SELECT count(DISTINCT nodeport) FROM pg_dist_partition t, pg_dist_shard_placement p"
                " WHERE t.partmethod = 'h'"
                " AND p.shardid = get_shard_id_for_distribution_column(t.logicalrelid, $1::bigint)",
                brand,
            )
        )
    finally:
        await connection.close()


async def test_a_bad_buzz_loses_and_doubles_nothing(instance: Instance) -> None:
    said = Console(record=True, quiet=True)
    code = await run.run(instance.data_dir / "demo.json", speed=20, messages=60, console=said, catch_up_s=30)
    assert code == run.ALL_WELL, said.export_text()
