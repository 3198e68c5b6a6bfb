"""R1 and R2: kill -9 of a door, of the database, in the middle of what comes in."""

from __future__ import annotations

import asyncio
import random
import time

from tests.chaos.figures import Measured, Round
from tests.chaos.reckoning import reckon
from tests.chaos.size import Size
from tests.chaos.traffic import Traffic
from tests.chaos.world import World

BETWEEN_S = (0.2, 3.0)
DOWN_S = (0.0, 2.0)


async def doors(world: World, size: Size) -> Round:
    """A door at a time, whichever; it is started again at once."""
    tenants, traffic = await world.tenants(), world.traffic("doors")
    chance, starts = random.Random(world.seed), list[float]()
    async with traffic.flowing(tenants, size.rate, "r1"):
        for _ in range(size.times):
            await _after_more(traffic, chance)
            victim = chance.choice(world.doors)
            await victim.kill()
            starts.append(await victim.again())
    measured: Measured = {
        "kills": size.times, "messages a second": size.rate, "slowest start s": round(max(starts), 1)
    }  # fmt: skip
    return await reckon(world, traffic, tenants, "R1", "kill -9 of a process that takes deliveries", measured)


async def database(world: World, size: Size) -> Round:
    """The postmaster; it comes back after up to two seconds. No process of ours may end for it."""
    tenants, traffic = await world.tenants(), world.traffic("database")
    chance, waited = random.Random(world.seed), list[float]()
    async with traffic.flowing(tenants, size.rate, "r2"):
        for _ in range(size.times):
            await _after_more(traffic, chance)
            world.kill_database()
            await asyncio.sleep(chance.uniform(*DOWN_S))
            await world.database_again()
            waited.append(await traffic.heard(time.monotonic()))
    measured: Measured = {
        "kills": size.times, "messages a second": size.rate, "slowest first 2xx s": round(max(waited), 1)
    }  # fmt: skip
    return await reckon(world, traffic, tenants, "R2", "kill -9 of PostgreSQL", measured, world.ended())


async def _after_more(traffic: Traffic, chance: random.Random) -> None:
    """A while in which something was taken, so that each kill hits something."""
    since = time.monotonic()
    await asyncio.sleep(chance.uniform(*BETWEEN_S))
    await traffic.heard(since)
