"""Five hundred people watch one brand, half in French, half in English, and fifty rows change a second.

Timed from just before the append of a change (so its commit is in the time) to the last of all viewers having its
bytes, over real HTTP streams of the product as it runs. Viewers, product and database share the machine.
"""

from __future__ import annotations

import asyncio
import math
import os
import re
import statistics
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from inbox.clock import SystemClock
from inbox.events import ItemAssigned
from inbox.ids import BrandId, DedupeKey
from inbox.log.pulse import Pulse
from inbox.log.record import NewEvent
from inbox.log.store import Log
from inbox.people import sessions
from services import database, instance
from services.settings import Settings
from tests.bench.arrival.sender import Sending
from tests.bench.live.viewers import Crowd
from tests.bench.measure import Bench, Figure, figure
from tests.product.instance import Instance

VIEWERS, RATE, ITEMS = 500, 50.0, 100


@dataclass(frozen=True, slots=True)
class Watched:
    """`last_s`: of each change, when the last viewer had it; `median_s`: when half of them did. The meters' growth over
    the run, and how often a language was rendered."""

    last_s: list[float]
    median_s: list[float]
    queries: float
    renders: float


@asynccontextmanager
async def at(running: Instance) -> AsyncIterator[Log]:
    """The log of a running product, from outside: its database, its keys."""
    settings = Settings(data_dir=running.data_dir)
    async with database.at_hand(settings) as dsn, asyncpg.create_pool(dsn, min_size=1, max_size=4) as pool:
        pulse = Pulse(dsn)
        beating = asyncio.create_task(pulse.run())
        try:
            yield Log(pool, instance.keyring(settings), pulse)
        finally:
            beating.cancel()


async def items(log: Log, demo: dict[str, Any]) -> list[asyncpg.Record]:
    """Messages sent, and their rows once they stand in the queue and nothing is left to be read."""
    hook = next(channel for channel in demo["channels"] if channel["network"] == "generic")
    await Sending(hook).run(0, ITEMS / 20, lambda _: 20.0)
    query = "SELECT item_id FROM vigie.items WHERE brand_id = $1 AND NOT to_score"
    async with asyncio.timeout(180):
        while len(rows := await log.pool.fetch(query, demo["brand_id"])) < ITEMS:
            await asyncio.sleep(0.5)
    return list(rows)


async def meters(base_url: str) -> tuple[float, float]:
    """Queries, and renderings of rows for pages, so far."""
    async with aiohttp.ClientSession() as client, client.get(f"{base_url}/metrics") as response:
        text = await response.text()
    names = ("vigie_live_queries_total", 'vigie_live_render_seconds_count{kind="page"}')
    found = [re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE) for name in names]
    queries, renders = (float(match[1]) if match else 0.0 for match in found)
    return queries, renders


async def watched(running: Instance, seconds: float, viewers: int) -> Watched:
    demo = running.demo
    brand, changed = BrandId(demo["brand_id"]), dict[int, float]()
    async with AsyncExitStack() as stack:
        log = await stack.enter_async_context(at(running))
        rows = await items(log, demo)
        member = await log.pool.fetchval("SELECT min(member_id) FROM vigie.memberships WHERE brand_id = $1", brand)
        clock = SystemClock()
        token = await sessions.open_for(log.pool, member, user_agent="bench", now=clock.now())
        crowd = await stack.enter_async_context(Crowd.of(demo, f"vigie={token}", viewers))
        before, start = await meters(demo["base_url"]), time.perf_counter()
        for number in range(int(RATE * seconds)):
            await asyncio.sleep(max(0.0, start + number / RATE - time.perf_counter()))
            item_id = rows[number % len(rows)]["item_id"]
            event = ItemAssigned(item_id=item_id, assignee=None if number % 2 else member, by=member, at=clock.now())
            begun = time.perf_counter()
            (position,) = await log.append(brand, [NewEvent(event, str(item_id), DedupeKey(uuid.uuid4()))])
            changed[position or 0] = begun
        await asyncio.sleep(3.0)
        after = await meters(demo["base_url"])
    had = [crowd.times_of(position) for position in changed]
    last = [max(times) - begun for times, begun in zip(had, changed.values(), strict=True)]
    median = [statistics.median(times) - begun for times, begun in zip(had, changed.values(), strict=True)]
    return Watched(last, median, after[0] - before[0], after[1] - before[1])


async def run(bench: Bench) -> list[Figure]:
    seconds, viewers = (3.0, 50) if bench.quick else (20.0, VIEWERS)
    running = Instance(Path(bench.folder) / "live")
    await running.start()
    try:
        found = await watched(running, seconds, viewers)
    finally:
        await running.stop()
    changes = len(found.last_s)
    row: dict[str, str | int | float | None] = {
        "viewers": viewers, "changes": changes,
        "last_p50_s": _at(found.last_s, 0.5), "last_p95_s": _at(found.last_s, 0.95),
        "median_p50_s": _at(found.median_s, 0.5), "queries": found.queries, "renders": found.renders,
        "load": os.getloadavg()[0],
    }  # fmt: skip
    bench.rows.setdefault("live", []).append(row)
    return [
        figure("live_p95_s", [_at(found.last_s, 0.95)], "s", most=1.0),
        figure("live_queries_per_change", [found.queries / changes], "ratio", most=1.0),
        figure("live_renders_per_change_and_language", [found.renders / changes / 2], "ratio", most=1.0),
    ]


def _at(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, math.ceil(share * len(times)) - 1)]
