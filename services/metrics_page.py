"""`/metrics` for Prometheus: what the rooms counted, and what is read off when somebody asks.

A counter that does not exist before its first event shows no increase at that event. What is rare and must be noticed
the first time is therefore there from the start, at nought.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import asyncpg
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from inbox import meters
from inbox.log.follow import Runner
from inbox.web.live import HUB
from inbox.web.routes import Route
from services import metrics
from services.channels import registry


def routes(runners: Sequence[Runner], roles: Iterable[str] = (), pool: asyncpg.Pool | None = None) -> list[Route]:
    """`runners`, `roles`, `pool`: those of this process."""

    async def page(request: web.Request) -> web.Response:
        _followers(runners)
        _pool(pool)
        hub = request.config_dict.get(HUB)
        metrics.LIVE_VIEWERS.set(sum(hub.viewers().values()) if hub is not None else 0)
        return web.Response(body=generate_latest(meters.REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})

    _from_the_start(runners, frozenset(roles))
    return [Route("GET", "/metrics", page, "public", "api", "metrics")]


def _followers(runners: Sequence[Runner]) -> None:
    for runner in runners:
        metrics.FOLLOWER_LAG.labels(runner.name).set(sum(runner.lag.values()))
        metrics.FOLLOWER_LAG_SECONDS.labels(runner.name).set(max(runner.lag_seconds.values(), default=0.0))


def _pool(pool: asyncpg.Pool | None) -> None:
    if pool is None:
        return
    idle = pool.get_idle_size()
    metrics.CONNECTIONS.labels("idle").set(idle)
    metrics.CONNECTIONS.labels("in_use").set(pool.get_size() - idle)
    metrics.CONNECTIONS_MOST.set(pool.get_max_size())


def _from_the_start(runners: Sequence[Runner], roles: frozenset[str]) -> None:
    for role in roles:
        metrics.ROLES.labels(role).set(1)
    for outcome in ("stored", "failed"):
        meters.APPEND_FLUSHES.labels(outcome)
    for reason in ("slow", "broken"):
        meters.LIVE_CUT.labels(reason)
    for runner in runners:
        meters.SET_ASIDE.labels(runner.name)
        for change in ("taken", "taken_over", "lost"):
            meters.LEASES.labels(runner.name, change)
    of_replies = [
        *(("refused", "uncertain") if "workers" in roles else ()),
        *(("undelivered",) if "ingest" in roles else ()),
    ]
    for network in registry.networks():
        for outcome in of_replies:
            metrics.REPLIES.labels(network, outcome)
