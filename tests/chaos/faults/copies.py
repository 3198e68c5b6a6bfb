"""R8: every delivery five times, shuffled, through several doors at once, twins at the same moment."""

from __future__ import annotations

import time

from tests.chaos.figures import Asked, Measured, Round
from tests.chaos.reckoning import reckon
from tests.chaos.size import Size
from tests.chaos.world import World

COPIES = 5
ASKED = (Asked("messages", at_least=20_000), Asked("deliveries of each", at_least=5), Asked("doors", at_least=3))


async def shuffled(world: World, size: Size) -> Round:
    tenants, traffic = await world.tenants(), world.traffic("copies", copies=COPIES)
    begun = time.monotonic()
    await traffic.shuffled(tenants, size.messages, "r8")
    measured: Measured = {
        "messages": size.messages, "deliveries of each": COPIES, "doors": len(world.doors),
        "seconds": round(time.monotonic() - begun, 1),
    }  # fmt: skip
    return await reckon(world, traffic, tenants, "R8", "every delivery five times, in any order", measured)
