"""The demo's networks on loopback, and one channel that a drill has set up there; no database."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from yarl import URL

from inbox.channels import ChannelRecord, Channels
from inbox.clock import SystemClock
from inbox.ids import BrandId, ChannelId
from services.channels import registry
from services.channels.contract import Channel, Parsed, Way
from services.demo_network import DemoNetwork
from services.demo_networks.board import Post
from services.demo_networks.world import Told, World, address
from services.drill import given, plan, recast, scenario
from services.drill.encoder import Encoder
from services.drill.plan import Move
from services.drill.target import Hook
from services.drill.wire.tongues import TONGUES
from services.outbound import Outbound

RUN = "1790000000000"
BRAND = BrandId(1)


class Known:
    """The channels, of which there is one."""

    record: ChannelRecord | None = None

    async def hook(self, channel_id: str) -> ChannelRecord | None:
        return self.record if self.record is not None and channel_id == self.record.channel_id else None

    async def list(self, brand: BrandId) -> list[ChannelRecord]:
        return [self.record] if self.record is not None else []


@dataclasses.dataclass
class Demo:
    network: Channel
    channel: ChannelRecord
    world: World
    way: Way

    @property
    def hook(self) -> Hook:
        return hook_of(self.channel, "http://127.0.0.1:8040")

    def said(self, body: bytes) -> None:
        """As a drill hands it in."""
        told = Told.model_validate_json(body)
        self.world.board(self.channel).add(Post(told.id, told.kind, told.text, datetime.now(UTC), told.by))

    async def look(self, cursor: str | None) -> tuple[list[Parsed], str | None]:
        """To the end of what there is."""
        found: list[Parsed] = []
        while True:
            swept = await self.network.sweep(self.way, self.channel, cursor, datetime.now(UTC))
            ends = not swept.more or swept.cursor == cursor  # as the sweep leaves alone what does not move
            found, cursor = [*found, *swept.parsed], swept.cursor
            if ends:
                return found, cursor


def hook_of(channel: ChannelRecord, base: str) -> Hook:
    secret = channel.secrets.get(given.PROVING.get(channel.network, "secret"), "")
    token = {"token": secret} if TONGUES[channel.network].in_address else {}
    url = URL(f"{base}/hooks/{channel.channel_id}").with_query(token)
    return Hook(channel.channel_id, channel.network, url, secret, channel.account_id or "")


@asynccontextmanager
async def demo(name: str, data_dir: Path) -> AsyncIterator[Demo]:
    known, network, port = Known(), registry.networks()[name], unused_port()
    base = f"http://127.0.0.1:{port}"
    known.record = _record(network, base)
    app = web.Application()
    world = _served(app, known, base, data_dir)
    async with TestServer(app, port=port), Outbound(["127.0.0.1"]) as http:
        yield Demo(network, known.record, world, Way(http, f"{base}/demo/graph"))


def _served(app: web.Application, known: Known, base: str, data_dir: Path) -> World:
    channels = cast(Channels, known)
    world = World(channels, BRAND, SystemClock(), base, data_dir)
    for route in [*world.routes(), *DemoNetwork(channels).routes()]:
        app.router.add_route(route.method, route.path, route.handler)
    return world


def _record(network: Channel, base: str) -> ChannelRecord:
    """As the set-up form makes it of what the drill gives."""
    values = given.values(network.id, network.setup_fields, address(base, network.id))
    made = {field.name: field.make() for field in network.setup_fields if field.make} | values
    at = {
        place: {one.name: made[one.name] for one in network.setup_fields if one.place == place and made.get(one.name)}
        for place in ("account", "setting", "secret")
    }
    account = next(iter(at["account"].values()), None)
    ident = ChannelId("1-abcdefghijklmnop")
    return ChannelRecord(BRAND, ident, network.id, "Demo", account, at["setting"], at["secret"], datetime.now(UTC))


def script(hook: Hook, messages: int) -> list[tuple[Move, bytes, dict[str, str]]]:
    """What a drill says on one network: each message, its body and its headers; those that come again as well."""
    scene, encoder, now = recast.recast(scenario.load(), [hook.network]), Encoder(RUN, 1.0), datetime.now(UTC)
    said = []
    for delivery in plan.build(scene, messages=messages, seed=1, run=RUN, page="104382905117746"):
        body = encoder.body(hook, delivery, now)
        said.append((delivery.moves[0], body, encoder.headers(hook, delivery, body, now)))
    return said
