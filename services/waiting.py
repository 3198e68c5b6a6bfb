"""Until the master key is there: everybody is refused in a way that has networks send again, and it goes on by itself.

A process that ended instead would leave its hooks to whatever stands before it. Nothing is read, stored or spooled
meanwhile: there is nothing to seal with.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator

import asyncpg
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from inbox.meters import REGISTRY
from inbox.web import headers
from services import master, metrics
from services.channels.contract import PROBLEM_TYPE, problem
from services.outage import AWAY
from services.settings import Settings

logger = logging.getLogger(__name__)

ASK_EVERY_S = 1.0
RETRY_AFTER_S = 30
WAITS = (
    "Vigie has not its master key, without which nothing can be opened or kept. Whoever runs it finds in its log, and"
    " by `vigie doctor`, what to put where. Nothing is lost; send it again."
)


async def for_the_key(settings: Settings, dsn: str, listener: socket.socket, told: asyncio.Event) -> bool:
    """True once the master key is proven; False when we were told to stop before. `listener` stays open."""
    wrong, said = await _wrong(settings, dsn), ""
    if wrong is None:
        return True
    metrics.MASTER_KEY_AWAY.set(1)
    async with _refusing(listener, settings):
        while wrong is not None:
            if wrong != said:
                logger.error("waiting for the master key: %s", wrong)
                said = wrong
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ASK_EVERY_S):
                    await told.wait()
                    return False
            wrong = await _wrong(settings, dsn)
    metrics.MASTER_KEY_AWAY.set(0)
    logger.warning("the master key is there: going on")
    return True


async def _wrong(settings: Settings, dsn: str) -> str | None:
    """What is wrong with the key. A database that goes away meanwhile proves nothing."""
    try:
        connection = await asyncpg.connect(dsn, timeout=5)
        try:
            await master.proven(settings, connection)
        finally:
            await connection.close()
    except master.KeyUnfit as error:
        return str(error)
    except AWAY as error:
        return f"the database does not answer: {type(error).__name__}"
    return None


@contextlib.asynccontextmanager
async def _refusing(listener: socket.socket, settings: Settings) -> AsyncIterator[None]:
    app = web.Application(client_max_size=settings.max_body_bytes)
    app.router.add_get("/healthz", _alive)
    app.router.add_get("/metrics", _counted)
    app.router.add_route("*", "/{path:.*}", _refused)
    app.on_response_prepare.append(headers.adder(settings.base_url or ""))
    server = web.AppRunner(app, access_log=None, keepalive_timeout=1.0, shutdown_timeout=1.0)
    await server.setup()
    try:
        await web.SockSite(server, listener.dup()).start()
        yield
    finally:
        await server.cleanup()


async def _alive(request: web.Request) -> web.Response:
    return web.json_response({"status": "alive"})


async def _counted(request: web.Request) -> web.Response:
    return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _refused(request: web.Request) -> web.Response:
    """In words for a browser. What a sender still has to say is not waited for."""
    again = {"Retry-After": str(RETRY_AFTER_S)}
    if "text/html" in request.headers.get("Accept", ""):
        response = web.Response(status=503, text=WAITS, headers=again)
    else:
        body = problem(503, "unavailable", WAITS)
        response = web.Response(status=503, body=body, content_type=PROBLEM_TYPE, headers=again)
    response.force_close()
    return response
