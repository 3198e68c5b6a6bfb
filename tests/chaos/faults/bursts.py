"""R19: ten times as much for a while. Nothing that was taken is lost, what is urgent is on the first page meanwhile,
and all is caught up with afterwards; how long people and networks waited is noted."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from itertools import count

from tests.chaos.figures import Asked, Measured, Round, quantile
from tests.chaos.reckoning import reckon
from tests.chaos.size import Size
from tests.chaos.traffic import Traffic
from tests.chaos.world import World
from tests.product.many import Tenant

TIMES = 10
URGENT = "Votre machine a pris feu, ma fille est brûlée, répondez-moi"
EVERY_S, LOOKED_FOR_S = 3.0, 120.0
PAGE = 50
ASKED = (
    Asked("messages a second", at_least=200),
    Asked("in the burst", at_least=2_000, what="messages a second in the burst"),
    Asked("burst s", at_least=60),
    Asked("p99 in the burst s", at_most=0.5),
    Asked("p99.9 s", at_most=2, what="p99.9 in the burst s"),
    Asked("still after s", at_most=120, what="all caught up with after s"),
    Asked(
        "on the first page after at most s", at_most=5, what="an urgent one on the first page: p99 s (reached: at most)"
    ),
)


async def tenfold(world: World, size: Size) -> Round:
    """As long calm as loud: `size.away_s`."""
    tenants, traffic = await world.tenants(), world.traffic("burst")
    async with traffic.flowing(tenants, size.rate, "r19-calm"):
        await asyncio.sleep(size.away_s / 2)
    calm, traffic.waits_s = quantile(traffic.waits_s, 0.99), []
    urgent = _Urgent(world, traffic, tenants[0])
    begun = time.monotonic()
    async with urgent.told():
        async with traffic.flowing(tenants, size.rate * TIMES, "r19"):
            await asyncio.sleep(size.away_s)
        taken_s = time.monotonic() - begun
    measured: Measured = {
        "messages a second": size.rate, "in the burst": size.rate * TIMES, "burst s": size.away_s,
        "last one taken after s": round(taken_s, 1), "p99 before s": round(calm, 3),
        "p99 in the burst s": round(quantile(traffic.waits_s, 0.99), 3),
        "p99.9 s": round(quantile(traffic.waits_s, 0.999), 3), "urgent ones": len(urgent.waits_s),
        "on the first page after at most s": round(max(urgent.waits_s, default=0.0), 1),
    }  # fmt: skip
    wrong = [f"{urgent.missed} urgent messages were not on the first page"] if urgent.missed else []
    return await reckon(world, traffic, tenants, "R19", "ten times as much for a while", measured, wrong)


class _Urgent:
    """Who cries for help every few seconds, and how long until somebody who opens the queue would read it."""

    def __init__(self, world: World, traffic: Traffic, tenant: Tenant) -> None:
        self._world, self._traffic, self._tenant = world, traffic, tenant
        self.waits_s, self.missed = list[float](), 0

    @contextlib.asynccontextmanager
    async def told(self) -> AsyncIterator[None]:
        hushed = asyncio.Event()
        task = asyncio.create_task(self._tell(hushed))
        try:
            yield
        finally:
            hushed.set()
            await task

    async def _tell(self, hushed: asyncio.Event) -> None:
        numbers = count()
        async with asyncio.TaskGroup() as group:
            while not hushed.is_set():
                group.create_task(self._one(f"r19-urgent-{next(numbers)}"))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(hushed.wait(), EVERY_S)

    async def _one(self, ident: str) -> None:
        await self._traffic.tell(self._tenant, ident, f"{URGENT} ({ident})")
        begun = time.monotonic()
        try:
            async with asyncio.timeout(LOOKED_FOR_S):
                while not await self._on_the_first_page(ident):
                    await asyncio.sleep(0.25)
        except TimeoutError:
            self.missed += 1
        else:
            self.waits_s.append(time.monotonic() - begun)

    async def _on_the_first_page(self, ident: str) -> bool:
        url = f"{self._world.desk.url}/api/v1/brands/{self._tenant.brand}/items?limit={PAGE}"
        head = {"Authorization": f"Bearer {self._tenant.token}"}
        async with self._world.client.get(url, headers=head) as response:
            return response.status == 200 and f"({ident})" in await response.text()
