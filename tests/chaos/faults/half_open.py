"""R5: the way to the database swallows everything, or each third time half of the connections, and closes nothing.
Every request is answered within ten seconds, and the pools heal by themselves, whether the old connections live on
afterwards or stay dead for ever."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence

import aiohttp

from tests.chaos.figures import Asked, Measured, Round
from tests.chaos.links import link
from tests.chaos.reckoning import reckon
from tests.chaos.size import Size
from tests.chaos.traffic import Traffic
from tests.chaos.world import Host, World, hosts, until
from tests.product.many import Tenant

ANSWERED_S = 10.0
HEALED_S = 20.0
LEAST_S = 15.0
"""Longer than any request may wait: else none would be seen to."""
ASKED = (
    Asked("cuts", at_least=20),
    Asked("each of s", at_least=30),
    Asked("slowest answer s", at_most=ANSWERED_S),
    Asked("slowest answer to people s", at_most=ANSWERED_S),
)


async def database(world: World, size: Size) -> Round:
    tenants = await world.tenants(2)
    shops = [await world.shop(tenant) for tenant in tenants]
    cut_s, healed, forgotten = max(LEAST_S, size.away_s / 2), list[float](), 0
    async with link(world.server.dsn) as (way, dsn):
        own = await hosts(world.here, "ingest", "inbox", "inbox workers", DATABASE_URL=dsn)
        door, desk, worker = own
        traffic = world.traffic("half-open", doors=[door])
        people = _People(world, desk, tenants)
        async with traffic.flowing(tenants, size.rate, "r5", shops), people.reading():
            for number in size.turns():
                await traffic.heard(time.monotonic())
                if number % 3 == 2:
                    forgotten += way.forget(number)
                    await asyncio.sleep(cut_s)
                else:
                    way.cut()
                    await asyncio.sleep(cut_s)
                    way.mend(lost=number % 2 == 0)
                healed.append(await _well(traffic, people, worker))
        ended = [f"a process ended by itself: {one.role}" for one in own if one.process and one.process.returncode]
        for host in own:
            await host.stop()
    slowest = max(traffic.slowest_s, people.slowest_s)
    measured: Measured = {
        "cuts": len(healed), "each of s": cut_s, "dead while others lived": forgotten,
        "messages a second": size.rate, "pages asked for": people.asked,
        "slowest answer to people s": round(people.slowest_s, 2), "slowest healing s": round(max(healed), 1),
    }  # fmt: skip
    wrong = [
        *([f"an answer took {slowest:.1f} s"] if slowest > ANSWERED_S else []),
        *([f"healed after {max(healed):.0f} s only"] if max(healed) > HEALED_S else []),
        *(f"{count} connections of people broke: {how}" for how, count in people.broken.items()),
        *(f"{count} answers {status} to people" for status, count in people.other.items() if count),
        *ended,
    ]
    title = "connections to the database that swallow everything"
    return await reckon(world, traffic, tenants, "R5", title, measured, wrong)


class _People:
    """Who asks for the queue ten times a second, whatever became of the times before. `broken`: connections that
    ended without an answer; `other`: answers that are none of a page and of 503."""

    def __init__(self, world: World, desk: Host, tenants: Sequence[Tenant]) -> None:
        self._world, self._desk, self._turn = world, desk, itertools.cycle(tenants)
        self.slowest_s, self.asked, self.served_at = 0.0, 0, 0.0
        self.broken, self.other = Counter[str](), Counter[int]()

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        hushed = asyncio.Event()
        task = asyncio.create_task(self._read(hushed))
        try:
            yield
        finally:
            hushed.set()
            await task

    async def _read(self, hushed: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            while not hushed.is_set():
                group.create_task(self._ask(next(self._turn)))
                await asyncio.sleep(0.1)

    async def _ask(self, tenant: Tenant) -> None:
        begun = time.monotonic()
        self.asked += 1
        try:
            status = await self._status(tenant)
        except (aiohttp.ClientError, TimeoutError) as broken:
            self.broken[type(broken).__name__] += 1
            return
        now = time.monotonic()
        self.slowest_s = max(self.slowest_s, now - begun)
        self.other[status] += status not in {200, 503}
        if status == 200:
            self.served_at = now

    async def _status(self, tenant: Tenant) -> int:
        url = f"{self._desk.url}/api/v1/brands/{tenant.brand}/items"
        async with self._world.client.get(url, headers={"Authorization": f"Bearer {tenant.token}"}) as response:
            await response.read()
            return response.status


async def _well(traffic: Traffic, people: _People, worker: Host) -> float:
    """Seconds until messages are taken, people are served and followers move again."""
    since = time.monotonic()
    await traffic.heard(since)

    async def served() -> bool:
        return people.served_at > since

    await until(served)
    await worker.ready()
    return time.monotonic() - since
