"""Natural batching: while one commit is on its way to disk, the next batch of the same brand gathers.

No timer: a linger of 2 ms halved the measured throughput. A commit costs a flush of the disk and a brand's appends are
serial, so what arrives meanwhile shares the next one. Every queue is bounded: when the disk cannot follow, the caller
is told `LogUnavailable` at once and answers 503, rather than let memory grow.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from inbox.errors import NotFound
from inbox.ids import BrandId
from inbox.log.passing import PASSING
from inbox.log.record import NewDelivery, NewEvent
from inbox.log.store import Log, LogUnavailable, Positions

MOST_EVENTS = 512
MOST_WAITING = 10_000
COMMIT_TIMEOUT_S = 10.0

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Waiting:
    events: Sequence[NewEvent]
    deliveries: Sequence[NewDelivery]
    done: asyncio.Future[Positions]


class Batcher:
    """`submit` returns once the commit that holds the given events and deliveries is on disk."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._waiting: dict[BrandId, deque[_Waiting]] = {}
        self._flushers: dict[BrandId, asyncio.Task[None]] = {}
        self._count = 0
        self._closed = False

    async def submit(
        self, brand: BrandId, events: Sequence[NewEvent], deliveries: Sequence[NewDelivery] = ()
    ) -> Positions:
        if self._closed or self._count >= MOST_WAITING:
            raise LogUnavailable("too much is waiting for the disk")
        waiting = _Waiting(events, deliveries, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(brand, deque()).append(waiting)
        self._count += 1
        if brand not in self._flushers:
            self._flushers[brand] = asyncio.create_task(self._flush(brand), name=f"flush-{brand}")
        # The batch goes to disk even if this caller goes away: what was taken in is never half forgotten.
        return await asyncio.shield(waiting.done)

    async def _flush(self, brand: BrandId) -> None:
        batch: list[_Waiting] = []
        try:
            while batch := self._take(brand):
                await self._commit(brand, batch)
        finally:
            del self._flushers[brand]
            left = self._waiting.pop(brand)
            self._count -= len(left)
            # Broken off by the end of the process: whoever waits must hear of it rather than wait for ever.
            self._fail([*batch, *left], LogUnavailable("the append was broken off"))

    def _take(self, brand: BrandId) -> list[_Waiting]:
        queue, size = self._waiting[brand], 0
        batch: list[_Waiting] = []
        while queue and (not batch or size + len(queue[0].events) <= MOST_EVENTS):
            waiting = queue.popleft()
            batch.append(waiting)
            size += len(waiting.events)
        self._count -= len(batch)
        return batch

    async def _commit(self, brand: BrandId, batch: list[_Waiting]) -> None:
        """On an error the batch is retried in halves, so that one bad neighbour harms nobody; dedupe makes it safe."""
        try:
            async with asyncio.timeout(COMMIT_TIMEOUT_S):
                positions = await self._log.append(
                    brand,
                    [event for waiting in batch for event in waiting.events],
                    deliveries=[delivery for waiting in batch for delivery in waiting.deliveries],
                )
        except PASSING as error:
            self._fail(batch, LogUnavailable(f"the database did not answer: {type(error).__name__}"))
        except Exception as error:  # noqa: BLE001 — whatever is wrong with one append, its neighbours and successors go on
            if len(batch) > 1:
                middle = len(batch) // 2
                await self._commit(brand, batch[:middle])
                await self._commit(brand, batch[middle:])
            elif isinstance(error, NotFound):
                self._fail(batch, error)
            else:
                logger.error("an append was refused: %s", type(error).__name__)  # noqa: TRY400 — words in it
                self._fail(batch, LogUnavailable(f"the append was refused: {type(error).__name__}"))
        else:
            self._resolve(batch, positions)

    @staticmethod
    def _resolve(batch: list[_Waiting], positions: Positions) -> None:
        start = 0
        for waiting in batch:
            end = start + len(waiting.events)
            if not waiting.done.done():
                waiting.done.set_result(positions[start:end])
            start = end

    @staticmethod
    def _fail(batch: Iterable[_Waiting], error: Exception) -> None:
        for waiting in batch:
            if not waiting.done.done():
                waiting.done.set_exception(error)

    async def close(self) -> None:
        """Takes nothing more, and returns when all that was taken is on disk or refused."""
        self._closed = True
        if self._flushers:
            await asyncio.wait(tuple(self._flushers.values()))
