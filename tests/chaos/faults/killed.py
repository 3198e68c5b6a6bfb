"""R1 and R2: kill -9 of a door, of the database, in the middle of what comes in."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence

from tests.chaos.figures import Asked, Measured, Round
from tests.chaos.reckoning import reckon
from tests.chaos.size import Size
from tests.chaos.traffic import Traffic
from tests.chaos.world import Host, World

BETWEEN_S = (0.2, 3.0)
DOWN_S = (0.0, 2.0)
ASKED_OF_DOORS = (
    Asked("kills", at_least=200),
    Asked("messages a second", at_least=200),
    Asked("slowest first 2xx of a door s", at_most=3),
)
ASKED_OF_THE_DATABASE = (
    Asked("kills", at_least=50),
    Asked("messages a second", at_least=200),
    Asked("slowest first 2xx s", at_most=5),
)


async def doors(world: World, size: Size) -> Round:
    """A door at a time, whichever stands; it is started again at once, and the next one falls while it comes up."""
    tenants, traffic = await world.tenants(), world.traffic("doors")
    chance, up, begun = random.Random(world.seed), _Up(traffic, world.doors), time.monotonic()
    async with traffic.flowing(tenants, size.rate, "r1"):
        async with asyncio.TaskGroup() as group:
            for _ in size.turns():
                await _after_more(traffic, chance)
                victim = await up.take(chance)
                await victim.kill()
                group.create_task(up.again(victim))
        lasted = time.monotonic() - begun
    measured: Measured = {
        "kills": len(up.starts), "in s": round(lasted), "messages a second": size.rate,
        "slowest start s": round(max(up.starts), 1), "slowest first 2xx of a door s": round(max(up.firsts), 1),
    }  # fmt: skip
    return await reckon(world, traffic, tenants, "R1", "kill -9 of a process that takes deliveries", measured)


async def database(world: World, size: Size) -> Round:
    """The postmaster; it comes back after up to two seconds. No process of ours may end for it."""
    tenants, traffic = await world.tenants(), world.traffic("database")
    chance, waited = random.Random(world.seed), list[float]()
    async with traffic.flowing(tenants, size.rate, "r2"):
        for _ in size.turns():
            await _after_more(traffic, chance)
            world.kill_database()
            await asyncio.sleep(chance.uniform(*DOWN_S))
            await world.database_again()
            waited.append(await traffic.heard(time.monotonic()))
    measured: Measured = {
        "kills": len(waited), "messages a second": size.rate, "slowest first 2xx s": round(max(waited), 1)
    }  # fmt: skip
    return await reckon(world, traffic, tenants, "R2", "kill -9 of PostgreSQL", measured, world.ended())


class _Up:
    """The doors that stand: one of them always does, else a kill would hit nobody. `starts`: seconds of each until
    it was ready; `firsts`: until it had taken something."""

    def __init__(self, traffic: Traffic, doors: Sequence[Host]) -> None:
        self._traffic, self._standing, self._changed = traffic, list(doors), asyncio.Condition()
        self.starts, self.firsts = list[float](), list[float]()

    async def take(self, chance: random.Random) -> Host:
        async with self._changed:
            await self._changed.wait_for(lambda: len(self._standing) > 1)
            return self._standing.pop(chance.randrange(len(self._standing)))

    async def again(self, door: Host) -> None:
        begun = time.monotonic()
        self.starts.append(await door.again())
        self.firsts.append(await self._traffic.heard(begun, of=door))
        async with self._changed:
            self._standing.append(door)
            self._changed.notify()


async def _after_more(traffic: Traffic, chance: random.Random) -> None:
    """A while in which something was taken, so that each kill hits something."""
    since = time.monotonic()
    await asyncio.sleep(chance.uniform(*BETWEEN_S))
    await traffic.heard(since)
