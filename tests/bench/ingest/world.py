"""Brands with a generic channel each, in a database that `vigie run ingest` then serves."""

from __future__ import annotations

import base64

import asyncpg

from inbox.channels import Channels
from inbox.clock import SystemClock
from inbox.ids import BrandId
from inbox.log.pulse import Pulse
from inbox.log.seal import Keyring
from inbox.log.store import Log
from services.channels import signing
from tests.bench.ingest.messages import Hook
from tests.conftest import MASTER, new_brand

MASTER_KEY = base64.b64encode(MASTER).decode()


async def hooks(dsn: str, brands: int) -> list[tuple[BrandId, Hook]]:
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        channels = Channels(Log(pool, Keyring(MASTER), Pulse()), SystemClock())
        return [await _hook(pool, channels) for _ in range(brands)]


async def _hook(pool: asyncpg.Pool, channels: Channels) -> tuple[BrandId, Hook]:
    brand, secret = await new_brand(pool), signing.new_secret()
    made = await channels.add(brand, network="generic", name="bench", secrets={"secret": secret}, by=None)
    return brand, Hook(f"/hooks/{made.channel_id}", secret)


async def stored(dsn: str, brands: list[BrandId]) -> int:
    """Messages in the logs of these brands, each with its raw delivery."""
    connection = await asyncpg.connect(dsn)
    try:
        events, deliveries = [
            int(await connection.fetchval(query, brands))
            for query in (
                "SELECT count(*) FROM vigie.events WHERE brand_id = ANY($1) AND type = 'MessageReceived'",
                "SELECT count(*) FROM vigie.deliveries WHERE brand_id = ANY($1)",
            )
        ]
    finally:
        await connection.close()
    return min(events, deliveries)
