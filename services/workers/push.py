"""Tells people on their own devices that something waits: gathered, throttled, and each item at most once.

Two parts. The follower `push` notes that a brand has news. The loop looks at a brand once its news has been gathered
for a moment: who wants to be told, of what, and may be told at this hour (`inbox.push.bundling`); what they are told of
is written down, committed, and only then sent (`push_sending`). A process that ends in between says nothing twice: one
message is lost, the next one is true again, since it counts what waits by then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from inbox import events as ev
from inbox.clock import Clock
from inbox.ids import BrandId
from inbox.log.passing import PASSING
from inbox.log.record import Recorded
from inbox.log.store import Connection, Log
from inbox.people import brands
from inbox.people.brands import Brand
from inbox.push import bundling, devices, untold
from inbox.push.bundling import Untold
from inbox.push.devices import Person
from inbox.web import push_words
from inbox.web.i18n import Speech
from services import metrics
from services.workers.leases import Leases
from services.workers.push_sending import Sending

logger = logging.getLogger(__name__)
NAME = "push"
POLL_S = 1.0


class Arrivals:
    """The follower: that a brand has news is noted in the transaction of the checkpoint."""

    name: ClassVar[str] = NAME
    transactional: ClassVar[bool] = True
    wants: ClassVar[frozenset[str] | None] = frozenset(
        kind.TYPE
        for kind in (
            ev.MessageReceived, ev.MessageClassified, ev.CategoriesCorrected, ev.PriorityOverridden, ev.SlaBreached,
            ev.ItemAssigned, ev.ItemReopened,
        )
    )  # fmt: skip

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
        assert connection is not None
        await connection.execute(untold.sql.came, brand, self._clock.now() + bundling.GATHER)

    def committed(self, brand: BrandId, events: Sequence[Recorded]) -> None:
        """Nobody is woken: the loop looks each second."""


class Push:
    """`run` ends when its task is cancelled. `tick` does one round, for tests on a simulated clock."""

    def __init__(self, log: Log, sending: Sending, clock: Clock) -> None:
        self._log = log
        self._sending = sending
        self._clock = clock
        self._leases = Leases(log.pool, NAME)

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self.tick()
                except PASSING as error:
                    logger.warning("nobody is told on their device for now: %s", type(error).__name__)
                except Exception:  # a worker's edge: one bad round must not silence all the others
                    logger.exception("telling people on their devices stumbled")
                await asyncio.sleep(POLL_S)
        finally:
            await self._sending.close()
            await self._leases.leave()

    async def tick(self) -> None:
        await self._try_out()
        now = self._clock.now()
        due = await self._log.pool.fetch(untold.sql.due)
        oldest = min((row["due_at"] for row in due), default=now)
        metrics.PUSH_OLDEST_SECONDS.set(max(0.0, (now - oldest).total_seconds()))
        for row in due:
            if row["due_at"] <= now and await self._leases.take(row["brand_id"]):
                await self.look(BrandId(row["brand_id"]))

    async def look(self, brand_id: BrandId) -> None:
        """Tells whoever may be told now; for the others the brand is looked at again when they may."""
        now = self._clock.now()
        if not await self._log.pool.fetchval(untold.sql.begin, brand_id, now):
            return
        people = await devices.people(self._log.pool, brand_id)
        brand = await brands.get(self._log, brand_id) if people else None
        for person in people if brand else ():
            assert brand is not None
            if again := await self._tell(brand, person, now):
                await self._log.pool.execute(untold.sql.came, brand_id, again)

    async def _tell(self, brand: Brand, person: Person, now: datetime) -> datetime | None:
        """When to look again for this person; None where nothing is held back."""
        local = Speech(person.locale, brand.zone, person.zone).here(now)
        may = bundling.told_now(person.wishes, local)
        ends = bundling.quiet_ends(person.wishes, local)
        if not may:
            return ends
        async with self._log.pool.acquire() as connection, connection.transaction():
            taken = await untold.take(connection, brand.id, person.member, may, now)
        if isinstance(taken, datetime):
            return taken
        if taken:
            await self._say(brand, person, taken)
        return ends

    async def _say(self, brand: Brand, person: Person, taken: list[Untold]) -> None:
        shows = person.wishes.shows
        say = Speech(person.locale, brand.zone, person.zone)
        told = push_words.message(bundling.bundle(taken), brand, person.member, shows, say, acts=person.acts)
        urgent = any(item.priority <= bundling.URGENT for item in taken)
        for address in await devices.addresses(self._log.pool, self._log.keyring, person.member):
            await self._sending.send(address, told, urgent=urgent)

    async def _try_out(self) -> None:
        for row in await self._log.pool.fetch(devices.sql.to_try):
            locale = await self._log.pool.fetchval(devices.sql.locale, row["member_id"])
            told = push_words.trial(row["member_id"], Speech(locale or "fr"))
            await self._sending.send(devices.opened(self._log.keyring, row), told, urgent=True)
