"""R16: hundreds who watch the queue live and are cut off again and again, while messages come in. What each of them
sees at the end is what a reload shows; nobody was told anything twice."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

from inbox.ids import BrandId
from tests.chaos.figures import Asked, Measured, Round
from tests.chaos.reckoning import everything, reckon
from tests.chaos.rest import rest
from tests.chaos.size import Size
from tests.chaos.viewer import Viewer
from tests.chaos.world import World
from tests.product.many import Tenant

CAUGHT_UP_S = 120.0
ASKED = (
    Asked("viewers", at_least=500),
    Asked("connections torn", at_least=100, of="viewers"),
    Asked("rows other than a reload's", at_most=0),
    Asked("told twice", at_most=0),
)


async def torn_apart(world: World, size: Size) -> Round:
    """`size.viewers` of them, for `size.away_s`."""
    tenants, traffic = await world.tenants(2), world.traffic("viewers")
    torn, all_ = asyncio.Event(), [_viewer(world, tenants, n) for n in range(size.viewers)]
    async with _watching(all_, torn):
        async with traffic.flowing(tenants, size.rate, "r16"):
            await asyncio.sleep(size.away_s)
            torn.set()
        await rest(world, tenants)
        found = [await _seen(world, tenant, all_[n :: len(tenants)]) for n, tenant in enumerate(tenants)]
    others, behind = sum(one for one, _ in found), sum(one for _, one in found)
    twice, resets = sum(one.twice for one in all_), sum(one.resets for one in all_)
    measured: Measured = {
        "viewers": size.viewers, "messages a second": size.rate, "for s": size.away_s,
        "connections torn": sum(one.drops for one in all_), "rows on their screens": sum(len(one.rows) for one in all_),
        "rows other than a reload's": others, "told twice": twice,
    }  # fmt: skip
    wrong = [
        *([f"{others} rows were other than a reload shows"] if others else []),
        *([f"{behind} viewers were never told all"] if behind else []),
        *([f"{twice} entries came twice"] if twice else []),
        *([f"{resets} viewers had to start anew"] if resets else []),
    ]
    title = "hundreds of live viewers, cut off again and again"
    return await reckon(world, traffic, tenants, "R16", title, measured, wrong)


def _viewer(world: World, tenants: Sequence[Tenant], number: int) -> Viewer:
    return Viewer(world.client, world.desk.url, tenants[number % len(tenants)], world.seed * 10_000 + number)


@contextlib.asynccontextmanager
async def _watching(viewers: Sequence[Viewer], torn: asyncio.Event) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one.watch(torn)) for one in viewers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _seen(world: World, tenant: Tenant, viewers: Sequence[Viewer]) -> tuple[int, int]:
    """How many rows are other than a reload's, on all screens; how many viewers never came to the end."""
    position, behind = await _shown_upto(world, tenant.brand), 0
    for one in viewers:
        try:
            async with asyncio.timeout(CAUGHT_UP_S):
                await one.reached(position)
        except TimeoutError:
            behind += 1
    now = {row["id"]: row for row in await everything(world, tenant)}
    return sum(_others(now, one.rows) for one in viewers), behind


async def _shown_upto(world: World, brand: BrandId) -> int:
    """The last position of which the views speak: what came after it changed no row."""
    position: int = await world.here.shared.pool.fetchval(
        "SELECT coalesce(max(position), 0) FROM vigie.items WHERE brand_id = $1", brand
    )
    return position


def _others(reloaded: dict[str, Any], shown: dict[str, Any]) -> int:
    return sum(1 for item in reloaded.keys() | shown.keys() if reloaded.get(item) != shown.get(item))
