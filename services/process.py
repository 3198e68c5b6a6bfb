"""One process of Vigie: the workers of its roles, and the HTTP server in front of them.

Roles: `ingest` takes webhooks, `inbox` serves people and scripts, `workers` follow the log. `vigie up` runs all three
here;
`vigie run` any of them, in any number of processes on the same database.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Sequence

import asyncpg
from aiohttp import web

from inbox.errors import Unavailable
from inbox.log import follow, migrate
from inbox.web import app as web_app
from inbox.web.context import Deps, WebSettings
from inbox.web.routes import Route
from services import hooks_described, metrics_page
from services.catalogue import Installed
from services.channels import registry
from services.channels.contract import Way
from services.ingest.record import Record
from services.ingest.reparse import Reparse
from services.ingest.routes import Ingest
from services.lifetime import Worker, background
from services.models import Once, Sources
from services.outbound import Outbound
from services.parts import SHUTDOWN_S, Parts
from services.weighing_for import WeighingFor
from services.workers import roster

ALL_ROLES = frozenset({"ingest", "inbox", "workers"})
READY_TIMEOUT_S = 3.0
STUCK_S = 15.0
"""A follower that has not looked at the log for this long is stuck: the process says so on /readyz."""
KEEPALIVE_S = 15.0
"""Also how long a connection may take over its headers: silent and dripping ones are cut after it."""


class Process:
    """`running` serves until the block is left."""

    def __init__(self, shared: Parts, roles: frozenset[str], extra: Sequence[Route] = ()) -> None:
        self._shared = shared
        self._roles = roles
        self._extra = extra
        self._sources = Sources.of(shared.settings)
        self._model = Once(self._sources.load)
        self._catalogue = Installed(self._sources)
        self._way = Way(Outbound(shared.settings.outbound_allow), shared.settings.meta_graph_url)
        self._ingest = Ingest(
            shared.channels, shared.batcher, shared.clock, self._way,
            base_url=shared.base_url, max_body_bytes=shared.settings.max_body_bytes,
        )  # fmt: skip
        self._runners: list[follow.Runner] = []
        self._stopping = asyncio.Event()

    @contextlib.asynccontextmanager
    async def running(self, listener: socket.socket) -> AsyncIterator[None]:
        async with background(self._workers()):
            server = web.AppRunner(
                self._application(), access_log=None, keepalive_timeout=KEEPALIVE_S, shutdown_timeout=SHUTDOWN_S
            )
            await server.setup()
            try:
                await web.SockSite(server, listener).start()
                yield
            finally:
                self._stopping.set()
                await server.cleanup()
                await self._way.http.close()

    def _workers(self) -> dict[str, Worker]:
        workers: dict[str, Worker] = {"pulse": self._shared.log.pulse.run}
        if self._roles & {"ingest", "workers"}:  # both note what channels do
            workers["health"] = self._ingest.keep_health
        if "workers" in self._roles:
            team = roster.team(self._shared)
            self._runners = team.runners
            workers |= team.workers
        return workers

    def _application(self) -> web.Application:
        extra = [*self._extra, *metrics_page.routes(self._runners, self._roles, self._shared.pool)]
        if "ingest" in self._roles:
            extra += self._ingest.routes()
        deps = Deps(
            pool=self._shared.pool,
            log=self._shared.log,
            pulse=self._shared.log.pulse,
            clock=self._shared.clock,
            settings=WebSettings(
                base_url=self._shared.base_url,
                secure_cookies=self._secure(),
                trusted_proxies=self._shared.settings.trusted_proxies,
                outbound_allow=self._shared.settings.outbound_allow,
            ),
            channels=self._shared.channels,
            networks=registry.networks(),
            reparse=Reparse(self._shared.channels, self._shared.batcher),
            record=Record(self._shared.channels, self._shared.batcher, self._shared.clock),
            ready=self.ready,
            weigh=self._weigh() if "inbox" in self._roles else None,
            stopping=self._stopping,
            catalogue=self._catalogue,
        )
        return web_app.build(
            deps,
            extra,
            people="inbox" in self._roles,
            max_body_bytes=self._shared.settings.max_body_bytes,
            openapi=hooks_described.openapi(),
        )

    def _weigh(self) -> WeighingFor:
        return WeighingFor(self._shared.pool, self._catalogue, self._model, self._sources.load)

    def _secure(self) -> bool:
        given = self._shared.settings.secure_cookies
        return self._shared.base_url.startswith("https://") if given is None else given

    async def ready(self) -> None:
        """Database reachable and migrated, followers moving; else `Unavailable`, saying which is not."""
        try:
            async with asyncio.timeout(READY_TIMEOUT_S):
                revision = await self._shared.pool.fetchval("SELECT version_num FROM public.migrations")
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise Unavailable(f"the database does not answer: {type(error).__name__}") from error
        if revision != migrate.newest():
            raise Unavailable(f"the database is at migration {revision}, this version wants {migrate.newest()}")
        now = asyncio.get_running_loop().time()
        for runner in self._runners:
            if runner.last_look is None or now - runner.last_look > STUCK_S:
                raise Unavailable(f"the follower {runner.name} does not move")
