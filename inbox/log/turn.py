"""One turn of a follower with a brand: a bounded stretch of the log, its effect, and the checkpoint moved past it.

The checkpoint moves in the transaction of the effect, or, for a follower whose effect lies outside the database, after
it and only from where it stood. An event that cannot be digested is tried again, then alone, then set aside.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import asyncpg

from inbox import meters
from inbox.ids import BrandId
from inbox.log.passing import PASSING
from inbox.log.record import Recorded
from inbox.log.store import Connection, Log
from inbox.sql import beside

sql = beside(__file__, "follow.sql")
logger = logging.getLogger(__name__)

BATCH = 500
LEAST = 64
TURN_S = 0.05
"""What a turn of a transactional follower should take: its batch is cut so that it does, `LEAST` to `BATCH` events.
With fewer, what a turn costs whatever it holds (its statements and the commit) outweighs the events: a machine that was
busy made batches smaller and so itself busier."""
ATTEMPTS = 5
SKIP = 5_000
"""How far a turn looks for what a choosy follower wants."""
SETTLE_S = 1.0
"""How often a checkpoint moves on over nothing but what its follower does not want: each time costs a flush."""
BUSY_S = 0.1


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
class Place:
    """What a runner remembers of a brand. `seen`: nothing up to there is left to do, as long as the checkpoint is at
    `stand`. `fruitful`: the last look brought something; `is_caught_up`: it came to the end of the log. `singly_upto`:
    so far events are handled one by one, since one of them cannot be digested. `stood`: where another process left it,
    and since when."""

    stand: int = -1
    seen: int = 0
    settled_at: float = float("-inf")
    fruitful: bool = True
    attempts: int = 0
    singly_upto: int = 0
    is_caught_up: bool = False
    adopted_until: float = float("-inf")
    stood: tuple[int, float] = (-1, 0.0)

    def since(self, checkpoint: int) -> int:
        return max(self.seen, checkpoint) if checkpoint == self.stand else checkpoint


class Turns:
    """The turns of one follower. `later`: told to come again to a brand after so many seconds."""

    def __init__(
        self, log: Log, follower: Follower, later: Callable[[BrandId, float], None], *, batch: int = BATCH
    ) -> None:
        self._log = log
        self._follower = follower
        self._name = follower.name
        self._later = later
        self._wants = None if follower.wants is None else sorted(follower.wants)
        self._batch = batch
        self._event_s = 0.0

    async def take(self, brand: BrandId, place: Place) -> bool:
        """One batch, or a stretch that holds nothing wanted. True when there may be more."""
        if self._wants is not None and self._follower.transactional and not place.fruitful:
            more = await self._pass_over(brand, place)
            if more is not None:
                return more
        return await self._batch_of(brand, place)

    async def _pass_over(self, brand: BrandId, place: Place) -> bool | None:
        """One look outside any transaction. None: there is something wanted, or the brand was never seen."""
        row = await self._log.pool.fetchrow(sql.glance, brand, self._name, self._wants, place.stand, place.seen, SKIP)
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
        self._reached(place, stand, upto, row["head"])
        return bool(upto < row["head"])

    async def _batch_of(self, brand: BrandId, place: Place) -> bool:
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

    async def _read(self, connection: Connection | None, brand: BrandId, place: Place) -> _Stretch | None:
        """None: another process is at it right now."""
        size = 1 if place.singly_upto else self._size()
        settle = self._is_settling_due(place)
        rows = await (connection or self._log.pool).fetch(
            sql.follow, brand, self._name, self._wants, place.stand, place.seen, size, SKIP, connection is not None,
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

    def _done(self, brand: BrandId, place: Place, stretch: _Stretch, events: Sequence[Recorded]) -> bool:
        place.attempts = 0
        place.fruitful = bool(events)
        if stretch.upto >= place.singly_upto:
            place.singly_upto = 0
        if stretch.moves:
            self._settled(place)
        self._reached(place, stretch.upto if stretch.moves else stretch.was, stretch.upto, stretch.head)
        if events:
            logger.debug("%s is at %s of brand %s", self._name, stretch.upto, brand)
            meters.FOLLOWED_EVENTS.labels(self._name).inc(len(events))
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
        done = await (connection or self._log.pool).execute(sql.advance, brand, self._name, old, new)
        if done != "UPDATE 1":
            raise _Moved

    # --- what cannot be digested ---

    async def _failed(self, brand: BrandId, place: Place, stretch: _Stretch, error: Exception) -> bool:
        """Tried again after a pause, then one by one: then the event that fails alone is set aside."""
        if place.singly_upto:
            with contextlib.suppress(_Moved):
                await self._set_aside(brand, stretch, type(error).__name__)
            return True
        place.attempts += 1
        logger.error("%s failed on brand %s, attempt %s", self._name, brand, place.attempts, exc_info=error)
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
            await connection.execute(sql.set_aside, brand, self._name, position, reason)
        meters.SET_ASIDE.labels(self._name).inc()
        logger.error("%s set position %s of brand %s aside: %s", self._name, position, brand, reason)

    # --- what is remembered ---

    def _reached(self, place: Place, stand: int, upto: int, head: int) -> None:
        place.stand, place.seen = stand, upto
        place.is_caught_up = upto >= head

    def _is_settling_due(self, place: Place) -> bool:
        return asyncio.get_running_loop().time() - place.settled_at >= SETTLE_S

    def _settled(self, place: Place) -> None:
        place.settled_at = asyncio.get_running_loop().time()
