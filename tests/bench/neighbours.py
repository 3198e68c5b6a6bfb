"""What a noisy brand costs its neighbours: quiet brands alone, and beside one that gets ten times as much as each.

The product's own processes, one that takes webhooks and one that works, on one database; the sender and they share the
machine. Of each message to a quiet brand two times are taken: until it was answered, which is when it is durable, and
until its row stands in the views. They come at moments drawn by lot, as messages do; who sends to the noisy brand is a
process of its own. Rounds with and without the noise take turns.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.bench import noise
from tests.bench.measure import Bench, Figure, Sample, figure, interleaved, milliseconds
from tests.bench.noise import Noise
from tests.product.load import Load
from tests.product.many import Site, Tenant, on

QUIET, RATE, TIMES = 4, 5.0, 10
LONGER = 10
"""A round lasts so many times longer than the others' do: a p99 wants some hundred messages."""
WARM_S = 8.0
SETTLED_S = 1.0
WHY = (
    "No queue holds one brand's messages up behind another's: at most 512 requests of a brand are taken at a time (the"
    " rest get 429), each brand has its own batches at the disk and bounded turns with each follower. What they share"
    " is the processor, the disk's flushes and the event loop of each process, and the noise makes it three and a half"
    " times as many messages: some 10 ms of processor each over all processes, a fifth of it PostgreSQL's, a quarter"
    " each the door's and the workers'. Next: several doors, and doors and workers on machines of their own."
)
"""Read by process while other work was on the machine: it may be half of that on a quiet one."""
QUERY = "SELECT external_id FROM vigie.messages WHERE brand_id = $1 AND external_id = ANY ($2)"


@dataclass
class Watch:
    """When each message that was sent had its row, found on the pulse of the views."""

    site: Site
    sent: dict[int, dict[str, float]] = field(default_factory=dict)
    rows_s: list[float] = field(default_factory=list)

    async def run(self) -> None:
        views = self.site.shared.log.pulse.subscribe("views")
        while True:
            for brand in await views.wait(0.5) or list(self.sent):
                await self._look(brand)

    async def _look(self, brand: int) -> None:
        waiting = self.sent.get(brand)
        if not waiting:
            return
        found = await self.site.shared.pool.fetch(QUERY, brand, list(waiting))
        now = time.perf_counter()
        self.rows_s += [now - waiting.pop(row["external_id"]) for row in found]


@dataclass
class Neighbours:
    """Quiet brands, with or without a noisy one beside them."""

    name: str
    load: Load
    watch: Watch
    quiet: Sequence[Tenant]
    noise: Noise | None
    rounds: int = 0

    async def open(self) -> None:
        """The processes run already."""

    async def close(self) -> None:
        """They end with the group."""

    async def round(self, seconds: float) -> Sample:
        self.rounds += 1
        durable_s: list[float] = []
        self.watch.rows_s.clear()
        async with asyncio.TaskGroup() as group:
            if self.noise is not None:
                group.create_task(self.noise.make(RATE * TIMES, seconds, f"{self.name}{self.rounds}x"))
            for tenant in self.quiet:
                group.create_task(self._timed(tenant, seconds, durable_s))
        async with asyncio.timeout(60):
            while any(self.watch.sent.values()):
                await asyncio.sleep(0.05)
        await asyncio.sleep(SETTLED_S)
        rows = _cuts(self.watch.rows_s)
        p50_s, p99_s = _cuts(durable_s)
        return Sample(len(durable_s) / seconds, p50_s, p99_s, {"row_p50_s": rows[0], "row_p99_s": rows[1]})

    async def _timed(self, tenant: Tenant, seconds: float, durable_s: list[float]) -> None:
        loop, dice = asyncio.get_running_loop(), random.Random(f"{tenant.brand}/{self.rounds}")
        start = loop.time()

        async def one(number: str) -> None:
            begun = time.perf_counter()
            self.watch.sent.setdefault(tenant.brand, {})[f"m{number}"] = begun
            await self.load.say(tenant, number)
            durable_s.append(time.perf_counter() - begun)

        async with asyncio.TaskGroup() as group:
            for n in range(int(RATE * seconds)):
                await asyncio.sleep(max(0.0, start + (n + dice.random()) / RATE - loop.time()))
                group.create_task(one(f"{self.name}{self.rounds}-{tenant.brand}-{n}"))


def _cuts(times_s: Sequence[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times_s, n=100)
    return cuts[49], cuts[98]


@contextlib.asynccontextmanager
async def _beating(site: Site, watch: Watch) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(work()) for work in (site.shared.log.pulse.run, watch.run)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def run(bench: Bench) -> list[Figure]:
    async with on(bench.dsn, Path(bench.folder)) as site, aiohttp.ClientSession() as client:
        *quiet, noisy = await site.tenants(QUIET + 1, "http://127.0.0.1:9/nobody")
        door, _ = await site.run("ingest", "workers")
        load, watch = Load(client, [door], door), Watch(site)
        alone = Neighbours("alone", load, watch, quiet, None)
        async with _beating(site, watch), noise.opened(noisy, door) as sender:
            beside = Neighbours("beside", load, watch, quiet, sender)
            await beside.round(1.0 if bench.quick else WARM_S)
            samples = await interleaved([alone, beside], bench.rounds, bench.seconds * LONGER)
    bench.rows["Quiet brands alone, and beside a noisy one"] = [_row(name, of) for name, of in samples.items()]
    return _figures(samples["beside"], samples["alone"])


def _row(name: str, samples: Sequence[Sample]) -> dict[str, str | int | float | None]:
    return {
        "": "alone" if name == "alone" else f"beside a brand with {TIMES} times as much",
        "durable p50 ms": milliseconds([one.p50_s for one in samples]),
        "durable p99 ms": milliseconds([one.p99_s for one in samples]),
        "row p50 ms": milliseconds([one.extra["row_p50_s"] for one in samples]),
        "row p99 ms": milliseconds([one.extra["row_p99_s"] for one in samples]),
    }


def _figures(beside: Sequence[Sample], alone: Sequence[Sample]) -> list[Figure]:
    pairs = list(zip(beside, alone, strict=True))
    durable = [(a.p99_s or 0.0) / (b.p99_s or 1.0) for a, b in pairs]
    row = [a.extra["row_p99_s"] / b.extra["row_p99_s"] for a, b in pairs]
    worse = durable if statistics.median(durable) > statistics.median(row) else row
    return [
        figure("neighbours_p99_ratio", worse, "ratio", most=1.2, why=WHY),
        figure("neighbours_durable_p99_ratio", durable, "ratio"),
        figure("neighbours_row_p99_ratio", row, "ratio"),
    ]
