"""`/metrics` for Prometheus: what the rooms counted, here and in the process beside us."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

import asyncpg
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Metric, generate_latest
from prometheus_client.registry import Collector

from inbox import meters
from inbox.log.follow import Runner
from inbox.web.live import HUB
from inbox.web.routes import Route
from services import metrics, metrics_read

Counted = Callable[[], Awaitable[Iterable[Metric]]]
"""What the process beside us counted; nothing where it does not answer."""


def routes(
    runners: Sequence[Runner], roles: Iterable[str] = (), pool: asyncpg.Pool | None = None,
    beside: Counted | None = None,
) -> list[Route]:  # fmt: skip
    """`runners`, `roles`, `pool`: those of this process."""

    async def page(request: web.Request) -> web.Response:
        metrics_read.refresh(runners, pool)
        hub = request.config_dict.get(HUB)
        metrics.LIVE_VIEWERS.set(sum(hub.viewers().values()) if hub is not None else 0)
        told = Told(metrics_read.together(meters.REGISTRY.collect(), () if beside is None else await beside()))
        return web.Response(body=generate_latest(told), headers={"Content-Type": CONTENT_TYPE_LATEST})

    metrics_read.from_the_start(runners, frozenset(roles))
    return [Route("GET", "/metrics", page, "public", "api", "metrics")]


class Told(Collector):
    """What Prometheus' own writer takes."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families
