"""The demo's networks at their addresses (`/demo/net/NETWORK/…`), and where a drill says what is to stand on them.

A channel of the demo is one whose settings name such an address. What is handed in (`/demo/said/CHANNEL`, with the
token of demo.json) is on disk when it is answered, heard at once by whoever listens, and Vigie is given a hint to look
where it only asks, as WebSub would give it.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Literal

from aiohttp import web
from pydantic import BaseModel, ValidationError

from inbox import looks
from inbox.channels import ChannelRecord, Channels
from inbox.clock import Clock
from inbox.ids import BrandId
from inbox.people import tokens
from inbox.web.context import DEPS
from inbox.web.routes import Route
from services import demo_network, demo_networks
from services.channels import registry
from services.demo_networks import posts
from services.demo_networks.asked import Asked, refused
from services.demo_networks.board import Board, Person, Post

PLACE = "demo-networks"
AT = "/demo/net/"
Speaks = Callable[[Asked], Awaitable[web.StreamResponse]]
METHODS: tuple[tuple[Literal["GET", "POST", "PUT", "DELETE"], str], ...] = (
    ("GET", "demo.asked"), ("POST", "demo.told"), ("PUT", "demo.put"), ("DELETE", "demo.taken_back"),
)  # fmt: skip


class Told(BaseModel):
    """What somebody says, as it is handed in."""

    id: str
    kind: str
    text: str
    by: Person


@functools.cache
def keeping() -> Mapping[str, Speaks]:
    """By network, those of which something stands here: the modules of this folder that are called like one."""
    named = {module.name for module in pkgutil.iter_modules(demo_networks.__path__)} & registry.networks().keys()
    return {name: importlib.import_module(f"{demo_networks.__name__}.{name}").answer for name in sorted(named)}


def address(base_url: str, network: str) -> str:
    return f"{base_url.rstrip('/')}{AT}{network}"


def is_here(value: object) -> bool:
    """Whether a setting is the address of a network of the demo, of this start or an earlier one."""
    return AT in str(value)


def moved(value: str, base_url: str) -> str:
    """That address on this start: the way of speaking stays (http, ws)."""
    spoken = "ws" if value.startswith("ws") else "http"
    secure = "s" if base_url.startswith("https:") else ""
    place = base_url.rstrip("/").partition(":")[2]
    return f"{spoken}{secure}:{place}{AT}{value.partition(AT)[2]}"


class World:
    """`brand` is the demo's; `base_url`: where the demo is reached."""

    def __init__(self, channels: Channels, brand: BrandId, clock: Clock, base_url: str, data_dir: Path) -> None:
        self._channels = channels
        self._brand = brand
        self._clock = clock
        self._base_url = base_url
        self._place = data_dir / PLACE
        self._boards: dict[str, Board] = {}
        self._ids: dict[str, str] = {}
        self._never = asyncio.Event()

    def routes(self) -> list[Route]:
        asked = [
            Route(method, AT + "{network}/{rest:.*}", self.answer, "public", "hook", name) for method, name in METHODS
        ]
        return [*asked, Route("POST", "/demo/said/{channel_id}", self.hand_in, "public", "hook", "demo.said")]

    async def hand_in(self, request: web.Request) -> web.Response:
        if not await self._may(request):
            return refused()
        record = await self._channels.hook(request.match_info["channel_id"])
        if record is None or record.network not in keeping() or not _is_one(record):
            return refused(404)
        try:
            told = Told.model_validate_json(await demo_network.body_of(request))
        except ValidationError:
            return refused(400)
        self.board(record).add(Post(told.id, told.kind, told.text, self._clock.now(), told.by))
        if not registry.networks()[record.network].capabilities.listens:
            await looks.hint(self._channels.log.pool, record.brand, record.channel_id, self._clock.now())
        return web.json_response({"taken": True}, status=202)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        network = request.match_info["network"]
        record = await self._record(network)
        if record is None:
            return refused(404)
        body = await demo_network.body_of(request) if request.can_read_body else b""
        ends = request.config_dict[DEPS].stopping if DEPS in request.config_dict else self._never
        asked = Asked(
            request, address(self._base_url, network), "/" + request.match_info["rest"], record, self.board(record),
            body, self._clock.now(), ends,
        )  # fmt: skip
        return await keeping().get(network, posts.answer)(asked)

    async def _may(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        found = await tokens.find(self._channels.log.pool, given, now=self._clock.now())
        return found is not None and found.brand == self._brand and "manage" in found.rights

    async def _record(self, network: str) -> ChannelRecord | None:
        """The demo's channel of a network; remembered by its id, for each request asks."""
        known = await self._channels.hook(self._ids.get(network, ""))
        if known is not None and _is_one(known):
            return known
        for record in await self._channels.list(self._brand):
            if record.network == network and record.disabled_at is None and _is_one(record):
                self._ids[network] = str(record.channel_id)
                return record
        return None

    def board(self, record: ChannelRecord) -> Board:
        if record.network not in self._boards:
            self._boards[record.network] = Board(self._place / f"{record.network}.jsonl")
        return self._boards[record.network]


def _is_one(record: ChannelRecord) -> bool:
    return any(is_here(value) for value in record.settings.values())
