"""R20: one brand at ten times its load. What is too much is refused, nothing that was taken is lost, and the other
brands' waits are noted: when all are calm, when as much comes spread evenly over all, and when one alone is loud. A
machine needs longer for more, whoever says it: what the noise of one costs the others is the last against the second.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from statistics import median

from tests.chaos.figures import Asked, Measured, Round, quantile
from tests.chaos.reckoning import reckon
from tests.chaos.rest import quiet
from tests.chaos.size import Size
from tests.chaos.traffic import Traffic
from tests.chaos.world import World

TIMES = 10
PHASE_S, QUIET_S = 20.0, 60.0
TURNS = 3
"""Calm, even and loud one after the other, as often: what else a machine does hits all three alike."""
CALM, EVEN, LOUD = "the others' p99 before s", "as much, spread evenly s", "meanwhile s"
ASKED = (
    Asked(LOUD, at_most=1.2, of=CALM, what="the others' p99 meanwhile s"),
    Asked(LOUD, at_most=1.2, of=EVEN, what="the same, against as much spread evenly over all"),
)


@dataclass
class Phase:
    """`theirs`, `its`: messages a second, of the others and of the loud brand. `waits_s`: of the others' deliveries,
    turn by turn; `refused`: of the others and of the loud brand; `ran_s` and `waited_s`: of the doors, on a processor
    and for one."""

    theirs: float
    its: float
    waits_s: list[list[float]] = field(default_factory=list)
    refused: tuple[int, int] = (0, 0)
    ran_s: float = 0.0
    waited_s: float = 0.0

    @property
    def p99_s(self) -> float:
        """Of the middle turn: a machine that stands still for some seconds says nothing of who is loud."""
        return round(median([quantile(waits_s, 0.99) for waits_s in self.waits_s]), 3)

    @property
    def starved(self) -> int:
        """Percent of the time in which a door had something to do: that in which it was given no processor."""
        return round(100 * self.waited_s / (self.ran_s + self.waited_s or 1.0))

    @contextlib.asynccontextmanager
    async def turn(self, world: World, quieter: Traffic, louder: Traffic) -> AsyncIterator[None]:
        before, refused = [door.on_a_processor() for door in world.doors], (quieter.refused, louder.refused)
        quieter.waits_s = []
        yield
        self.waits_s.append(quieter.waits_s)
        self.refused = (
            self.refused[0] + quieter.refused - refused[0], self.refused[1] + louder.refused - refused[1],
        )  # fmt: skip
        for (ran, waited), door in zip(before, world.doors, strict=True):
            now_ran, now_waited = door.on_a_processor()
            self.ran_s += now_ran - ran
            self.waited_s += now_waited - waited


async def brand(world: World, size: Size) -> Round:
    loud, *others = tenants = await world.tenants(3)
    quieter = world.traffic("quieter")
    louder = Traffic(world.client, quieter.ledger, world.doors)
    each = size.rate * (1 + TIMES) / len(tenants)
    calm = Phase(size.rate, 0.0)
    even = Phase(each * len(others), each)
    alone = Phase(size.rate, size.rate * TIMES)
    for turn in range(TURNS):
        for number, phase in enumerate((calm, even, alone)):
            await quiet(world, tenants, QUIET_S)
            mark = f"r20-{turn}-{number}"
            async with phase.turn(world, quieter, louder), contextlib.AsyncExitStack() as stack:
                await stack.enter_async_context(quieter.flowing(others, phase.theirs, mark))
                if phase.its:
                    await stack.enter_async_context(louder.flowing([loud], phase.its, mark))
                await asyncio.sleep(PHASE_S)
    measured: Measured = {
        "messages a second": size.rate, "of the loud brand": size.rate * TIMES, "turns": TURNS,
        CALM: calm.p99_s, EVEN: even.p99_s, LOUD: alone.p99_s,
        "doors waited for a processor, % of what they had to do": f"{calm.starved}, {even.starved}, {alone.starved}",
        "refused of the loud brand": alone.refused[1], "refused of the others": alone.refused[0],
    }  # fmt: skip
    wrong = ["the others were refused"] if alone.refused[0] > alone.refused[1] else []
    return await reckon(world, quieter, tenants, "R20", "one brand at ten times its load", measured, wrong)
