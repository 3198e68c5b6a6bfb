"""The web application: routes collected from the modules of `api/` and `pages/`, and what surrounds every handler.

From outside in: a request id and one log line (route pattern, never the query or a token in the path); failures
mapped to problem documents or pages; the gate of `security`. A module of `inbox.web.api` or `inbox.web.pages`
contributes `ROUTES: list[Route]`, and may have `setup(app)`; services add theirs (hooks, metrics) by `extra`.
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from aiohttp import web

from inbox.web import api, failures, headers, live, pages, security, words
from inbox.web.api import health
from inbox.web.context import DEPS, Deps
from inbox.web.problems import REQUEST_ID
from inbox.web.routes import Route
from inbox.web.table import FRAGMENT, TABLE

_KNOWN: web.AppKey[dict[web.AbstractRoute, Route]] = web.AppKey("known", dict)
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
    app = web.Application(middlewares=[_numbered, _mapped, _gated], client_max_size=max_body_bytes + 1)
    app[DEPS] = deps
    app[FRAGMENT] = dict(openapi or {})
    app[live.HUB] = live.Hub(deps)
    words.titled({code: network.title for code, network in deps.networks.items()})
    app.cleanup_ctx.append(live.running)
    app.on_shutdown.append(live.stop)
    app.on_response_prepare.append(headers.add)
    modules = [*_modules(api), *_modules(pages)] if people else [health]
    table = [route for module in modules for route in getattr(module, "ROUTES", ())]
    _serve(app, [*table, *extra])
    for module in modules:
        if setup := getattr(module, "setup", None):
            setup(app)
    return app


def _modules(package: ModuleType) -> list[ModuleType]:
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__))
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


def _serve(app: web.Application, table: Sequence[Route]) -> None:
    known: dict[web.AbstractRoute, Route] = {}
    for route in table:
        known[app.router.add_route(route.method, route.path, route.handler)] = route
        if route.method == "GET" and route.access == "public":
            known[app.router.add_route("HEAD", route.path, route.handler)] = route
    app[TABLE] = tuple(table)
    app[_KNOWN] = known


def _route_of(request: web.Request) -> Route | None:
    """None for an unknown path or a wrong method."""
    return request.config_dict[_KNOWN].get(request.match_info.route)


@web.middleware
async def _numbered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A request id of ours (a sender's could forge log lines), and one line when it is done."""
    request[REQUEST_ID] = uuid.uuid4().hex
    started = time.perf_counter()
    response = await handler(request)
    route = _route_of(request)
    took_ms = (time.perf_counter() - started) * 1000
    pattern = route.path if route else "(none)"
    logger.info("%s %s %s %.1f ms %s", request.method, pattern, response.status, took_ms, request[REQUEST_ID])
    return response


@web.middleware
async def _mapped(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Exception as error:  # noqa: BLE001 — the edge: every failure becomes an answer here, bugs are logged once
        return await failures.answer(request, _route_of(request), error)


@web.middleware
async def _gated(request: web.Request, handler: Handler) -> web.StreamResponse:
    route = _route_of(request)
    if route is None:
        return await handler(request)  # aiohttp's own 404 or 405, put into our words by `_mapped`
    await security.admit(request, route)
    response = await handler(request)
    security.remember_visit(request, response)
    return response
