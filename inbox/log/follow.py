"""Following the log: brands dealt among processes, woken by the pulse, turn by turn (`inbox.log.turn`).

A follower gives a `name` and `handle(connection, brand, events)`. The runner calls it with each brand's new events in
order, inside the transaction that moves the checkpoint: either both happen or neither. A follower whose effect lies
outside the database (`transactional = False`) is handed no transaction; its effect must be harmless when repeated, as
an append with a dedupe key is. An event on which a follower keeps failing is set aside, visible, and the brand goes on.

Which brands this process follows, and what is behind, its `Lookout` knows. Brands take turns, a bounded piece of work
each (`inbox.log.line`): one that is far behind does not keep the others waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from inbox import meters
from inbox.ids import BrandId
from inbox.log.line import Line
from inbox.log.lookout import LEASE_S, Behind, Lookout
from inbox.log.passing import PASSING
from inbox.log.pulse import EVERYBODY
from inbox.log.store import Log
from inbox.log.turn import BATCH, Follower, Place, Turns, sql

__all__ = ["LEASE_S", "Follower", "Runner", "sql"]

logger = logging.getLogger(__name__)

POLL_S = 1.0
GATHER_S = 0.05
"""So long a brand rests after a turn: what arrives meanwhile shares one transaction."""
STUCK_S = 15.0
"""A brand that another process was dealt and does not move on for so long is followed here as well, for `ADOPTED_S`."""
ADOPTED_S = 30.0


class Runner:
    """Runs one follower over the brands that this process is dealt. `run` ends when its task is cancelled.

    `lookout`: shared by the followers of a process; without one the follower is alone in its process. `lag`: events
    not handled yet, `lag_seconds`: age of the first of them, by brand; of all brands, whoever follows them, as of the
    last look; a brand that is missing is caught up.
    """

    def __init__(
        self, log: Log, follower: Follower, *, batch: int = BATCH, at_once: int = 4, gather_s: float = GATHER_S,
        lookout: Lookout | None = None,
    ) -> None:  # fmt: skip
        self._log = log
        self._follower = follower
        self._turns = Turns(log, follower, self._later, batch=batch)
        self._at_once = at_once
        self._lookout = lookout or Lookout(log)
        self._lookout.enlist(follower.name)
        self._line = Line(gather_s)
        self._places: dict[BrandId, Place] = {}
        self._held: set[BrandId] = set()
        self._losses = 0
        self._looked_at = float("-inf")
        self.lag: dict[BrandId, int] = {}
        self.lag_seconds: dict[BrandId, float] = {}
        self.last_look: float | None = None

    @property
    def name(self) -> str:
        return self._follower.name

    @property
    def follower(self) -> Follower:
        return self._follower

    @property
    def idle(self) -> bool:
        return self._line.idle

    async def run(self) -> None:
        subscription = self._log.pulse.subscribe("log", "crew")
        self._lookout.enter()
        slots = [asyncio.create_task(self._slot(), name=f"{self.name}-{n}") for n in range(self._at_once)]
        try:
            await self._look()
            while True:
                brands = await subscription.wait(POLL_S)
                if EVERYBODY in brands:
                    brands.discard(EVERYBODY)
                    self._lookout.stale()
                for brand in brands:
                    if self._may(brand):
                        self._line.call(brand)
                if self._is_look_due():
                    await self._look()
        finally:
            subscription.close()
            await self._stop(slots)

    # --- whose turn it is ---

    def _is_look_due(self) -> bool:
        """Also where another follower has looked meanwhile: what it saw is news to us."""
        looked_at = self._lookout.looked_at
        return looked_at != self._looked_at or asyncio.get_running_loop().time() - looked_at >= POLL_S

    async def _look(self) -> None:
        try:
            found = await self._lookout.look(self.name, POLL_S * 0.9)
        except PASSING as error:
            logger.warning("%s cannot look at the log: %s", self.name, type(error).__name__)
            return
        self.last_look = asyncio.get_running_loop().time()
        self._looked_at = self._lookout.looked_at
        behind = [(one, left) for one in found if (left := one.head - self._place(one.brand).since(one.position)) > 0]
        self.lag.clear()
        self.lag.update((one.brand, left) for one, left in behind)
        self.lag_seconds.clear()
        self.lag_seconds.update((one.brand, one.age_s) for one, _ in behind)
        self._let_go()
        for one in found:
            self._adopt_if_stuck(one)
            if self._may(one.brand):
                self._line.call(one.brand)

    def _may(self, brand: BrandId) -> bool:
        if self._lookout.mine(self.name, brand):
            return True
        place = self._places.get(brand)
        return place is not None and place.adopted_until > asyncio.get_running_loop().time()

    def _adopt_if_stuck(self, one: Behind) -> None:
        """Dealt to a process that is there and does not move: a hang of its own must not hold up the brand."""
        now, place = asyncio.get_running_loop().time(), self._place(one.brand)
        if place.stood[0] != one.position:
            place.stood = one.position, now
        elif now - place.stood[1] >= STUCK_S and not self._may(one.brand):
            logger.warning("%s adopts brand %s, which nobody moves", self.name, one.brand)
            place.adopted_until = now + ADOPTED_S

    async def _slot(self) -> None:
        while True:
            brand = await self._line.next()
            if not self._may(brand):
                self._line.rest(brand)
                continue
            self._take(brand)
            if await self._turn(brand):
                self._line.back(brand)
            elif brand not in self._line.resting:
                self._line.rest(brand)

    async def step(self, brand: BrandId) -> bool:
        """A turn. True when there may be more."""
        place = self._place(brand)
        place.is_caught_up = False
        more = await self._turns.take(brand, place)
        if place.is_caught_up:
            self.lag.pop(brand, None)
            self.lag_seconds.pop(brand, None)
        return more

    async def _turn(self, brand: BrandId) -> bool:
        try:
            return await self.step(brand)
        except PASSING as error:
            logger.warning("%s pauses on brand %s: %s", self.name, brand, type(error).__name__)
        except Exception:  # a follower's edge: the next look tries again, and the other brands go on
            logger.exception("%s stumbled on brand %s", self.name, brand)
        return False

    # --- what is remembered ---

    def _place(self, brand: BrandId) -> Place:
        return self._places.setdefault(brand, Place())

    def _later(self, brand: BrandId, seconds: float) -> None:
        self._line.rest(brand, seconds)
        self._line.call(brand)

    # --- whose brands are ours ---

    def _take(self, brand: BrandId) -> None:
        if brand not in self._held:
            self._held.add(brand)
            over = self._lookout.bereaved(self.name, brand) or not self._lookout.mine(self.name, brand)
            meters.LEASES.labels(self.name, "taken_over" if over else "taken").inc()

    def _let_go(self) -> None:
        gone = {brand for brand in self._held if not self._may(brand)}
        lost = self._lookout.losses > self._losses
        self._losses = self._lookout.losses
        self._forget(gone, "lost" if lost else "released")

    def _forget(self, brands: set[BrandId], change: str) -> None:
        """Another process goes on with them: what we remember of them is out of date."""
        for brand in brands:
            self._places.pop(brand, None)
        self._held -= brands
        if brands:
            meters.LEASES.labels(self.name, change).inc(len(brands))

    async def _stop(self, slots: Sequence[asyncio.Task[None]]) -> None:
        for slot in slots:
            slot.cancel()
        await asyncio.gather(*slots, return_exceptions=True)
        self._line.clear()
        self._forget(set(self._held), "released")
        with contextlib.suppress(*PASSING):
            await self._lookout.leave()
