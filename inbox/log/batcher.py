"""Natural batching: while one commit is on its way to disk, the next batch of the same brand gathers.

No timer: a linger of 2 ms halved the measured throughput. A commit costs a flush of the disk and a brand's appends are
serial, so what arrives meanwhile shares the next one. In a storm a second batch is sealed and sent while the first one
is on its way: it waits in the database, under the lock of the brand's head, rather than here.

What waits is bounded: when the disk cannot follow, the caller is told `Flooded` at once and answers 503, rather than
let memory grow. Room is shared (adr/0050): a brand may have as much waiting as there is room left, so that whoever
floods is refused while half of it is free; and a little always, so that a brand that says little is taken however many
flood.
"""

from __future__ import annotations

import asyncio
import logging
import time
import weakref
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from inbox import meters
from inbox.errors import NotFound
from inbox.ids import BrandId
from inbox.log.passing import PASSING
from inbox.log.record import NewDelivery, NewEvent
from inbox.log.store import AppendRefused, Flooded, Log, LogUnavailable, Positions

MOST_EVENTS = 512
MOST_WAITING = 10_000
"""Events, of all brands together."""
LEAST_OF_A_BRAND = 16
"""So many of each wait however full it is."""
SECOND_FROM = 192
"""Events that must wait before a brand gets a second batch under way: with fewer, two half batches take longer than one
whole, because each pays for a flush of its own."""
MOST_FLUSHERS = 2
"""Connections that one brand holds at most: the others' batches find theirs in the pool."""
COMMIT_TIMEOUT_S = 10.0

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Waiting:
    events: Sequence[NewEvent]
    deliveries: Sequence[NewDelivery]
    done: asyncio.Future[Positions]
    since: float

    @property
    def room(self) -> int:
        """What it takes up of `MOST_WAITING`: a delivery that says nothing is kept, too."""
        return len(self.events) or 1


@dataclass(slots=True)
class _Line:
    """What waits of one brand, and who brings it to disk, each with since when the oldest of its batch waits. `events`
    is how many wait, `room` what they take up."""

    waiting: deque[_Waiting] = field(default_factory=deque)
    events: int = 0
    room: int = 0
    flushers: dict[asyncio.Task[None], float] = field(default_factory=dict)

    @property
    def since(self) -> float:
        """Since when the oldest waits, in the queue or on its way to disk, by the monotonic clock."""
        queued = (one.since for one in islice(self.waiting, 1))
        return min([*self.flushers.values(), *queued], default=time.monotonic())

    def put(self, waiting: _Waiting) -> None:
        self.waiting.append(waiting)
        self.events += len(waiting.events)
        self.room += waiting.room

    def take(self) -> list[_Waiting]:
        """The next batch: whole submissions, in the order they came."""
        batch: list[_Waiting] = []
        size = 0
        while self.waiting and (not batch or size + len(self.waiting[0].events) <= MOST_EVENTS):
            batch.append(self.waiting.popleft())
            size += len(batch[-1].events)
        self.events -= size
        self.room -= sum([one.room for one in batch])
        return batch

    def take_all(self) -> list[_Waiting]:
        batch = list(self.waiting)
        self.waiting.clear()
        self.events = self.room = 0
        return batch


class Batcher:
    """`submit` returns once the commit that holds the given events and deliveries is on disk."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lines: dict[BrandId, _Line] = {}
        self._free = MOST_WAITING
        self._closed = False
        _BATCHERS.add(self)

    @property
    def waiting_events(self) -> int:
        return sum(line.events for line in self._lines.values())

    @property
    def oldest_s(self) -> float:
        """How long the append waits that waits longest for the log's word; 0 where none does."""
        return max((time.monotonic() - line.since for line in self._lines.values()), default=0.0)

    async def submit(
        self, brand: BrandId, events: Sequence[NewEvent], deliveries: Sequence[NewDelivery] = ()
    ) -> Positions:
        """The position of each event, None where the log had it. The batch goes to disk even if the caller goes away:
        what was taken in is never half forgotten."""
        if self._closed:
            raise LogUnavailable("the process ends")
        line = self._lines.get(brand) or _Line()
        if line.room >= max(self._free, LEAST_OF_A_BRAND):
            raise Flooded("too much of this brand is waiting for the disk")
        waiting = _Waiting(events, deliveries, asyncio.get_running_loop().create_future(), time.monotonic())
        self._lines[brand] = line
        line.put(waiting)
        self._free -= waiting.room
        if not line.flushers or (len(line.flushers) < MOST_FLUSHERS and line.events >= SECOND_FROM):
            task = asyncio.create_task(self._flush(brand, line), name=f"flush-{brand}")
            line.flushers[task] = waiting.since
        return await waiting.done

    async def _flush(self, brand: BrandId, line: _Line) -> None:
        me, batch = asyncio.current_task(), list[_Waiting]()
        assert me is not None
        try:
            while self._is_worth_a_flush(line) and (batch := self._take(line)):
                line.flushers[me] = batch[0].since
                await self._commit(brand, batch)
                # Whom this commit answered may speak again first: else they and the rest would take turns for ever,
                # each waiting for the other's flush.
                await asyncio.sleep(0)
        except BaseException:
            # Broken off by the end of the process: whoever waits must hear of it rather than wait for ever.
            self._fail([*batch, *self._taken(line.take_all())], LogUnavailable("the append was broken off"))
            raise
        finally:
            line.flushers.pop(me, None)
            if not line.flushers and not line.waiting:
                self._lines.pop(brand, None)

    @staticmethod
    def _is_worth_a_flush(line: _Line) -> bool:
        return len(line.flushers) == 1 or line.events >= SECOND_FROM

    def _take(self, line: _Line) -> list[_Waiting]:
        return self._taken(line.take())

    def _taken(self, batch: list[_Waiting]) -> list[_Waiting]:
        self._free += sum([one.room for one in batch])
        return batch

    async def _commit(self, brand: BrandId, batch: list[_Waiting]) -> None:
        """On an error the batch is retried in halves, so that one bad neighbour harms nobody; dedupe makes it safe."""
        events = [event for waiting in batch for event in waiting.events]
        try:
            with meters.APPEND_FLUSH_SECONDS.time():
                async with asyncio.timeout(COMMIT_TIMEOUT_S):
                    positions = await self._log.append(
                        brand, events, deliveries=[delivery for waiting in batch for delivery in waiting.deliveries]
                    )
        except Exception as error:  # noqa: BLE001 — whatever is wrong with one append, its neighbours and successors go on
            meters.APPEND_FLUSHES.labels("failed").inc()
            await self._failed(brand, batch, error)
        else:
            meters.APPEND_FLUSHES.labels("stored").inc()
            meters.APPEND_BATCH.observe(len(events))
            self._resolve(batch, positions)

    async def _failed(self, brand: BrandId, batch: list[_Waiting], error: Exception) -> None:
        if isinstance(error, PASSING):
            self._fail(batch, LogUnavailable(f"the database did not answer: {type(error).__name__}"))
        elif len(batch) > 1:
            middle = len(batch) // 2
            await self._commit(brand, batch[:middle])
            await self._commit(brand, batch[middle:])
        elif isinstance(error, NotFound):
            self._fail(batch, error)
        else:
            logger.error("an append was refused: %s", type(error).__name__)  # no more of it: there are words in it
            self._fail(batch, AppendRefused(f"the append was refused: {type(error).__name__}"))

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
        flushers = [task for line in self._lines.values() for task in line.flushers]
        if flushers:
            await asyncio.wait(flushers)


_BATCHERS: weakref.WeakSet[Batcher] = weakref.WeakSet()
meters.APPEND_WAITING.set_function(lambda: sum(batcher.waiting_events for batcher in tuple(_BATCHERS)))
meters.APPEND_OLDEST_SECONDS.set_function(lambda: max((batcher.oldest_s for batcher in tuple(_BATCHERS)), default=0.0))
