"""`/metrics` for Prometheus: what the rooms counted, and what is read off when somebody asks."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from inbox.log.follow import Runner
from inbox.web.live import HUB
from inbox.web.routes import Route
from services import metrics


def routes(runners: Sequence[Runner]) -> list[Route]:
    async def page(request: web.Request) -> web.Response:
        for runner in runners:
            metrics.FOLLOWER_LAG.labels(runner.name).set(sum(runner.lag.values()))
        hub = request.config_dict.get(HUB)
        metrics.LIVE_VIEWERS.set(sum(hub.viewers().values()) if hub is not None else 0)
        return web.Response(body=generate_latest(metrics.REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [Route("GET", "/metrics", page, "public", "api", "metrics")]
