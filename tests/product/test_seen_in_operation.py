"""A message goes its whole way through a running product, and every metric of that way has moved."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.fakes.server import Fake, says
from tests.product import hooks
from tests.product.instance import Instance

pytestmark = pytest.mark.asyncio(loop_scope="module")

WITHIN_S = 30.0
MOVED = {
    "taken in": {
        'vigie_deliveries_total{outcome="taken"}', 'vigie_deliveries_total{outcome="bad_signature"}',
        'vigie_messages_total{new="true"}', 'vigie_messages_total{new="false"}',
    },
    "to disk": {
        "vigie_append_seconds_count", 'vigie_append_flushes_total{outcome="stored"}', "vigie_append_batch_events_count",
        "vigie_append_flush_seconds_count",
    },
    "followed": {
        f'vigie_followed_events_total{{follower="{follower}"}}' for follower in ("project", "classify", "deliver")
    },
    "read": {
        "vigie_classification_seconds_count", "vigie_judging_seconds_count", "vigie_judging_batch_messages_count",
        "vigie_judgements_total", "vigie_classifier_disagreements_total",
    },
    "waited for": {"vigie_open_items"},
    "answered": {'vigie_replies_total{outcome="sent"}', 'vigie_forwards_total{outcome="sent"}'},
    "watched": {"vigie_live_viewers", "vigie_live_queries_total", 'vigie_live_render_seconds_count{kind="api"}'},
    "process": {
        'vigie_role{role="ingest"}', 'vigie_role{role="inbox"}', 'vigie_role{role="workers"}',
        "vigie_database_connections", "vigie_database_connections_most", "process_start_time_seconds", "python_info",
    },
}  # fmt: skip
CALM = {
    'vigie_append_flushes_total{outcome="failed"}', "vigie_set_aside_events_total", "vigie_append_waiting_events",
    "vigie_append_oldest_seconds", 'vigie_live_cut_total{reason="slow"}', 'vigie_replies_total{outcome="uncertain"}',
    "vigie_follower_lag_events", "vigie_follower_lag_seconds", 'vigie_unscored_items{known="nothing"}',
}  # fmt: skip
"""There, and at nought when all is done."""


async def scraped(instance: Instance) -> Mapping[str, list[tuple[frozenset[str], float]]]:
    """Samples by name, each with its labels as they are written."""
    async with aiohttp.ClientSession() as client, client.get(f"{instance.base_url}/metrics") as response:
        text = await response.text()
    found: dict[str, list[tuple[frozenset[str], float]]] = {}
    for name, labels, value in re.findall(r"^(\w+)(?:\{(.*)\})? (\S+)$", text, re.MULTILINE):
        found.setdefault(name, []).append((frozenset(re.findall(r'\w+="[^"]*"', labels)), float(value)))
    return found


def sums(samples: Mapping[str, list[tuple[frozenset[str], float]]], wanted: str) -> float | None:
    """Of all samples with that name and those labels; None where there is none."""
    name, _, labels = wanted.rstrip("}").partition("{")
    asked = set(filter(None, labels.split(",")))
    values = [value for has, value in samples.get(name, []) if asked <= has]
    return sum(values) if values else None


def still_not(samples: Mapping[str, list[tuple[frozenset[str], float]]], wanted: set[str]) -> set[str]:
    """What has not moved, or not come to rest."""
    return {name for name in wanted if not sums(samples, name)} | {name for name in CALM if sums(samples, name)}


@asynccontextmanager
async def looking_on(instance: Instance) -> AsyncIterator[None]:
    """A live stream of the brand, read as fast as it comes."""
    demo = instance.demo
    url = f"{instance.base_url}/api/v1/brands/{demo['brand_id']}/live"
    headers = {"Authorization": f"Bearer {demo['api_token']}"}
    async with aiohttp.ClientSession(headers=headers) as client, client.get(url) as stream:
        reading = asyncio.create_task(stream.content.read())
        yield
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def command(instance: Instance, path: str, body: dict[str, Any]) -> None:
    demo = instance.demo
    url = f"{instance.base_url}/api/v1/brands/{demo['brand_id']}/{path}"
    headers = {"Authorization": f"Bearer {demo['api_token']}", "Idempotency-Key": uuid4().hex}
    async with aiohttp.ClientSession(headers=headers) as client, client.post(url, json=body) as response:
        assert response.status < 300, await response.text()


async def forged(instance: Instance) -> None:
    hook = next(channel for channel in instance.demo["channels"] if channel["network"] == "generic")
    async with aiohttp.ClientSession() as client, client.post(hook["hook_url"], data=b"{}") as response:
        assert response.status == 401


async def goes_its_way(instance: Instance) -> None:
    """Said twice, read, judged otherwise by a person, answered; and somebody else still waits."""
    assert await hooks.post(instance, [hooks.message("waits")]) == 202
    said = hooks.message("metrics", text="Votre vélo a pris feu, je suis blessé")
    assert await hooks.post(instance, [said]) == 202
    assert await hooks.post(instance, [said]) == 202
    (item,) = (i for i in await hooks.until_scored(instance, 2) if i["author"]["id"] == "ametrics")
    other = 4 if item["priority"] in {1, "P1"} else 1
    await command(instance, f"items/{item['id']}/priority", {"expected_position": item["position"], "priority": other})
    item = await hooks.api(instance, f"items/{item['id']}")
    await command(instance, f"items/{item['id']}/reply", {"expected_position": item["position"], "text": "On arrive."})


async def test_every_stage_of_a_messages_way_shows_in_the_metrics(instance: Instance) -> None:
    async with Fake(says(200)) as subscriber, looking_on(instance):
        await command(instance, "subscriptions", {"address": f"{subscriber.url}/events"})
        await forged(instance)
        await goes_its_way(instance)
        wanted = {name for stage in MOVED.values() for name in stage}
        samples = await scraped(instance)
        until = asyncio.get_running_loop().time() + WITHIN_S
        while asyncio.get_running_loop().time() < until and still_not(samples, wanted):
            await asyncio.sleep(0.2)
            samples = await scraped(instance)
        assert still_not(samples, wanted) == set()
        assert {name for name in CALM if sums(samples, name) is None} == set()
