"""A site on which every screen has something to show, for whoever walks all of them: the scene of the photographs
(`tests.screens.scene`) in the world of the web tests, its followers and workers run by hand. Beside the brand there is
another that has nothing yet."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from playwright.async_api import BrowserContext

from inbox import events as ev
from inbox.ids import BrandId, dedupe_key
from inbox.log.follow import Runner
from inbox.log.record import NewEvent
from inbox.people import links, members
from inbox.views import notices
from inbox.web.routes import Route
from services.channels.contract import Way
from services.outbound import Outbound
from services.workers.reports import Reports
from services.workers.waves import Waves
from tests.browser.conftest import Site
from tests.channels.senders import WHSEC
from tests.screens import places, scene
from tests.screens.states import Where
from tests.web.world import World

SCRIPTS = ((r"[\u0600-\u06ff]", "ar"), (r"[\u0590-\u05ff]", "he"), (r"[\u0900-\u097f]", "hi"))
SET_ASIDE = "INSERT INTO vigie.set_aside VALUES ($1, 'deliver', 7, 'KeyError', now())"
SPOOLED = "INSERT INTO vigie.spool_aside VALUES ($1, 5, 1, '1-abcdefghijklmnop', now(), 'its channel is gone')"


@dataclass
class Play:
    """`scene.Stage`: `rest` does what followers and workers do."""

    world: World
    channel: str
    waves: Runner = field(init=False)

    def __post_init__(self) -> None:
        self.waves = Runner(self.world.log, Waves(self.world.log, self.world.clock))

    @property
    def base_url(self) -> str:
        return self.world.deps.settings.base_url

    @property
    def brand(self) -> str:
        return str(self.world.brand)

    @property
    def token(self) -> str:
        return self.world.tokens["full"]

    @property
    def hook(self) -> tuple[str, str]:
        return f"{self.base_url}/hooks/{self.channel}", WHSEC

    async def invite(self, role: str) -> str:
        world, now = self.world, self.world.clock.now()
        who = await members.add(
            world.log, world.brand, email=f"{uuid.uuid4().hex[:8]}@brizeo.example", name="Camille Roux", role=role,
            by=None, now=now,
        )  # fmt: skip
        return links.path(await links.create(world.pool, who, lasts=links.INVITATION, now=now))

    async def rest(self) -> None:
        world = self.world
        await self._judge()
        while await self.waves.step(world.brand):
            pass
        await world.project()
        async with world.pool.acquire() as connection, connection.transaction():
            await notices.project(connection, world.brand, await world.log.read(world.brand, connection=connection))
        async with Outbound(["127.0.0.0/8"]) as http:
            await Reports(world.log, world.deps.channels, Way(http, ""), world.clock).look()

    async def _judge(self) -> None:
        """As a model would: danger where a battery is spoken of in another script, some doubt, and calm."""
        for n, recorded in enumerate(await self.world.log.read(self.world.brand, limit=1000)):
            if not isinstance(said := recorded.event, ev.MessageReceived):
                continue
            text = said.text or ""
            lang = next((code for script, code in SCRIPTS if re.search(script, text)), "fr")
            level = 3 if lang != "fr" else n % 3
            judged = ev.MessageClassified(
                item_id=said.item_id, external_id=said.external_id, model="staged@1", assessed=True, lang=lang,
                sentiment="negative" if level else "neutral", urgency=0.25 * level + 0.1, level=level,
                categories=("safety",) if level == 3 else (), at=self.world.clock.now(),
                reasons=(ev.ReasonGiven(category="safety", score=0.9, evidence=(text[:12],)),) if level else (),
            )  # fmt: skip
            key = dedupe_key("judged", str(said.item_id), said.external_id)
            await self.world.log.append(self.world.brand, [NewEvent(judged, str(said.item_id), key, recorded.subject)])


@dataclass
class Staged:
    """`found`: screen → path, of all that were reached, in the filled brand; `why`: of the others, what came instead.
    `observer`: a one-time link. `where`: for `tests.screens.states`."""

    site: Site
    found: dict[str, str]
    why: dict[str, str]
    where: Where
    observer: str

    @property
    def empty(self) -> BrandId:
        """The brand that has nothing; `stranger` owns it."""
        return self.site.world.other

    def bare(self) -> dict[str, str]:
        """Of that brand: screen → address, of all that need no id."""
        paths = {route.name: places.bare(route, str(self.empty)) for route in places.screens()}
        return {name: self.site.base + path for name, path in paths.items() if path is not None}


@asynccontextmanager
async def staged(site: Site) -> AsyncIterator[Staged]:
    world = site.world
    channel = await world.deps.channels.add(
        world.brand, network="generic", name="Site de Brizéo", secrets={"secret": WHSEC}, by=world.people["owner"]
    )
    owner, stranger = await site.visitor("owner", lang="fr"), await site.visitor(None)
    set_up = await scene.set_up(play := Play(world, str(channel.channel_id)), owner)
    await world.pool.execute(SET_ASIDE, world.brand)
    await world.pool.execute(SPOOLED, world.brand)
    world.clock.advance(timedelta(hours=2))  # some are late
    await play.rest()
    why = dict[str, str]()

    async def ask(route: Route, path: str) -> str | None:
        return await _asked(stranger if route.access == "public" else owner, site.base + path, route.name, why)

    found = await places.reached(play.brand, ask, set_up.found)
    where = Where(site.base, set_up.base, await set_up.by_author(found["item"]))
    for context in (owner, stranger):
        await context.close()
    yield Staged(site, found, why, where, set_up.observer)


async def _asked(context: BrowserContext, url: str, name: str, why: dict[str, str]) -> str | None:
    response = await context.request.get(url)
    text = await response.text()
    if response.url == url and response.ok and places.is_whole(text):
        return text
    why[name] = f"{url} answered {response.status} at {response.url}"
    return None
