"""A running ingest: real PostgreSQL, real HTTP, channels of one brand and of its neighbours."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from inbox.channels import ChannelRecord, Channels
from inbox.clock import SystemClock
from inbox.events import Event
from inbox.ids import BrandId
from inbox.log.batcher import Batcher
from inbox.log.store import Log
from services.channels.contract import Way
from services.channels.registry import networks
from services.ingest.reparse import Reparse
from services.ingest.routes import Ingest
from services.outbound import Outbound
from tests.channels.senders import APP_SECRET, WHSEC, signed

MOST = 64 * 1024
BASE_URL = "https://vigie.example"


@dataclass
class Hooks:
    """What a network sees of us, and what a test may look into."""

    client: TestClient[web.Request, web.Application]
    channels: Channels
    ingest: Ingest
    reparse: Reparse
    log: Log
    brand: BrandId

    async def channel(self, network: str = "generic", *, brand: BrandId | None = None, **more: Any) -> ChannelRecord:
        secret = WHSEC if network == "generic" else APP_SECRET
        given = {
            "network": network,
            "name": network,
            "secrets": {"secret": secret, "verify_token": "token"},
            "by": None,
        }
        return await self.channels.add(brand or self.brand, **(given | more))

    async def post(
        self, channel: ChannelRecord, body: object, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any, ClientResponse]:
        """Signed as the channel's network does, unless `headers` are given. The answer's JSON, or its text."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        made = signed(channel.network, raw, channel.secrets["secret"]) if headers is None else headers
        response = await self.client.post(f"/hooks/{channel.channel_id}", data=raw, headers=made)
        text = await response.text()
        return response.status, json.loads(text) if "json" in response.content_type else text, response

    async def events(self, brand: BrandId | None = None) -> list[Event]:
        """The log without its audit lines."""
        recorded = await self.log.read(brand or self.brand, 0, 5000)
        return [r.event for r in recorded if r.event.TYPE != "SettingChanged"]

    async def types(self, brand: BrandId | None = None) -> list[str]:
        return [event.TYPE for event in await self.events(brand)]


@pytest.fixture
async def hooks(log: Log, batcher: Batcher, brand: BrandId) -> AsyncIterator[Hooks]:
    channels = Channels(log, SystemClock())
    way = Way(Outbound(("127.0.0.1",)), "")
    ingest = Ingest(channels, batcher, SystemClock(), way, base_url=BASE_URL, max_body_bytes=MOST)
    app = web.Application()
    for route in ingest.routes():
        app.router.add_route(route.method, route.path, route.handler)
        if route.method == "GET":  # as the application does
            app.router.add_route("HEAD", route.path, route.handler)
    async with TestClient(TestServer(app)) as client, way.http:
        yield Hooks(client, channels, ingest, Reparse(channels, batcher), log, brand)
        await channels.tallies.flush(log.pool)


@pytest.fixture(scope="session")
def known_networks() -> list[str]:
    return list(networks())
