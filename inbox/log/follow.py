"""Following the log: a checkpoint moved in the transaction of the effect, brands dealt among processes, woken by the
pulse.

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
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import asyncpg

from inbox import meters
from inbox.ids import BrandId
from inbox.log.line import Line
from inbox.log.lookout import LEASE_S, Behind, Lookout
from inbox.log.passing import PASSING
from inbox.log.pulse import EVERYBODY
from inbox.log.record import Recorded
from inbox.log.store import Connection, Log
from inbox.sql import beside

__all__ = ["LEASE_S", "Follower", "Runner", "sql"]

sql = beside(__file__, "follow.sql")
logger = logging.getLogger(__name__)

POLL_S = 1.0
BATCH = 500
LEAST = 16
TURN_S = 0.05
"""What a turn of a transactional follower should take: its batch is cut so that it does, `LEAST` to `BATCH` events."""
GATHER_S = 0.05
"""So long a brand rests after a turn: what arrives meanwhile shares one transaction."""
ATTEMPTS = 5
SKIP = 5_000
"""How far a turn looks for what a choosy follower wants."""
SETTLE_S = 1.0
"""How often a checkpoint moves on over nothing but what its follower does not want: each time costs a flush."""
BUSY_S = 0.1
STUCK_S = 15.0
"""A brand that another process was dealt and does not move on for so long is followed here as well, for `ADOPTED_S`."""
ADOPTED_S = 30.0


class Follower(Protocol):
    """`wants`: the types of events it is given, None for all; the others are passed over without being read."""

    name: ClassVar[str]
    transactional: ClassVar[bool]
    wants: ClassVar[frozenset[str] | None]

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None: ...

    def committed(self, brand: BrandId, events: Sequence[Recorded]) -> None:
        """Called after the checkpoint is on disk: the place to wake others."""
        ...


class _Moved(Exception):
    """Another process moved the checkpoint: what we did is rolled back, nothing is lost."""


@dataclass(slots=True)
class _Stretch:
    """A piece of the log from where the follower stood: `rows` hold what it wants of it. `moves`: the checkpoint moves
    to its end."""

    was: int
    upto: int
    head: int
    rows: list[asyncpg.Record]
    moves: bool


@dataclass(slots=True)
class _Place:
    """What a runner remembers of a brand. `seen`: nothing up to there is left to do, as long as the checkpoint is at
    `stand`. `fruitful`: the last look brought something. `singly_upto`: so far events are handled one by one, since one
    of them cannot be digested. `stood`: where another process left it, and since when."""

    stand: int = -1
    seen: int = 0
    settled_at: float = float("-inf")
    fruitful: bool = True
    attempts: int = 0
    singly_upto: int = 0
    adopted_until: float = float("-inf")
    stood: tuple[int, float] = (-1, 0.0)

    def since(self, checkpoint: int) -> int:
        return max(self.seen, checkpoint) if checkpoint == self.stand else checkpoint


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
        self._wants = None if follower.wants is None else sorted(follower.wants)
        self._batch = batch
        self._at_once = at_once
        self._lookout = lookout or Lookout(log)
        self._lookout.enlist(follower.name)
        self._line = Line(gather_s)
        self._places: dict[BrandId, _Place] = {}
        self._held: set[BrandId] = set()
        self._losses = 0
        self._looked_at = float("-inf")
        self._event_s = 0.0
        self.lag: dict[BrandId, int] = {}
        self.lag_seconds: dict[BrandId, float] = {}
        self.last_look: float | None = None

    @property
    def name(self) -> str:
        return self._follower.name

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
        self.lag = {one.brand: left for one, left in behind}
        self.lag_seconds = {one.brand: one.age_s for one, _ in behind}
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

    async def _turn(self, brand: BrandId) -> bool:
        try:
            return await self.step(brand)
        except PASSING as error:
            logger.warning("%s pauses on brand %s: %s", self.name, brand, type(error).__name__)
        except Exception:  # a follower's edge: the next look tries again, and the other brands go on
            logger.exception("%s stumbled on brand %s", self.name, brand)
        return False

    # --- one turn ---

    async def step(self, brand: BrandId) -> bool:
        """A turn: one batch, or a stretch that holds nothing wanted. True when there may be more."""
        place = self._place(brand)
        if self._wants is not None and self._follower.transactional and not place.fruitful:
            more = await self._pass_over(brand, place)
            if more is not None:
                return more
        return await self._batch_of(brand, place)

    async def _pass_over(self, brand: BrandId, place: _Place) -> bool | None:
        """One look outside any transaction. None: there is something wanted, or the brand was never seen."""
        row = await self._log.pool.fetchrow(sql.glance, brand, self.name, self._wants, place.stand, place.seen, SKIP)
        if row is None or row["wanted"] is not None:
            return None
        stand, upto = row["was"], min(row["head"], row["since"] + SKIP)
        if upto > stand and self._is_settling_due(place):
            try:
                await self._advance(None, brand, stand, upto)
            except _Moved:
                return True
            stand = upto
            self._settled(place)
        self._reached(brand, place, stand, upto, row["head"])
        return bool(upto < row["head"])

    async def _batch_of(self, brand: BrandId, place: _Place) -> bool:
        stretch: _Stretch | None = None
        events: list[Recorded] = []
        try:
            async with self._transaction() as connection:
                stretch = await self._read(connection, brand, place)
                if stretch is None:
                    self._later(brand, BUSY_S)
                    return False
                if stretch.rows:
                    events = await self._handle(connection, brand, stretch)
                if connection is None and stretch.moves:
                    await self._advance(None, brand, stretch.was, stretch.upto)
        except _Moved:
            return True
        except PASSING:
            raise
        except Exception as error:
            if stretch is None:
                raise
            return await self._failed(brand, place, stretch, error)
        return self._done(brand, place, stretch, events)

    async def _read(self, connection: Connection | None, brand: BrandId, place: _Place) -> _Stretch | None:
        """None: another process is at it right now."""
        size = 1 if place.singly_upto else self._size()
        settle = self._is_settling_due(place)
        rows = await (connection or self._log.pool).fetch(
            sql.follow, brand, self.name, self._wants, place.stand, place.seen, size, SKIP, connection is not None,
            settle,
        )  # fmt: skip
        if not rows:
            return None
        end = rows.pop()
        moves = end["upto"] > end["was"] and (settle or bool(rows))
        return _Stretch(end["was"], end["upto"], end["head"], rows, moves)

    async def _handle(self, connection: Connection | None, brand: BrandId, stretch: _Stretch) -> list[Recorded]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        events = self._log.opened(brand, stretch.rows)
        await self._follower.handle(connection, brand, events)
        each_s = (loop.time() - began) / len(events)
        self._event_s += (each_s - self._event_s) * 0.3
        return events

    def _done(self, brand: BrandId, place: _Place, stretch: _Stretch, events: Sequence[Recorded]) -> bool:
        place.attempts = 0
        place.fruitful = bool(events)
        if stretch.upto >= place.singly_upto:
            place.singly_upto = 0
        if stretch.moves:
            self._settled(place)
        self._reached(brand, place, stretch.upto if stretch.moves else stretch.was, stretch.upto, stretch.head)
        if events:
            logger.debug("%s is at %s of brand %s", self.name, stretch.upto, brand)
            meters.FOLLOWED_EVENTS.labels(self.name).inc(len(events))
            self._follower.committed(brand, events)
        return stretch.upto < stretch.head

    def _size(self) -> int:
        """The model of a follower that judges needs to see all that waits; the others are cut to a turn."""
        if not self._follower.transactional or self._event_s <= 0:
            return self._batch
        return min(self._batch, max(LEAST, int(TURN_S / self._event_s)))

    @contextlib.asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection | None]:
        if not self._follower.transactional:
            yield None
            return
        async with self._log.pool.acquire() as connection, connection.transaction():
            yield connection

    async def _advance(self, connection: Connection | None, brand: BrandId, old: int, new: int) -> None:
        done = await (connection or self._log.pool).execute(sql.advance, brand, self.name, old, new)
        if done != "UPDATE 1":
            raise _Moved

    # --- what cannot be digested ---

    async def _failed(self, brand: BrandId, place: _Place, stretch: _Stretch, error: Exception) -> bool:
        """Tried again after a pause, then one by one: then the event that fails alone is set aside."""
        if place.singly_upto:
            with contextlib.suppress(_Moved):
                await self._set_aside(brand, stretch, type(error).__name__)
            return True
        place.attempts += 1
        logger.error("%s failed on brand %s, attempt %s", self.name, brand, place.attempts, exc_info=error)
        if place.attempts >= ATTEMPTS:
            place.attempts, place.singly_upto = 0, stretch.upto
            return True
        self._later(brand, 0.05 * 2**place.attempts)
        return False

    async def _set_aside(self, brand: BrandId, stretch: _Stretch, reason: str) -> None:
        """The one event of the stretch, if nobody moved the checkpoint from where it begins."""
        position = stretch.rows[0]["position"]
        async with self._log.pool.acquire() as connection, connection.transaction():
            await self._advance(connection, brand, stretch.was, position)
            await connection.execute(sql.set_aside, brand, self.name, position, reason)
        meters.SET_ASIDE.labels(self.name).inc()
        logger.error("%s set position %s of brand %s aside: %s", self.name, position, brand, reason)

    # --- what is remembered ---

    def _place(self, brand: BrandId) -> _Place:
        return self._places.setdefault(brand, _Place())

    def _reached(self, brand: BrandId, place: _Place, stand: int, upto: int, head: int) -> None:
        place.stand, place.seen = stand, upto
        if upto >= head:
            self.lag.pop(brand, None)
            self.lag_seconds.pop(brand, None)

    def _is_settling_due(self, place: _Place) -> bool:
        return asyncio.get_running_loop().time() - place.settled_at >= SETTLE_S

    def _settled(self, place: _Place) -> None:
        place.settled_at = asyncio.get_running_loop().time()

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
