"""R9 and R10: writers that take their time before they commit, and one that never does."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
import uuid

import asyncpg

from inbox.channels import channel_stream
from inbox.events import SettingChanged
from inbox.ids import BrandId, DedupeKey
from inbox.log.record import NewEvent
from tests.chaos.figures import Figures, Measured, Round
from tests.chaos.reckoning import line, reckon
from tests.chaos.size import Size
from tests.chaos.world import World

WRITERS, READERS = 8, 4
PAUSE_S = 0.5
MOSTLY_SHORT = 50
"""One writer at a time has the head of a brand: with pauses that are evenly long none of them would get far."""
LOOK_S = 0.05
STUCK_S = 10.0


async def late(world: World, size: Size) -> Round:
    """Appends, one for each hundred messages of the size, in transactions that pause at random before their commit;
    readers that never step back see everything."""
    (tenant,) = await world.tenants(1)
    log, chance, ended = world.here.shared.log, random.Random(world.seed), asyncio.Event()
    begun = await log.head(tenant.brand)
    each = max(1, size.count // 100 // WRITERS)
    readers = [asyncio.create_task(_reader(world, tenant.brand, begun, ended)) for _ in range(READERS)]
    async with asyncio.TaskGroup() as group:
        for _ in range(WRITERS):
            group.create_task(_writer(world, tenant.brand, each, random.Random(chance.random())))
    ended.set()
    seen = await asyncio.gather(*readers)
    wanted = list(range(begun + 1, begun + 1 + each * WRITERS))
    lost = max(len(set(wanted) - set(one)) for one in seen)
    twice = max(len(one) - len(set(one)) for one in seen)
    figures = Figures(ok=len(wanted) - lost, lost=lost, duplicated=twice)
    wrong = ["a reader saw positions out of order"] if any(one != sorted(one) for one in seen) else []
    measured: Measured = {
        "appends": len(wanted), "writers": WRITERS, "readers": READERS, "pause up to s, mostly short": PAUSE_S,
    }  # fmt: skip
    done = Round("R9", "writers that commit late, readers that never step back", figures, measured, tuple(wrong))
    print(line(done), flush=True)
    return done


async def _writer(world: World, brand: BrandId, count: int, chance: random.Random) -> None:
    log = world.here.shared.log
    for _ in range(count):
        event = SettingChanged(what="brand", action="chaos", subject="", at=world.here.shared.clock.now())
        new = NewEvent(event, channel_stream("chaos"), DedupeKey(uuid.uuid4()))
        async with log.pool.acquire() as connection, connection.transaction():
            await log.append(brand, [new], connection=connection)
            await asyncio.sleep(PAUSE_S * chance.random() ** MOSTLY_SHORT)


async def _reader(world: World, brand: BrandId, after: int, ended: asyncio.Event) -> list[int]:
    seen: list[int] = []
    while True:
        last = ended.is_set()
        found = await world.here.shared.log.read(brand, seen[-1] if seen else after)
        seen += [recorded.position for recorded in found]
        if last and not found:
            return seen
        await asyncio.sleep(0 if found else LOOK_S)


async def stuck(world: World, size: Size) -> Round:
    """A session that holds the head of a brand's log and says nothing: that brand is refused, the others go on, and
    when the server has ended the session all is taken."""
    stuck_brand, *others = tenants = await world.tenants(3)
    traffic, waited = world.traffic("stuck"), 0.0
    holder = await asyncpg.connect(world.server.dsn, server_settings={"idle_in_transaction_session_timeout": "10s"})
    with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError):
        async with traffic.flowing(tenants, size.rate, "r10"):
            await traffic.heard(time.monotonic())
            await holder.execute("BEGIN")
            await holder.execute("SELECT FROM vigie.heads WHERE brand_id = $1 FOR UPDATE", stuck_brand.brand)
            for _ in others:
                waited = max(waited, await traffic.heard(time.monotonic()))
            await asyncio.sleep(STUCK_S)
    holder.terminate()
    measured: Measured = {"held s": STUCK_S, "the others waited at most s": round(waited, 2)}
    wrong = ["the other brands had to wait"] if waited > STUCK_S / 2 else []
    return await reckon(world, traffic, tenants, "R10", "a writer that never commits", measured, wrong)
