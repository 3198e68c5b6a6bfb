"""R6: no byte is left on the disk of the database, then on that of the spool. What cannot be kept is refused, what is
there can be read, no process ends, and when there is room again all goes on by itself."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter

from services import database
from services.postgres import Postgres
from tests.chaos.disks import Disk, disk
from tests.chaos.faults.away import spooled_in
from tests.chaos.figures import Measured, Round
from tests.chaos.reckoning import reckon
from tests.chaos.size import Size
from tests.chaos.traffic import Traffic
from tests.chaos.world import World, standing
from tests.product.many import Tenant

DATABASE_MIB, SPOOL_MIB = 192, 4
SMALL = {"max_wal_size": "48MB", "min_wal_size": "32MB", "wal_recycle": "off"}
REFUSED_S = 15.0


async def disks(world: World, size: Size) -> Round:
    folder = world.folder / "full"
    async with disk(folder / "database", DATABASE_MIB) as room, disk(folder / "data", SPOOL_MIB) as spool_room:
        server = Postgres(folder / "database", options=SMALL)
        dsn = await server.start()
        watch = asyncio.create_task(database.watch(server))
        try:
            async with standing(folder, server, dsn, world.client, doors=2, seed=world.seed) as small:
                return await _round(small, size, room, spool_room)
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
            await server.stop()


async def _round(world: World, size: Size, room: Disk, spool_room: Disk) -> Round:
    tenants, traffic = await world.tenants(2), world.traffic("full")
    shops = [await world.shop(tenant) for tenant in tenants]
    seen = Counter[int]()
    async with traffic.flowing(tenants, size.rate, "r6", shops):
        await traffic.heard(time.monotonic())
        await asyncio.to_thread(room.fill)
        await _until_refused(traffic)
        seen += await _asked(world, tenants, REFUSED_S)
        spooled = spooled_in(world)
        await asyncio.to_thread(spool_room.fill)
        seen += await _asked(world, tenants, REFUSED_S)
        refused = traffic.refused
        await asyncio.to_thread(spool_room.free)
        await asyncio.to_thread(room.free)
        again_s = await traffic.heard(time.monotonic())
    measured: Measured = {
        "messages a second": size.rate, "refused": refused, "spooled meanwhile": spooled,
        "pages meanwhile": " ".join(f"{status}: {count}" for status, count in sorted(seen.items())),
        "taken again after s": round(again_s, 1),
    }  # fmt: skip
    title = "a full disk, of the database and of the spool"
    wrong = [*world.ended(), *([] if seen[200] else ["nobody could read the queue"])]
    return await reckon(world, traffic, tenants, "R6", title, measured, wrong)


async def _until_refused(traffic: Traffic) -> None:
    """The database may still have room in files that it had already: it is refused once that is used up."""
    begun = traffic.refused
    async with asyncio.timeout(120.0):
        while traffic.refused == begun:
            await asyncio.sleep(0.1)


async def _asked(world: World, tenants: list[Tenant], seconds: float) -> Counter[int]:
    """What people got who asked for the queue twice a second."""
    answers, ends = Counter[int](), time.monotonic() + seconds
    while time.monotonic() < ends:
        url = f"{world.desk.url}/api/v1/brands/{tenants[0].brand}/items"
        async with world.client.get(url, headers={"Authorization": f"Bearer {tenants[0].token}"}) as response:
            answers[response.status] += 1
        await asyncio.sleep(0.5)
    return answers
