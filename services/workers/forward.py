"""Webhooks out: follows the log for each subscription of a brand, and sends what it wants, in order, at least once.

A subscription's checkpoint moves in the transaction that writes what is wanted into `forwards`; a row leaves that
outbox when the subscriber has taken it (2xx). Of one item an event waits for the earlier ones; other items go on, some
at a time. Little is read ahead: while a subscriber fails or is paused the log itself is what waits.

Brands are shared among processes by lease. A lease only spares work: rows are claimed by compare-and-set, and no row is
handed out while an earlier one of its item waits, so two processes at once neither send twice nor out of order.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from inbox.clock import Clock
from inbox.ids import BrandId
from inbox.log.passing import PASSING
from inbox.log.store import Log
from inbox.sql import beside
from services import metrics
from services.outbound import Outbound
from services.workers.forward_attempt import Attempting
from services.workers.forwarding import REST_FROM
from services.workers.leases import Leases

sql = beside(__file__, "forward.sql")
logger = logging.getLogger(__name__)

NAME = "forward"
POLL_S = 1.0
GATHER_S = 0.05
MEASURE_S = 5.0
AT_ONCE = 8
"""Of one subscription; a receiver that is asked for more at once is asked too much of."""
READ_AHEAD = 500
"""Events of the log looked at in one go."""
STOP_WITHIN_S = 8.0

Lane = tuple[BrandId, str]
"""A subscription."""


class Forward:
    """`run` ends when its task is cancelled. `look` starts what there is to do; `settled` waits for it, for tests."""

    def __init__(self, log: Log, attempting: Attempting, http: Outbound, clock: Clock) -> None:
        self._log = log
        self._attempting = attempting
        self._http = http
        self._clock = clock
        self._leases = Leases(log.pool, NAME)
        self._lanes: dict[Lane, asyncio.Task[None]] = {}
        self._stopping = False
        self._measured = float("-inf")

    async def run(self) -> None:
        self._stopping = False
        subscription = self._log.pulse.subscribe("log")
        try:
            while True:
                try:
                    await self.look()
                    await self._measure_at_times()
                except PASSING as error:
                    logger.warning("webhooks out wait, the database does not answer: %s", type(error).__name__)
                await asyncio.sleep(GATHER_S)
                await subscription.wait(POLL_S)
        finally:
            subscription.close()
            await self._stop()

    async def look(self) -> None:
        for brand in {brand for brand, _ in self._lanes}:
            await self._leases.take(brand)  # a slow receiver outlasts a lease
        for row in await self._log.pool.fetch(sql.ready, self._clock.now()):
            lane = BrandId(row["brand_id"]), str(row["subscription_id"])
            if lane not in self._lanes and await self._leases.take(lane[0]):
                self._lanes[lane] = asyncio.create_task(self._serve(lane), name=f"forward-{lane[1]}")

    async def settled(self) -> None:
        while self._lanes:
            await asyncio.wait(tuple(self._lanes.values()))

    # --- one subscription ---

    async def _serve(self, lane: Lane) -> None:
        """Until there is nothing to do for it now."""
        flying: dict[int, asyncio.Task[None]] = {}
        try:
            while True:
                for position in await self._next(lane, tuple(flying)):
                    flying[position] = asyncio.create_task(self._attempting.attempt(*lane, position))
                if not flying:
                    return
                await asyncio.wait(flying.values(), timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED)
                for position in [position for position, task in flying.items() if task.done()]:
                    flying.pop(position).result()
        except PASSING as error:
            logger.warning("webhooks out wait, the database does not answer: %s", type(error).__name__)
        except Exception:  # a worker's edge: the next look tries again, and the other subscriptions go on
            logger.exception("subscription %s of brand %s stumbled", lane[1], lane[0])
        finally:
            if flying:
                await asyncio.wait(flying.values(), timeout=STOP_WITHIN_S)
            for task in flying.values():
                task.cancel()
            self._lanes.pop(lane, None)

    async def _next(self, lane: Lane, flying: Sequence[int]) -> list[int]:
        """What may be begun now. The log is read on only where there is room for more."""
        if self._stopping:
            return []
        room = AT_ONCE - len(flying)
        while room > 0:
            rows = await self._log.pool.fetch(sql.due, *lane, self._clock.now(), list(flying), room)
            if rows and rows[0]["failures"] >= REST_FROM:  # one at a time, to see whether anybody is there again
                return [] if flying else [rows[0]["position"]]
            if len(rows) == room or not await self._fill(lane):
                return [row["position"] for row in rows]
        return []

    async def _fill(self, lane: Lane) -> bool:
        """Reads a stretch of the log into the outbox. False: there was no more."""
        async with self._log.pool.acquire() as connection, connection.transaction():
            now = self._clock.now()
            stand = await connection.fetchrow(sql.stand, *lane, now)
            if stand is None:
                return False
            end = await connection.fetchval(sql.fill, *lane, stand["position"], stand["types"], now, READ_AHEAD)
            if end is None:
                return False
            await connection.execute(sql.advance, *lane, end)
        return True

    # --- whose brand it is, and how much waits ---

    async def _stop(self) -> None:
        """What is on its way is waited for: its answer spares the receiver a second one."""
        self._stopping = True
        if self._lanes:
            await asyncio.wait(tuple(self._lanes.values()), timeout=STOP_WITHIN_S)
        for task in tuple(self._lanes.values()):
            task.cancel()
        await self._http.close()
        await self._leases.leave()

    async def _measure_at_times(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._measured >= MEASURE_S:
            self._measured = now
            await self.measure()

    async def measure(self) -> None:
        (row,) = await self._log.pool.fetch(sql.measure)
        age_s = 0.0 if row["oldest"] is None else (self._clock.now() - row["oldest"]).total_seconds()
        metrics.FORWARDS_WAITING.set(row["waiting"])
        metrics.OLDEST_FORWARD_SECONDS.set(max(0.0, age_s))
        metrics.SUBSCRIPTIONS_PAUSED.set(row["paused"])
