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

import asyncpg

from inbox.ids import BrandId
from inbox.log.record import Recorded
from inbox.log.store import Connection, Log
from inbox.sql import beside

sql = beside(__file__, "follow.sql")
logger = logging.getLogger(__name__)

LEASE_S = 5.0
POLL_S = 1.0
BATCH = 500
GATHER_S = 0.02
"""In a storm a follower rests so long between two rounds: what arrives meanwhile shares one transaction. The first
event after a calm waits for nothing."""
ATTEMPTS = 5
PASSING = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
)


class Follower(Protocol):
    name: ClassVar[str]
    transactional: ClassVar[bool]

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
        finally:
            del self._busy[brand]

    async def _lease(self, brand: BrandId) -> bool:
        now = asyncio.get_running_loop().time()
        if self._leased_until.get(brand, 0.0) > now:
            return True
        mine = await self._log.pool.fetchval(sql.lease, brand, self._follower.name, self._holder, LEASE_S)
        if mine is None:
            self._leased_until.pop(brand, None)
            return False
        self._leased_until[brand] = now + LEASE_S / 2
        return True

    async def _step(self, brand: BrandId) -> bool:
        """Handles one batch. True when there may be more."""
        attempt = 0
        while True:
            try:
                return await self._batch_of(brand, self._batch)
            except _Moved:
                return True
            except PASSING:
                raise
            except Exception:
                attempt += 1
                logger.exception("%s failed on brand %s, attempt %s", self._follower.name, brand, attempt)
                if attempt >= ATTEMPTS:
                    await self._one_by_one(brand)
                    return True
                await asyncio.sleep(0.05 * 2**attempt)

    async def _batch_of(self, brand: BrandId, size: int) -> bool:
        name = self._follower.name
        async with self._transaction() as connection:
            position = await self._checkpoint(connection, brand)
            events = await self._log.read(brand, position, size, connection=connection)
            if not events:
                return False
            await self._follower.handle(connection if self._follower.transactional else None, brand, events)
            await self._advance(connection, brand, position, events[-1].position)
        logger.debug("%s is at %s of brand %s", name, events[-1].position, brand)
        self._follower.committed(brand, events)
        self.lag[brand] = 0 if len(events) < size else self.lag.get(brand, 0)
        return len(events) == size

    @contextlib.asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection | None]:
        if not self._follower.transactional:
            yield None
            return
        async with self._log.pool.acquire() as connection, connection.transaction():
            yield connection

    async def _checkpoint(self, connection: Connection | None, brand: BrandId) -> int:
        executor = connection or self._log.pool
        position = await executor.fetchval(sql.checkpoint, brand, self._follower.name)
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
        position = await self._checkpoint(None, brand)
        for recorded in await self._log.read(brand, position, self._batch):
            try:
                await self._batch_of(brand, 1)
            except PASSING:
                raise
            except _Moved:
                return
            except Exception as error:  # noqa: BLE001 — as above
                reason = f"{type(error).__name__}"
                name = self._follower.name
                logger.error("%s sets position %s of brand %s aside", name, recorded.position, brand)  # noqa: TRY400
                await self._log.pool.execute(sql.set_aside, brand, self._follower.name, recorded.position, reason)
                await self._advance(None, brand, await self._checkpoint(None, brand), recorded.position)

    async def _stop(self) -> None:
        tasks = tuple(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(*PASSING):
            for brand in self._leased_until:
                await self._log.pool.execute(sql.release, brand, self._follower.name, self._holder)
