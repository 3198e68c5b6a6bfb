"""One process of Vigie: the workers of its roles, and the HTTP server in front of them.

Roles: `ingest` takes webhooks, `inbox` serves people and scripts, `workers` follow the log. `vigie up` runs the first
two here and the third beside (`services.beside`); `vigie run` any of them, in any number of processes on the same
database.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Protocol

from aiohttp import web
from prometheus_client import Metric

from inbox.errors import Unavailable
from inbox.push import keys
from inbox.web import app as web_app
from inbox.web.context import Deps, WebSettings
from inbox.web.routes import Route
from services import hooks_described, metrics_page
from services.catalogue import Installed
from services.channels import lent, registry
from services.channels.contract import Way
from services.ingest import safe
from services.ingest.knock import Knock
from services.ingest.record import Record
from services.ingest.reparse import Reparse
from services.ingest.routes import Ingest
from services.models import Once, Sources
from services.opening import Open
from services.outbound import Outbound
from services.parts import SHUTDOWN_S, Parts
from services.recognising import recognise
from services.translating import Translate
from services.verifying import Verify
from services.weighing_for import WeighingFor
from services.working import Working

ALL_ROLES = frozenset({"ingest", "inbox", "workers"})
KEEPALIVE_S = 15.0
"""Also how long a connection may take over its headers: silent and dripping ones are cut after it."""


BACKLOG = 1024
"""Connections that the system holds until we take them. Of what comes beyond it some think that they are connected when
they are not: a sender is then held up for a second or more, where 128 were full in the first moment of a storm."""
LINGER_S = 3.0
"""So long a body that was refused is read on and thrown away, so that its sender reads the refusal rather than a reset;
then it is cut, fifteen seconds at most after it began to drip (`services.ingest.body`)."""


def runner(app: web.Application) -> web.AppRunner:
    """How we serve: what is slow is cut, and what is refused is not listened to for long."""
    return web.AppRunner(
        app, access_log=None, keepalive_timeout=KEEPALIVE_S, shutdown_timeout=SHUTDOWN_S, lingering_time=LINGER_S
    )


class Beside(Protocol):
    """The process with the other roles."""

    async def ready(self) -> None:
        """Raises `Unavailable`, saying what is not."""

    async def counted(self) -> Iterable[Metric]: ...


class Process:
    """`running` serves until the block is left. `beside`: the process that has the other roles, whose readiness and
    metrics are told with ours."""

    def __init__(
        self, shared: Parts, roles: frozenset[str], extra: Sequence[Route] = (), beside: Beside | None = None
    ) -> None:
        self._shared = shared
        self._roles = roles
        self._extra = extra
        self._beside = beside
        self._sources = Sources.of(shared.settings)
        self._model = Once(self._sources.load)
        self._catalogue = Installed(self._sources)
        self._way = Way(Outbound(shared.settings.outbound_allow), shared.settings.meta_graph_url)
        self._ingest = Ingest(
            shared.channels, shared.batcher, shared.clock, self._way,
            base_url=shared.base_url, max_body_bytes=shared.settings.max_body_bytes,
        )  # fmt: skip
        self._working = Working(shared, roles)
        self._stopping = asyncio.Event()

    @contextlib.asynccontextmanager
    async def running(self, listener: socket.socket) -> AsyncIterator[None]:
        async with self._working.running(), self._safe():
            server = runner(self._application())
            await server.setup()
            try:
                await web.SockSite(server, listener, backlog=BACKLOG).start()
                yield
            finally:
                self._stopping.set()
                await server.cleanup()
                await self._way.http.close()

    def _safe(self) -> contextlib.AbstractAsyncContextManager[None]:
        """Where deliveries are taken: what an outage of the database calls for."""
        return safe.safe(self._shared, self._ingest) if "ingest" in self._roles else contextlib.nullcontext()

    def _application(self) -> web.Application:
        counted = None if self._beside is None else self._beside.counted
        extra = [*self._extra, *metrics_page.routes(self._working.runners, self._roles, self._shared.pool, counted)]
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
            networks=lent.offered(registry.networks(), self._shared.base_url),
            reparse=Reparse(self._shared.channels, self._shared.batcher),
            verify=Verify(self._way, self._shared.clock),
            record=Record(self._shared.channels, self._shared.batcher, self._shared.clock),
            knock=Knock(self._shared.channels, self._shared.batcher, self._shared.clock, self._shared.base_url),
            open_file=Open(self._way.http),
            translate=Translate(self._way.http),
            recognise=recognise,
            ready=self.ready,
            weigh=self._weigh() if "inbox" in self._roles else None,
            stopping=self._stopping,
            catalogue=self._catalogue,
            spooled=self._ingest.told,
            push_key=keys.pair(self._shared.log.keyring).shown,
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
        """Database reachable and migrated, followers moving, here and beside; else `Unavailable`, saying which is
        not."""
        try:
            await self._working.ready()
        except Unavailable as error:
            raise Unavailable("; ".join(filter(None, (error.message, str(self._ingest.told()))))) from error
        if self._beside is not None:
            await self._beside.ready()
