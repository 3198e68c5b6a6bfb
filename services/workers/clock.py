"""The clock: says that a target is nearly gone, was missed, that a claim lapsed or a promise was broken. Once each.

It wakes each second, and earlier when an alarm falls due earlier. The views say which items to look at; what is true
of them is decided on their stream in the log, and appended only if nothing came in between. So a view that lags, a
restart, or a second process can delay a breach or find it said already, never say it twice or wrongly.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from datetime import datetime

from inbox import item as core
from inbox.clock import Clock
from inbox.commands import CheckClocks
from inbox.events import Event, ProposalEscalated, ProposalExpired, SlaBreached, SlaWarned
from inbox.ids import BrandId, DedupeKey, ItemId, dedupe_key
from inbox.log.passing import PASSING
from inbox.log.record import NewEvent, item_stream
from inbox.log.store import Log, PositionConflict
from inbox.push import untold
from inbox.sql import beside
from inbox.state import Item
from inbox.views import queue
from inbox.views.cursor import FIRST
from inbox.views.policies import Timeline
from services import metrics
from services.workers.leases import Leases

sql = beside(__file__, "clock.sql")
logger = logging.getLogger(__name__)

NAME = "clock"
WAKE_S = 1.0
LEAST_SLEEP_S = 0.02
MEASURE_S = 5.0
AT_ONCE = 200


class ClockWorker:
    """`run` ends when its task is cancelled. `tick` does one round, for tests on a simulated clock."""

    def __init__(self, log: Log, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._leases = Leases(log.pool, NAME)
        self._measured = 0.0
        self.last_look: float | None = None

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                pause = WAKE_S
                try:
                    pause = self._until(await self.tick())
                    self.last_look = loop.time()
                    if loop.time() - self._measured >= MEASURE_S:
                        self._measured = loop.time()
                        await self.measure()
                except PASSING as error:
                    logger.warning("the clock pauses: %s", type(error).__name__)
                except Exception:  # a worker's edge: the clock must not stop for one bad round
                    logger.exception("the clock stumbled")
                await asyncio.sleep(pause)
        finally:
            await self._leases.leave()

    async def tick(self) -> datetime | None:
        """Says all that is due, of every brand this process holds; when the next alarm is, None when there is none."""
        now, upcoming = self._clock.now(), None
        for row in await self._log.pool.fetch(sql.brands):
            if row["next_alarm_at"] > now:
                upcoming = row["next_alarm_at"]
                break
            if await self._leases.take(row["brand_id"]):
                await self.check(row["brand_id"])
        return upcoming

    async def check(self, brand: BrandId) -> int:
        """How many events it took to say all that is due of this brand by now."""
        now, said, policies = self._clock.now(), 0, _Policies(self._log, brand)
        place: tuple[datetime, uuid.UUID] = FIRST[2:]
        while due := await self._log.pool.fetch(sql.due, brand, now, *place, AT_ONCE):
            for row in due:
                try:
                    said += await self._say(brand, ItemId(uuid.UUID(int=row["item_id"].int)), policies, now)
                except PASSING:
                    raise
                except Exception:  # a worker's edge: an item that nobody can fold must not silence all the others
                    logger.exception("the clock cannot read item %s of brand %s", row["item_id"], brand)
            place = due[-1]["next_alarm_at"], due[-1]["item_id"]
        return said

    async def _say(self, brand: BrandId, item_id: ItemId, known: _Policies, now: datetime) -> int:
        stream = item_stream(item_id)
        recorded = await self._log.read_stream(brand, stream)
        policies = await known.upto(recorded[-1].position)
        item = core.fold(item_id, ((r.position, r.event, policies.at(r.position)) for r in recorded))
        events = core.decide(item, CheckClocks(), now, policies.now, command_id="")
        new = [NewEvent(event, stream, _key(brand, item, event, recorded[-1].position)) for event in events]
        if not new:
            return 0
        try:
            placed = await self._log.append(brand, new, expect=(stream, recorded[-1].position))
        except PositionConflict:
            return 0  # something happened to it meanwhile: the next round decides on that
        return sum(position is not None for position in placed)

    async def measure(self) -> None:
        """Gauges over all brands: who waits, who nearly waits too long, who already has; of which urgent ones nobody
        knows."""
        now, waiting, at_risk, overdue = self._clock.now(), dict.fromkeys((1, 2, 3, 4), 0), 0, 0
        unknown = 0
        async with self._log.pool.acquire() as connection:
            for row in await connection.fetch(sql.all_brands):
                figures = await queue.open_figures(connection, row["brand_id"], now)
                waiting = {priority: count + figures.waiting[priority] for priority, count in waiting.items()}
                at_risk += sum(figures.at_risk.values())
                overdue += sum(figures.overdue.values())
                unknown += await untold.urgent(connection, row["brand_id"], now)
        for priority, count in waiting.items():
            metrics.OPEN_ITEMS.labels(str(priority)).set(count)
        metrics.AT_RISK_ITEMS.set(at_risk)
        metrics.BREACHED_ITEMS.set(overdue)
        metrics.URGENT_UNTOLD.set(unknown)

    def _until(self, upcoming: datetime | None) -> float:
        if upcoming is None:
            return WAKE_S
        return min(WAKE_S, max(LEAST_SLEEP_S, (upcoming - self._clock.now()).total_seconds()))


class _Policies:
    """A brand's policies, read once a round, and again for an item that moved after that: never one out of date."""

    def __init__(self, log: Log, brand: BrandId) -> None:
        self._log = log
        self._brand = brand
        self._read_at = 0
        self._timeline = Timeline()

    async def upto(self, position: int) -> Timeline:
        if position > self._read_at:
            self._read_at = await self._log.head(self._brand)
            self._timeline = Timeline.of(await self._log.policies(self._brand))
        return self._timeline


def _key(brand: BrandId, item: Item, event: Event, decided_at: int) -> DedupeKey:
    """One of a kind a turn and clock. A claim or a promise is known by the position it was found silent or broken at:
    where clocks jump back two of them can bear the same time, and the second would never be said."""
    if isinstance(event, ProposalEscalated | ProposalExpired):
        step = event.step if isinstance(event, ProposalEscalated) else -1
        return dedupe_key("approval", str(brand), str(item.item_id), str(event.proposal_id), str(step))
    about = ["sla", str(brand), str(item.item_id), str(item.turns[-1].no)]
    if isinstance(event, SlaWarned | SlaBreached):
        return dedupe_key(*about, event.clock, "warned" if isinstance(event, SlaWarned) else "breached")
    return dedupe_key(*about, event.TYPE, str(decided_at))
