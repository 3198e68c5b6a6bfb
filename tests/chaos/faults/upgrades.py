"""R23: the version before works on the schema of this one, beside it and instead of it, while messages come in; then
this one takes over again, and everything is there."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from inbox.log import migrate
from inbox.views import rebuild
from tests.chaos.figures import Asked, Measured, Round
from tests.chaos.reckoning import reckon
from tests.chaos.releases import Older, unpacked
from tests.chaos.rest import rest
from tests.chaos.size import Size
from tests.chaos.traffic import Traffic
from tests.chaos.world import World
from tests.product.many import Tenant

LEAST_S = 5.0
ASKED = (
    Asked("messages a second", at_least=200),
    Asked("sent", at_least=1_000_000, what="events of the log (reached: what was sent)"),
    Asked("not 2xx", at_most=0, what="deliveries that failed"),
)


async def there_and_back(world: World, size: Size) -> Round:
    tree = world.folder / "older"
    commit, unknown = await asyncio.to_thread(unpacked, tree)
    tenants, traffic = await world.tenants(2), world.traffic("upgrades")
    older = [_older(world, role, tree) for role in ("ingest", "inbox workers")]
    new = [world.doors[0], world.desk]
    try:
        async with traffic.flowing(tenants, size.rate, "r23"):
            await _some(traffic, size)
            for one in older:  # beside each other, as during a deploy
                await one.start()
                await one.ready()
            traffic.doors = [new[0], older[0]]
            await _some(traffic, size)
            traffic.doors = [older[0]]  # the older alone: somebody went back
            for host in new:
                await host.stop()
            await _some(traffic, size)
            for host in new:  # and forward again
                await host.again()
            traffic.doors = world.doors
            for one in older:
                await one.stop()
            await _some(traffic, size)
    finally:
        world.here.members.extend(older)
    await rest(world, tenants)
    changed = [await _rebuilt(world, tenant) for tenant in tenants]
    measured: Measured = {
        "older": commit, "migrations it does not know": unknown, "the schema's newest": migrate.newest(),
        "messages a second": size.rate, "rows of the older one that a rebuild completed": sum(changed),
    }  # fmt: skip
    wrong = [f"{traffic.refused} deliveries were refused"] if traffic.refused else []
    title = "the version before on this one's schema, and back"
    return await reckon(world, traffic, tenants, "R23", title, measured, [*wrong, *world.ended()])


def _older(world: World, role: str, tree: Path) -> Older:
    host = Older(role, world.here.folder, world.here.environment)
    host.tree = tree
    return host


async def _some(traffic: Traffic, size: Size) -> None:
    await traffic.heard(time.monotonic())
    await asyncio.sleep(max(LEAST_S, size.away_s / 4))


async def _rebuilt(world: World, tenant: Tenant) -> int:
    """What older code did not know to write into a row is there once the views are made anew, as the changelog asks."""
    return (await rebuild.rebuild(world.here.shared.log, tenant.brand)).changed
