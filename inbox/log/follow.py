"""Following the log: a checkpoint moved in the transaction of the effect, brands taken by lease, woken by the pulse.

A follower gives a `name` and `handle(connection, brand, events)`. The runner calls it with each brand's new events in
order, inside the transaction that moves the checkpoint: either both happen or neither. A follower whose effect lies
outside the database (`transactional = False`) is handed no transaction; its effect must be harmless when repeated, as
an
append with a dedupe key is. An event on which a follower keeps failing is set aside, visible, and the brand goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import ClassVar, Protocol

from inbox.ids import BrandId
from inbox.log.passing import PASSING
from inbox.log.record import Recorded
from inbox.log.store import Connection, Log
from inbox.sql import beside

sql = beside(__file__, "follow.sql")
logger = logging.getLogger(__name__)

LEASE_S = 5.0
POLL_S = 1.0
BATCH = 500
GATHER_S = 0.05
"""In a storm a follower rests so long between two rounds: what arrives meanwhile shares one transaction. The first
event after a calm waits for nothing."""
ATTEMPTS = 5
SKIP = 5_000
"""So many events that a follower does not want are passed over in one go."""


class Follower(Protocol):
    """`wants`: the types of events it is given, None for all; the others are passed over without being opened."""

    name: ClassVar[str]
    transactional: ClassVar[bool]
    wants: ClassVar[frozenset[str] | None]

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None: ...

    def committed(self, brand: BrandId, events: Sequence[Recorded]) -> None:
        """Called after the checkpoint is on disk: the place to wake others."""
        ...


class _Moved(Exception):
    """Another process moved the checkpoint: what we did is rolled back, nothing is lost."""


class Runner:
    """Runs one follower over all brands of this process's database. `run` ends when its task is cancelled."""

    def __init__(
        self, log: Log, follower: Follower, *, batch: int = BATCH, at_once: int = 4, gather_s: float = GATHER_S
    ) -> None:
        self._log = log
        self._follower = follower
        self._batch = batch
        self._gather_s = gather_s
        self._slots = asyncio.Semaphore(at_once)
        self._holder = uuid.uuid4().hex
        self._busy: dict[BrandId, asyncio.Task[None]] = {}
        self._leased_until: dict[BrandId, float] = {}
        self._refused_until: dict[BrandId, float] = {}
        self._again: set[BrandId] = set()
        self.lag: dict[BrandId, int] = {}
        self.last_look: float | None = None

    @property
    def name(self) -> str:
        return self._follower.name

    async def run(self) -> None:
        subscription = self._log.pulse.subscribe("log")
        try:
            await self._look()
            while True:
                for brand in await subscription.wait(POLL_S):
                    self._take(brand)
                if self.last_look is None or asyncio.get_running_loop().time() - self.last_look >= POLL_S:
                    await self._look()
        finally:
            subscription.close()
            await self._stop()

    async def _look(self) -> None:
        try:
            rows = await self._log.pool.fetch(sql.behind, self._follower.name)
        except PASSING as error:
            logger.warning("%s cannot look at the log: %s", self._follower.name, type(error).__name__)
            return
        self.last_look = asyncio.get_running_loop().time()
        self.lag = {row["brand_id"]: row["last_position"] - row["position"] for row in rows}
        for row in rows:
            self._take(row["brand_id"])

    def _take(self, brand: BrandId) -> None:
        if brand in self._busy:
            self._again.add(brand)
            return
        self._busy[brand] = asyncio.create_task(self._catch_up(brand), name=f"{self._follower.name}-{brand}")

    async def _catch_up(self, brand: BrandId) -> None:
        try:
            async with self._slots:
                self._again.add(brand)
                while brand in self._again:
                    self._again.discard(brand)
                    while await self._lease(brand) and await self._step(brand):
                        pass
                    if brand in self._again:
                        await asyncio.sleep(self._gather_s)
        except PASSING as error:
            logger.warning("%s pauses on brand %s: %s", self._follower.name, brand, type(error).__name__)
        except Exception:  # a follower's edge: the next look tries again, and the other brands go on
            logger.exception("%s stumbled on brand %s", self._follower.name, brand)
        finally:
            del self._busy[brand]

    async def _lease(self, brand: BrandId) -> bool:
        now = asyncio.get_running_loop().time()
        if self._leased_until.get(brand, 0.0) > now:
            return True
        if self._refused_until.get(brand, 0.0) > now:
            return False
        mine = await self._log.pool.fetchval(sql.lease, brand, self._follower.name, self._holder, LEASE_S)
        if mine is None:
            self._leased_until.pop(brand, None)
            self._refused_until[brand] = now + POLL_S / 2
            return False
        self._leased_until[brand] = now + LEASE_S / 2
        return True

    async def _step(self, brand: BrandId) -> bool:
        """Handles one batch. True when there may be more."""
        attempt = 0
        while True:
            try:
                return await self._is_more_wanted(brand) and await self._batch_of(brand, self._batch)
            except _Moved:
                return True
            except PASSING:
                raise
            except Exception:
                attempt += 1
                logger.exception("%s failed on brand %s, attempt %s", self._follower.name, brand, attempt)
                if attempt >= ATTEMPTS:
                    with contextlib.suppress(_Moved):
                        await self._one_by_one(brand)
                    return True
                await asyncio.sleep(0.05 * 2**attempt)

    async def _is_more_wanted(self, brand: BrandId) -> bool:
        """Passes over what the follower does not want, in one round trip; False when that was all."""
        if self._follower.wants is None:
            return True
        wants = sorted(self._follower.wants)
        more: bool | None = await self._log.pool.fetchval(sql.skip, brand, self._follower.name, wants, SKIP)
        if more is False:
            self.lag[brand] = 0
        return more is not False

    async def _batch_of(self, brand: BrandId, size: int) -> bool:
        async with self._transaction() as connection:
            position = await self._checkpoint(connection, brand)
            page = await self._log.page(brand, position, size, self._follower.wants, connection=connection)
            if page.last == position:
                return False
            if page.events:
                await self._follower.handle(connection, brand, page.events)
            await self._advance(connection, brand, position, page.last)
        logger.debug("%s is at %s of brand %s", self._follower.name, page.last, brand)
        if page.events:
            self._follower.committed(brand, page.events)
        full = page.last - position == size
        self.lag[brand] = self.lag.get(brand, 0) if full else 0
        return full

    @contextlib.asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection | None]:
        if not self._follower.transactional:
            yield None
            return
        async with self._log.pool.acquire() as connection, connection.transaction():
            yield connection

    async def _checkpoint(self, connection: Connection | None, brand: BrandId) -> int:
        """In a transaction it is held until the end: whoever else moves it, a rebuild above all, waits for us or we
        for them, before either has read or written anything."""
        executor = connection or self._log.pool
        query = sql.checkpoint if connection is None else sql.hold
        position = await executor.fetchval(query, brand, self._follower.name)
        if position is None:
            await executor.execute(sql.begin, brand, self._follower.name)
            position = 0
        return int(position)

    async def _advance(self, connection: Connection | None, brand: BrandId, old: int, new: int) -> None:
        executor = connection or self._log.pool
        done = await executor.execute(sql.advance, brand, self._follower.name, old, new)
        if done != "UPDATE 1":
            raise _Moved

    async def _one_by_one(self, brand: BrandId) -> None:
        """The batch holds an event that this follower cannot digest: find it, set it aside, go on."""
        for _ in range(self._batch):
            position = await self._checkpoint(None, brand)
            try:
                if not await self._batch_of(brand, 1):
                    return
            except (_Moved, *PASSING):
                raise
            except Exception as error:  # noqa: BLE001 — as above
                await self._set_aside(brand, position, type(error).__name__)

    async def _set_aside(self, brand: BrandId, position: int, reason: str) -> None:
        """The event after `position`, if nobody moved the checkpoint from there: positions have no gaps."""
        name = self._follower.name
        async with self._log.pool.acquire() as connection, connection.transaction():
            await self._advance(connection, brand, position, position + 1)
            await connection.execute(sql.set_aside, brand, name, position + 1, reason)
        logger.error("%s set position %s of brand %s aside: %s", name, position + 1, brand, reason)

    async def _stop(self) -> None:
        tasks = tuple(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        leased = tuple(self._leased_until)
        self._leased_until.clear()  # should we be started again, what was given back must be asked for
        with contextlib.suppress(*PASSING):
            for brand in leased:
                await self._log.pool.execute(sql.release, brand, self._follower.name, self._holder)
