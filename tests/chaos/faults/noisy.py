"""R20: one brand at ten times its load. What is too much is refused, nothing that was taken is lost, and the other
brands' waits are noted."""

from __future__ import annotations

import asyncio

from tests.chaos.figures import Asked, Measured, Round, quantile
from tests.chaos.reckoning import reckon
from tests.chaos.size import Size
from tests.chaos.traffic import Traffic
from tests.chaos.world import World

TIMES = 10
PHASE_S = 20.0
ASKED = (Asked("meanwhile s", at_most=1.2, of="the others' p99 before s", what="the others' p99 meanwhile s"),)


async def brand(world: World, size: Size) -> Round:
    """First all are calm, then one is loud; the others' ninety-ninth percentile in both."""
    loud, *others = tenants = await world.tenants(3)
    calm = world.traffic("calm")
    async with calm.flowing(others, size.rate, "r20-calm"):
        await asyncio.sleep(PHASE_S)
    before, calm.waits_s = quantile(calm.waits_s, 0.99), []
    noise = Traffic(world.client, calm.ledger, world.doors)
    async with noise.flowing([loud], size.rate * TIMES, "r20-loud"), calm.flowing(others, size.rate, "r20-meanwhile"):
        await asyncio.sleep(PHASE_S)
    meanwhile = quantile(calm.waits_s, 0.99)
    measured: Measured = {
        "messages a second": size.rate, "of the loud brand": size.rate * TIMES,
        "the others' p99 before s": round(before, 3), "meanwhile s": round(meanwhile, 3),
        "refused of the loud brand": noise.refused, "refused of the others": calm.refused,
    }  # fmt: skip
    wrong = ["the others were refused"] if calm.refused > noise.refused else []
    return await reckon(world, calm, tenants, "R20", "one brand at ten times its load", measured, wrong)
