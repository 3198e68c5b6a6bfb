"""The web application: routes collected from the modules of `api/` and `pages/`, and what surrounds every handler.

From outside in: a request id and one log line (route pattern, never the query or a token in the path); failures
mapped to problem documents or pages; the gate of `security`. A hook has its own gate, a signature, and its own count
of what it took: in a storm its requests that succeed are told of in a line only at DEBUG. A module of `inbox.web.api`
or `inbox.web.pages` contributes `ROUTES: list[Route]`, and may have `setup(app)`; services add theirs (hooks, metrics)
by `extra`.
"""

from __future__ import annotations

import importlib
import logging
import os
import pkgutil
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Middleware

from inbox.web import api, failures, headers, live, packing, pages, security, words
from inbox.web.api import health
from inbox.web.context import DEPS, Deps
from inbox.web.problems import REQUEST_ID
from inbox.web.routes import Route
from inbox.web.table import FRAGMENT, TABLE

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
logger = logging.getLogger("inbox.web.access")


def build(
    deps: Deps,
    extra: Sequence[Route] = (),
    *,
    people: bool = True,
    max_body_bytes: int = 2 * 1024 * 1024,
    openapi: Mapping[str, Any] | None = None,
) -> web.Application:
    """The application, not started.

    `people`: serve pages and API; without it a process has its health and `extra` only. `max_body_bytes` bounds what a
    hook may read; pages and API take 256 KiB. `openapi` is merged into the API document: what services know of hooks.

    Run it with `web.AppRunner(app, access_log=None, keepalive_timeout=…)`: it writes its own access lines.
    """
    known: dict[web.AbstractRoute, Route] = {}
    app = web.Application(middlewares=[_around(known)], client_max_size=max_body_bytes + 1)
    app[DEPS] = deps
    app[FRAGMENT] = dict(openapi or {})
    app[live.HUB] = live.Hub(deps)
    words.titled({code: network.title for code, network in deps.networks.items()})
    app.cleanup_ctx.append(live.running)
    app.on_shutdown.append(live.stop)
    app.on_response_prepare.append(headers.adder(deps.settings.base_url))
    modules = [*modules_of(api), *modules_of(pages)] if people else [health]
    table = [route for module in modules for route in getattr(module, "ROUTES", ())]
    _serve(app, known, [*table, *extra])
    for module in modules:
        if setup := getattr(module, "setup", None):
            setup(app)
    return app


def modules_of(package: ModuleType) -> list[ModuleType]:
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


def _serve(app: web.Application, known: dict[web.AbstractRoute, Route], table: Sequence[Route]) -> None:
    for route in table:
        known[app.router.add_route(route.method, route.path, route.handler)] = route
        if route.method == "GET" and route.access == "public":
            known[app.router.add_route("HEAD", route.path, route.handler)] = route
    app[TABLE] = tuple(table)


def _around(known: Mapping[web.AbstractRoute, Route]) -> Middleware:
    """What surrounds a handler, in one piece: on the way of a hook each layer more would be paid by every message."""

    @web.middleware
    async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
        route = known.get(request.match_info.route)  # None for an unknown path or a wrong method
        request[REQUEST_ID] = os.urandom(16).hex()  # ours: a sender's could forge log lines
        started = time.perf_counter()
        try:
            response = await (_gated(request, route, handler) if _has_gate(route) else handler(request))
        except Exception as error:  # noqa: BLE001 — the edge: every failure becomes an answer, bugs are logged once
            response = await failures.answer(request, route, error)
        level = logging.INFO if _has_gate(route) or response.status >= 400 else logging.DEBUG
        if logger.isEnabledFor(level):
            _tell(level, request, route, response, time.perf_counter() - started)
        return response

    return around


def _has_gate(route: Route | None) -> bool:
    return route is None or route.surface != "hook"


def _tell(level: int, request: web.Request, route: Route | None, response: web.StreamResponse, took_s: float) -> None:
    pattern = route.path if route else "(none)"
    logger.log(
        level, "%s %s %s %.1f ms %s", request.method, pattern, response.status, took_s * 1000, request[REQUEST_ID]
    )


async def _gated(request: web.Request, route: Route | None, handler: Handler) -> web.StreamResponse:
    if route is None:
        return await handler(request)  # aiohttp's own 404 or 405, put into our words by `failures`
    await security.admit(request, route)
    response = await handler(request)
    security.remember_visit(request, response)
    packing.pack(request, response)
    return response
