"""R4: no database for a while. No false 2xx, nobody waits, memory stays flat; a door is killed in the middle of it."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time

from tests.chaos import ledger
from tests.chaos.figures import Asked, Measured, Round
from tests.chaos.reckoning import reckon
from tests.chaos.size import Size
from tests.chaos.traffic import WITHIN_S, Traffic
from tests.chaos.world import World, until

BEFORE_S = 2.0
NOTICED_S = 5.0
MEMORY_MB = 50.0
ASKED = (
    Asked("away s", at_least=600),
    Asked("slowest refusal s", at_most=1, what="p99 of refusals s (reached: the slowest of all)"),
    Asked("memory grown MB", at_most=MEMORY_MB),
    Asked("spool empty after s", at_most=120),
)


async def database(world: World, size: Size) -> Round:
    """Half of the messages come from networks that never send again."""
    tenants, traffic = await world.tenants(2), world.traffic("away")
    shops = [await world.shop(tenant) for tenant in tenants]
    async with traffic.flowing(tenants, size.rate, "r4", shops):
        await asyncio.sleep(BEFORE_S)
        await traffic.heard(time.monotonic())
        before = [door.resident_mb() for door in world.doors]
        world.kill_database()
        await asyncio.sleep(NOTICED_S)
        taken = await _taken(traffic)
        traffic.slowest_s, traffic.stood_still_s, traffic.given_up = 0.0, 0.0, 0
        await asyncio.sleep(size.away_s)
        slowest, still, unanswered = traffic.slowest_s, traffic.stood_still_s, traffic.given_up
        spooled, grown = spooled_in(world), _grown(world, before)
        await world.doors[0].kill()
        await world.database_again()
        await world.doors[0].again()
        back = await until(lambda: _empty(world))
    kept = await _taken(traffic) - taken
    measured: Measured = {
        "away s": size.away_s + NOTICED_S, "messages a second": size.rate, "spooled": spooled,
        "slowest refusal s": round(slowest, 2), f"unanswered within {WITHIN_S:.0f} s": unanswered,
        "senders stood still for at most s": round(still, 2), "memory grown MB": round(grown, 1),
        "spool empty after s": round(back, 1), "taken since": kept,
    }  # fmt: skip
    wrong = [
        *(["nothing was spooled"] if not spooled else []),
        *([f"memory grew by {grown:.0f} MB"] if grown > MEMORY_MB else []),
        *([f"{unanswered} requests had no answer within {WITHIN_S:.0f} s"] if unanswered else []),
    ]
    title = "the database is away; a door is killed meanwhile"
    return await reckon(world, traffic, tenants, "R4", title, measured, wrong)


async def _taken(traffic: Traffic) -> int:
    sent = await asyncio.to_thread(ledger.read, traffic.ledger.path)
    return sum(one.accepted for one in sent.values())


def _grown(world: World, before: list[float]) -> float:
    return max(door.resident_mb() - was for door, was in zip(world.doors, before, strict=True))


def spooled_in(world: World) -> int:
    """How many wait in the spool that all doors of this host share."""
    with contextlib.closing(sqlite3.connect(world.spool)) as database:
        return int(database.execute("SELECT count(*) FROM deliveries").fetchone()[0])


async def _empty(world: World) -> bool:
    return not await asyncio.to_thread(spooled_in, world)
