"""What a long past costs: the same calls on a brand of ten million events and on one of ten thousand.

Both brands stand in one database and have 2,000 items that wait; calls take turns between them, so that whatever else
the machine does hits both. Pages are asked for over HTTP with a session, as a browser does. A ratio is that of the
medians of one round.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from inbox.clock import SimulatedClock
from inbox.ids import BrandId
from inbox.log.batcher import Batcher
from inbox.log.pulse import Pulse
from inbox.log.seal import Keyring
from inbox.log.store import Log
from services import database
from tests.bench.growth import seed
from tests.bench.growth.multiply import multiply
from tests.bench.measure import Bench, Figure, figure
from tests.web.world import World, a_world

LONG, LONG_QUICK = 10_000_000, 200_000
MOST = 1.2
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
CALLS = 40
WHY = {
    "growth_search": "A rare word is asked of the index of words, and the beginning beside it (the last word typed"
    " counts as one) is looked for in the items that it names. Two common words still collect from the index what the"
    " whole past holds of both.",
}
MASTER = bytes(range(32))


@dataclass(frozen=True, slots=True)
class Brand:
    """One side of the comparison, and whose session looks at it."""

    id: BrandId
    cookie: dict[str, str]


Call = Callable[[Brand, int], Awaitable[None]]


class Calls:
    """What is timed. `n` counts the calls: each asks for something else."""

    def __init__(self, world: World, batcher: Batcher) -> None:
        self._world = world
        self._batcher = batcher
        self._waiting = seed.waiting()
        self._started = time.time_ns()

    async def append(self, brand: Brand, n: int) -> None:
        external_id = f"late-{self._started}-{n}"
        new = seed.message(self._world.log, brand.id, self._waiting[n % len(self._waiting)], external_id, NOON)
        (position,) = await self._batcher.submit(brand.id, [new])
        assert position is not None

    async def queue(self, brand: Brand, n: int) -> None:
        await self._page(brand, "queue", 50)

    async def item(self, brand: Brand, n: int) -> None:
        item = seed.item_of(self._world.log, brand.id, self._waiting[n * 37 % len(self._waiting)])
        await self._page(brand, f"items/{item}", 50)

    async def search_rare(self, brand: Brand, n: int) -> None:
        await self._page(brand, f"queue?view=all&q={seed.rare(self._waiting[n * 53 % len(self._waiting)])}+freine", 1)

    async def search_common(self, brand: Brand, n: int) -> None:
        await self._page(brand, f"queue?view=all&q={seed.COMMON}+freine", 50)

    async def search_rare_waiting(self, brand: Brand, n: int) -> None:
        await self._page(brand, f"queue?q={seed.rare(self._waiting[n * 53 % len(self._waiting)])}+freine", 1)

    async def search_common_waiting(self, brand: Brand, n: int) -> None:
        await self._page(brand, f"queue?q={seed.COMMON}+freine", 50)

    async def search_middling(self, brand: Brand, n: int) -> None:
        await self._page(brand, f"queue?view=all&q={seed.MIDDLING}+velo", 50)

    async def resolved(self, brand: Brand, n: int) -> None:
        await self._page(brand, "queue?view=resolved", 50)

    async def _page(self, brand: Brand, path: str, rows: int) -> None:
        answer = await self._world.ask("GET", f"/b/{brand.id}/{path}", headers=brand.cookie)
        assert answer.status == 200, (path, answer.status)
        shown = answer.text.count('data-position="')
        assert shown >= rows, (path, shown)


async def run(bench: Bench) -> list[Figure]:
    logging.basicConfig(level=logging.INFO)
    events = LONG_QUICK if bench.quick else LONG
    async with standing(bench.dsn) as (world, short, long):
        await seed.plant(world.log, short.id, NOON)
        await seed.plant(world.log, long.id, NOON)
        connection = await asyncpg.connect(bench.dsn)
        length = await multiply(connection, long.id, events)
        await connection.close()
        return await figures(bench, world, short, long, length)


@contextlib.asynccontextmanager
async def standing(dsn: str) -> AsyncIterator[tuple[World, Brand, Brand]]:
    """The inbox on that database, with two brands and somebody signed in to each."""
    pool = await database.connect(dsn, most=12)
    try:
        async with a_world(Log(pool, Keyring(MASTER), Pulse()), SimulatedClock(NOON)) as world:
            short = Brand(world.brand, world.cookie((await world.session("owner"))[0]))
            long = Brand(world.other, world.cookie((await world.session("stranger"))[0]))
            yield world, short, long
    finally:
        await pool.close()


async def figures(bench: Bench, world: World, short: Brand, long: Brand, length: int) -> list[Figure]:
    batcher = Batcher(world.log)
    calls = Calls(world, batcher)
    found: dict[str, list[float]] = {}
    for name, call in _calls(calls).items():
        times = await compared(call, short, long, bench.rounds, CALLS if not bench.quick else 10)
        found[name] = [b / a for a, b in times]
        bench.rows.setdefault("growth", []).append(_row(name, times, length))
    await batcher.close()
    searches = [max(both) for both in zip(found["search_rare"], found["search_common"], strict=True)]
    asked = {f"growth_{name}": found[name] for name in ("append", "queue", "item")} | {"growth_search": searches}
    return [figure(name, ratios, "ratio", most=MOST, why=WHY.get(name, "")) for name, ratios in asked.items()]


def _calls(calls: Calls) -> dict[str, Call]:
    return {
        "append": calls.append, "queue": calls.queue, "item": calls.item, "search_rare": calls.search_rare,
        "search_common": calls.search_common, "search_rare_waiting": calls.search_rare_waiting,
        "search_common_waiting": calls.search_common_waiting, "search_middling": calls.search_middling,
        "resolved": calls.resolved,
    }  # fmt: skip


async def compared(call: Call, short: Brand, long: Brand, rounds: int, times: int) -> list[tuple[float, float]]:
    """Median seconds of a call on the short brand and on the long one, by round. The first ones warm up."""
    count = itertools.count()
    for brand in (short, long) * 3:
        await call(brand, next(count))
    medians = []
    for _ in range(rounds):
        took: dict[BrandId, list[float]] = {short.id: [], long.id: []}
        for n in range(times):
            for brand in (short, long) if n % 2 else (long, short):
                begun = time.perf_counter()
                await call(brand, next(count))
                took[brand.id].append(time.perf_counter() - begun)
        medians.append((statistics.median(took[short.id]), statistics.median(took[long.id])))
    return medians


def _row(name: str, times: list[tuple[float, float]], length: int) -> dict[str, str | int | float | None]:
    return {
        "call": name,
        "events of the long brand": length,
        "items that wait, each": len(seed.waiting()),
        "10,000 events, ms": round(1e3 * statistics.median(a for a, _ in times), 2),
        "long, ms": round(1e3 * statistics.median(b for _, b in times), 2),
        "ratio": round(statistics.median(b / a for a, b in times), 2),
    }
