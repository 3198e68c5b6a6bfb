"""R3: the power goes. All processes end at once, and the disk forgets what was never flushed to it: the database's
files, and the spool's, which every second time holds what was taken while the database was away."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import time
from pathlib import Path

from services import database
from services.postgres import Postgres
from tests.chaos.faults.away import spooled_in
from tests.chaos.figures import Asked, Measured, Round
from tests.chaos.reckoning import reckon
from tests.chaos.size import Size
from tests.chaos.traffic import Traffic
from tests.chaos.volatile import DISKS, Volatile
from tests.chaos.world import World, standing

BETWEEN_S = (0.5, 3.0)
SMALL = {"max_wal_size": "96MB", "min_wal_size": "48MB"}
ON_DISK = ("database", "data")
SPOOLING_S = 1.5
RECOVERED_S = 300.0
ASKED = (Asked("cuts", at_least=20),)


async def lost(world: World, size: Size) -> Round:
    """On a server of its own. What the senders know (the ledgers) lies on another disk."""
    folder = world.folder / "power"
    made = folder / "made"
    (made / "data").mkdir(parents=True)
    first = Postgres(made / "database", options=SMALL)
    await database.prepare(await first.start())
    await first.stop()
    async with DISKS[size.disk](folder / "disk", made) as disk:
        for name in ON_DISK:
            (folder / name).symlink_to(disk.folder / name)
        server = Postgres(folder / "database", options=SMALL)
        dsn = await server.start()
        try:
            async with standing(folder, server, dsn, world.client, doors=1, seed=world.seed) as small:
                return await _round(small, size, disk)
        finally:
            await server.stop()


async def _round(world: World, size: Size, disk: Volatile) -> Round:
    tenants, traffic = await world.tenants(2), world.traffic("power")
    shops = [await world.shop(tenant) for tenant in tenants]
    chance, again, spooled = random.Random(world.seed), list[float](), 0
    async with traffic.flowing(tenants, size.rate, "r3", shops):
        for number in size.turns():
            await traffic.heard(time.monotonic())
            await asyncio.sleep(chance.uniform(*BETWEEN_S))
            if number % 2:
                spooled += await _without_a_database(world, traffic)
            await _out(world)
            await disk.cut()
            begun = time.monotonic()
            async with asyncio.timeout(RECOVERED_S):
                await world.database_again()
            await asyncio.gather(*(host.again() for host in (*world.doors, world.desk)))
            again.append(time.monotonic() - begun)
        await traffic.heard(time.monotonic())
    measured: Measured = {
        "cuts": len(again), "disk": size.disk, "messages a second": size.rate, "in the spool at a cut": spooled,
        "all up again after at most s": round(max(again), 1),
    }  # fmt: skip
    title = "power loss: what was never flushed is gone, of the database and of the spool"
    return await reckon(world, traffic, tenants, "R3", title, measured, world.ended())


async def _without_a_database(world: World, traffic: Traffic) -> int:
    """Until what no network sends again was taken; how many wait in the spool."""
    await _end(world)
    await traffic.heard(time.monotonic())
    await asyncio.sleep(SPOOLING_S)
    return await asyncio.to_thread(spooled_in, world)


async def _out(world: World) -> None:
    """All at once: nobody writes after the cut what it still remembers from before."""
    hosts = (*world.doors, world.desk)
    for host in hosts:
        assert host.process is not None
        os.killpg(host.process.pid, signal.SIGKILL)
    await _end(world)
    for host in hosts:
        await host.kill()


async def _end(world: World) -> None:
    """The database with its children, those included that are born meanwhile: all of them work in its folder."""
    data = str((world.folder / "database" / "postgres" / "data").resolve())
    while pids := await asyncio.to_thread(_working_in, data):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.02)


def _working_in(folder: str) -> list[int]:
    """In the order of their numbers: the postmaster has the first."""
    return sorted(int(process.name) for process in Path("/proc").glob("[0-9]*") if _folder(process) == folder)


def _folder(process: Path) -> str | None:
    """None for one that ended, whoever has yet to ask about it."""
    try:
        return os.readlink(process / "cwd")
    except OSError:
        return None
