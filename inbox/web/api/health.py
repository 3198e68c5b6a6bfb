"""Is the process alive, and can it serve: for load balancers and `make up`."""

from __future__ import annotations

from aiohttp import web

from inbox.web.api.answer import as_json
from inbox.web.api.described import Operation
from inbox.web.api.shapes import StateShape
from inbox.web.context import deps
from inbox.web.routes import Route


async def alive(request: web.Request) -> web.StreamResponse:
    return as_json({"status": "alive"})


async def ready(request: web.Request) -> web.StreamResponse:
    """503 with a problem document until the database is reachable and migrated and the followers move. `spool`: what is
    kept for the log, if anything is."""
    own = deps(request)
    await own.ready()
    spooled = own.spooled()
    return as_json({"status": "ready", "spool": str(spooled)} if spooled else {"status": "ready"})


ROUTES = [
    Route("GET", "/healthz", alive, "public", "api", "healthz"),
    Route("GET", "/readyz", ready, "public", "api", "readyz"),
]
OPERATIONS = {
    "healthz": Operation("The process is alive", "Health", answers=StateShape),
    "metrics": Operation("Metrics for Prometheus", "Health", answers="text/plain"),
    "readyz": Operation("The process can serve", "Health", answers=StateShape, problems=(503,)),
}
