"""A whole inbox over real HTTP: two organisations, everybody who may or may not look, and a few items."""

from __future__ import annotations

import socket
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
from aiohttp import web

from inbox.channels import Channels, Reparsed
from inbox.clock import SimulatedClock
from inbox.errors import Unavailable
from inbox.events import Author, MessageReceived
from inbox.ids import BrandId, ChannelId, ItemId, MemberId, dedupe_key
from inbox.log.batcher import Batcher
from inbox.log.record import NewEvent
from inbox.log.store import Log
from inbox.people import brands, members, sessions, tokens
from inbox.push import keys
from inbox.translation import NotHere
from inbox.views import items
from inbox.web import app as web_app
from inbox.web.context import Deps, WebSettings
from inbox.web.routes import Route
from inbox.web.security import session_cookie
from inbox.weighing import Weight
from services import hooks_described, metrics_page
from services.channels import registry
from services.channels.contract import Way
from services.demo_mail.office import PostOffice
from services.demo_network import DemoNetwork
from services.demo_networks import world as demo_networks
from services.ingest.knock import Knock
from services.ingest.record import Record
from services.ingest.routes import Ingest
from services.outbound import Outbound
from services.recognising import recognise
from services.translating import Translate

ROLES = ("owner", "lead", "cm", "observer")
ALL_RIGHTS = ("read", "personal", "act", "manage", "own")
CHECKPOINT = """
INSERT INTO vigie.checkpoints (brand_id, follower, position) VALUES ($1, 'project', $2)
ON CONFLICT (brand_id, follower) DO UPDATE SET position = $2
"""


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    def json(self) -> Any:
        import orjson

        return orjson.loads(self.text)


@dataclass
class World:
    deps: Deps
    app: web.Application
    clock: SimulatedClock
    http: aiohttp.ClientSession
    brand: BrandId
    other: BrandId
    people: dict[str, MemberId] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    heard: int = 0

    @property
    def log(self) -> Log:
        return self.deps.log

    @property
    def pool(self) -> asyncpg.Pool:
        return self.deps.pool

    # --- asking ---

    async def session(self, who: str) -> tuple[str, str]:
        """A fresh session's cookie and CSRF token."""
        now = self.clock.now()
        token = await sessions.open_for(self.pool, self.people[who], user_agent="test", now=now)
        found = await sessions.find(self.pool, token, now=now)
        return token, found.csrf if found else ""

    def cookie(self, token: str) -> dict[str, str]:
        return {"Cookie": f"{session_cookie(self.deps.settings.secure_cookies)}={token}"}

    def bearer(self, name: str = "full") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[name]}"}

    async def ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, json: Any = None, form: Any = None
    ) -> Answer:
        url = self.deps.settings.base_url + path
        async with self.http.request(
            method, url, headers=dict(headers or {}), json=json, data=form, allow_redirects=False
        ) as response:
            streams = response.content_type == "text/event-stream"
            return Answer(response.status, response.headers, "" if streams else await response.text(errors="replace"))

    async def api(
        self, method: str, path: str, *, token: str = "full", json: Any = None, key: str | None = None
    ) -> Answer:
        headers = self.bearer(token) | ({"Idempotency-Key": key or uuid.uuid4().hex} if method == "POST" else {})
        return await self.ask(method, f"/api/v1/brands/{self.brand}{path}", headers=headers, json=json)

    # --- happening ---

    def item(self, author: str = "zoe", *, brand: BrandId | None = None) -> ItemId:
        return self.log.keyring.ids.item(brand or self.brand, ChannelId("c"), "t", author)

    async def hear(
        self, text: str = "Votre machine a pris feu", author: str = "zoe", *, brand: BrandId | None = None,
        sender_proven: bool | None = None,
    ) -> ItemId:  # fmt: skip
        """One more message of an author, in the log and in the views."""
        self.heard += 1
        where, now, item = brand or self.brand, self.clock.now(), self.item(author, brand=brand)
        message = MessageReceived(
            item_id=item, channel_id="c", network="generic", kind="comment", external_id=f"m{self.heard}", sent_at=now,
            received_at=now, thread_id="t", author=Author(id=author, name=f"Nom {author}", followers=1200), text=text,
            sender_proven=sender_proven,
        )  # fmt: skip
        subject = self.log.keyring.ids.subject(where, "generic", author)
        key = dedupe_key("received", str(where), "c", f"m{self.heard}")
        await self.log.append(where, [NewEvent(message, str(item), key, subject)])
        await self.project(where)
        return item

    async def project(self, brand: BrandId | None = None) -> None:
        """What the projector does, at once."""
        where = brand or self.brand
        async with self.pool.acquire() as connection, connection.transaction():
            position = await connection.fetchval(
                "SELECT position FROM vigie.checkpoints WHERE brand_id = $1 AND follower = 'project'", where
            )
            events = await self.log.read(where, position or 0, connection=connection)
            if events:
                await items.project(connection, where, events, self.log.keyring.ids)
                await connection.execute(CHECKPOINT, where, events[-1].position)
        self.deps.pulse.beat("views", where)


async def _reparse(brand: BrandId, delivery_id: uuid.UUID) -> Reparsed:
    return Reparsed(0, None)


async def _weigh(brand: BrandId, text: str) -> list[Weight]:
    """A classifier to whom the last word of a text is all, and the first a little."""
    first, last = text.split(maxsplit=1)[0], text.rsplit(maxsplit=1)[-1]
    start = len(text) - len(last)
    return [Weight(last, start, len(text), "safety", 0.6), Weight(first, 0, len(first), "negative", 0.1)]


def of_services(deps: Deps) -> list[Route]:
    """The routes that services add to the application."""
    ingest = Ingest(deps.channels, Batcher(deps.log), deps.clock, Way(Outbound(), ""))
    world = demo_networks.World(deps.channels, BrandId(1), deps.clock, deps.settings.base_url, Path())
    demo = [*DemoNetwork(deps.channels).routes(), *PostOffice(deps.channels, Path()).routes(), *world.routes()]
    return [*ingest.routes(), *metrics_page.routes([]), *demo]


def deps_of(
    log: Log, clock: SimulatedClock, base_url: str, *, secure: bool = False, http: Outbound | None = None
) -> Deps:
    async def ready() -> None:
        if clock.now().year < 2000:
            raise Unavailable("too early", retry_after_s=2)

    channels = Channels(log, clock)
    return Deps(
        pool=log.pool, log=log, pulse=log.pulse, clock=clock,
        settings=WebSettings(
            base_url, secure_cookies=secure, trusted_proxies=("10.0.0.0/8",), outbound_allow=("127.0.0.1",)
        ),
        channels=channels, networks=registry.networks(), reparse=_reparse, ready=ready,
        record=Record(channels, Batcher(log), clock), knock=Knock(channels, Batcher(log), clock, base_url),
        weigh=_weigh, translate=Translate(http) if http else NotHere(), push_key=keys.pair(log.keyring).shown,
        recognise=recognise,
    )  # fmt: skip


@asynccontextmanager
async def serving(deps: Deps) -> AsyncIterator[web.Application]:
    app = web_app.build(deps, of_services(deps), openapi=hooks_described.openapi())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)  # whoever still listens is not waited for
    await runner.setup()
    port = int(deps.settings.base_url.rpartition(":")[2])
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield app
    finally:
        await runner.cleanup()


@asynccontextmanager
async def a_world(log: Log, clock: SimulatedClock) -> AsyncIterator[World]:
    async with (
        Outbound(("127.0.0.1",)) as out,
        serving(deps := deps_of(log, clock, f"http://127.0.0.1:{free_port()}", http=out)) as app,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=20)) as http,
    ):
        ours, theirs = await _brand(log, clock, "Brizéo"), await _brand(log, clock, "Autre")
        world = World(deps, app, clock, http, ours, theirs)
        await _people(world)
        yield world


async def _brand(log: Log, clock: SimulatedClock, name: str) -> BrandId:
    async with log.pool.acquire() as connection:
        org = await brands.create_organisation(connection, name, now=clock.now())
    return await brands.create(log, org, name, now=clock.now())


async def _people(world: World) -> None:
    now = world.clock.now()

    async def add(who: str, role: str, brand: BrandId) -> MemberId:
        name = f"{who.capitalize()} Test"
        return await members.add(world.log, brand, email=f"{who}@t.test", name=name, role=role, by=None, now=now)

    for role in ROLES:
        world.people[role] = await add(role, role, world.brand)
    world.people["stranger"] = await add("stranger", "owner", world.other)
    world.people["revoked"] = await add("revoked", "cm", world.brand)
    await _tokens(world)
    await members.deactivate(world.log, world.brand, world.people["revoked"], by=world.people["owner"], now=now)
    await world.project(world.brand)


async def _tokens(world: World) -> None:
    now, people = world.clock.now() - timedelta(minutes=5), world.people

    async def add(name: str, rights: tuple[str, ...], by: str, brand: BrandId) -> str:
        token_id, token = await tokens.create(world.log, brand, name=name, rights=rights, by=people[by], now=now)
        world.tokens[name] = token
        return token_id

    await add("full", ALL_RIGHTS, "owner", world.brand)
    await add("reader", ("read",), "owner", world.brand)
    await add("foreign", ALL_RIGHTS, "stranger", world.other)
    await add("orphan", ("read", "act"), "revoked", world.brand)
    dead = await add("dead", ALL_RIGHTS, "owner", world.brand)
    await tokens.revoke(world.log, world.brand, dead, by=people["owner"], now=now)
