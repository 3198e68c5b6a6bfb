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
from tests.chaos.figures import Measured, Round
from tests.chaos.reckoning import reckon
from tests.chaos.size import Size
from tests.chaos.traffic import Traffic
from tests.chaos.volatile import DISKS, Volatile
from tests.chaos.world import World, standing, until

BETWEEN_S = (0.5, 3.0)
SMALL = {"max_wal_size": "96MB", "min_wal_size": "48MB"}
ON_DISK = ("database", "data")
SPOOLING_S = 1.5
RECOVERED_S = 300.0


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
    if world.server.is_running:
        await _end(world)
    for host in hosts:
        await host.kill()


async def _end(world: World) -> None:
    """The database with its children, none of which sees the others fall."""
    postmaster = world.database_pid()
    os.kill(postmaster, signal.SIGSTOP)
    pids = [*await asyncio.to_thread(_children, postmaster), postmaster]
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    async def gone() -> bool:
        return all(_parent(pid) is None for pid in pids)

    await until(gone)


def _children(of: int) -> list[int]:
    pids = (int(process.name) for process in Path("/proc").glob("[0-9]*"))
    return [pid for pid in pids if _parent(pid) == of]


def _parent(pid: int) -> int | None:
    """Of a process; None where it ended, whoever has yet to ask about it."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return int(parent) if state != "Z" else None
