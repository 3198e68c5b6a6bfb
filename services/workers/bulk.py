"""Carries out what somebody ordered for many items: one after the other, each by the command that its own page would
give, at the position that was seen, under a key of the job's.

A job goes on wherever it stopped, in whatever process: what became of an item is written down after it, and an item
whose command was carried out but not written down yet answers as the first time. It rests as long as each batch took,
so that the team's own hands go before it; and it gives a channel no more replies than a few ahead of the deliverer, so
that a live answer never waits behind thousands, and a stop holds back nearly all of what is left.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from inbox.author_card import NOTHING_TOLD
from inbox.bulk import foretelling, jobs, reaching
from inbox.bulk.forecast import Setting, check_untouched, check_writable
from inbox.bulk.jobs import Job, sql
from inbox.bulk.orders import command_for, key, text_for
from inbox.channels import Channels, Network
from inbox.clock import Clock
from inbox.desk import WORKING_ROLES, Commands, was_carried_out
from inbox.errors import NotFound, Refused, Unavailable
from inbox.ids import BrandId, ItemId, reply_id
from inbox.log.passing import PASSING
from inbox.log.store import Log
from inbox.people import brands, members
from inbox.replies import find
from inbox.state import Reply
from inbox.views.stored import load_item
from services import metrics
from services.workers.leases import Leases

logger = logging.getLogger(__name__)

NAME = "bulk"
LOOK_S = 0.5
BATCH = 20
MOST_AHEAD = 5
"""Replies of a channel that are on their way before more of them wait here."""
RECEIPTS_AT_ONCE = 200
RECEIPTS_FOR = timedelta(days=7)
ENDS: Mapping[str, str] = {"sent": "sent", "failed": "failed", "uncertain": "uncertain", "not_sent": "not_sent"}


@dataclass(frozen=True, slots=True)
class _Next:
    """An item whose turn it is. `text`: what its author is to read, worked out when it is done."""

    item_id: ItemId
    seen: int
    before: int | None
    subject: uuid.UUID | None
    row: asyncpg.Record


class Bulk:
    """`run` ends when its task is cancelled. `step` does one batch of one job, for tests."""

    def __init__(
        self, log: Log, channels: Channels, networks: Mapping[str, Network], clock: Clock, *, rest: bool = True
    ) -> None:
        self._log = log
        self._channels = channels
        self._networks = networks
        self._clock = clock
        self._rest = rest
        self._leases = Leases(log.pool, NAME)

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self.look()
                except PASSING as error:
                    logger.warning("bulk jobs wait: %s", type(error).__name__)
                except Exception:  # a worker's edge: one bad round must not end the later ones
                    logger.exception("bulk jobs wait")
                await asyncio.sleep(LOOK_S)
        finally:
            await self._leases.leave()

    async def look(self) -> None:
        """A batch of each job in turn, until none goes on here; then what became of replies."""
        running = await self._log.pool.fetch(sql.running)
        self._tell([row["begun_at"] for row in running])
        active = [(BrandId(row["brand_id"]), row["job_id"]) for row in running]
        for brand in {brand for brand, _ in active}:
            if not await self._leases.take(brand):
                active = [one for one in active if one[0] != brand]
        while active:
            active = [one for one in active if await self._leases.take(one[0]) and await self.step(*one)]
        for row in await self._log.pool.fetch(sql.open_receipts, self._clock.now() - RECEIPTS_FOR):
            if await self._leases.take(BrandId(row["brand_id"])):
                await self.receipts(BrandId(row["brand_id"]))

    def _tell(self, begun: list[datetime]) -> None:
        """Of all brands, whichever process works on them."""
        now = self._clock.now()
        metrics.BULK_RUNNING.set(len(begun))
        metrics.BULK_OLDEST_SECONDS.set(max((max(0.0, (now - at).total_seconds()) for at in begun), default=0.0))

    async def step(self, brand: BrandId, job_id: uuid.UUID) -> bool:
        """One batch. False when the job has ended, or cannot go on now."""
        started = asyncio.get_running_loop().time()
        job = await jobs.one(self._log.pool, brand, job_id)
        if job.state != "running":
            if job.state == "stopped":  # an item may have been under way when it was
                await jobs.hold_back(self._log, brand, job_id, by=job.made_by, now=self._clock.now())
            return False
        if await members.role_in(self._log, brand, job.made_by) not in WORKING_ROLES:
            await jobs.stop(self._log, brand, job_id, by=job.made_by, now=self._clock.now(), why="right_lost")
            return False
        went_on = await self._batch(brand, job)
        if self._rest:
            await asyncio.sleep(asyncio.get_running_loop().time() - started)
        return went_on

    async def _batch(self, brand: BrandId, job: Job) -> bool:
        pool = self._log.pool
        full = await self._full(brand, job)
        most = MOST_AHEAD if job.orders.writes else BATCH
        rows = await pool.fetch(sql.next, brand, job.job_id, full, most)
        if not rows:
            await pool.fetchval(sql.finish, brand, job.job_id, self._clock.now())
            return False
        setting = await self._setting(brand, job)
        for row in rows:
            if not await pool.fetchval(sql.is_running, brand, job.job_id):
                return True
            one = _Next(ItemId(jobs.plain(row["item_id"])), row["seen"], row["before"], row["subject_id"], row)
            try:
                state, code = await self._carried_out(brand, job, setting, one)
            except Unavailable:
                return False  # it keeps its place
            if await pool.execute(sql.mark, brand, job.job_id, one.item_id, state, code) == "UPDATE 1":
                metrics.BULK_ITEMS.labels(state).inc()
        return True

    async def _full(self, brand: BrandId, job: Job) -> list[str]:
        if not job.orders.writes:
            return []
        rows = await self._log.pool.fetch(sql.full, brand, MOST_AHEAD, self._clock.now())
        return [row["channel_id"] for row in rows]

    async def _setting(self, brand: BrandId, job: Job) -> Setting:
        named = await brands.get(self._log, brand)
        names = {str(channel.channel_id): channel.name for channel in await self._channels.list(brand)}
        known = foretelling.known_of(named.name, names)
        async with self._log.pool.acquire() as connection:
            return await foretelling.setting(
                self._log, connection, brand, job, networks=self._networks, known=known, now=self._clock.now()
            )

    async def _carried_out(self, brand: BrandId, job: Job, setting: Setting, one: _Next) -> tuple[str, str | None]:
        """What became of it, and why not. Raises Unavailable."""
        if not job.orders.writes:
            return await self._done(brand, job, setting, one)
        if one.subject is None:
            return "refused", "forgotten"
        person = setting.persons.of(one.subject)
        async with self._log.pool.acquire() as connection:
            why = await reaching.claim(connection, brand, job, person, one.item_id, self._clock.now())
        if why is not None:
            return "refused", why
        state, code = await self._done(brand, job, setting, one)
        if state == "refused":
            async with self._log.pool.acquire() as connection:
                await reaching.give_back(connection, brand, job, person, one.item_id)
        return state, code

    async def _done(self, brand: BrandId, job: Job, setting: Setting, one: _Next) -> tuple[str, str | None]:
        item, orders = load_item(one.row["item"]), job.orders
        if await was_carried_out(self._log, brand, one.item_id, key(job.job_id)):
            return "done", None
        try:
            async with self._log.pool.acquire() as connection:
                told = await foretelling.told(self._log, connection, brand, setting, [one.subject])
            person = told.get(one.subject, NOTHING_TOLD) if one.subject else NOTHING_TOLD
            if orders.writes:
                check_writable(item, self._networks.get(item.network), orders, person, follows_at=setting.follows_at)
            check_untouched(item, orders)
            command = command_for(orders, text_for(orders, item, setting.known(item, person)), one.before, job.made_by)
            came = await Commands(self._log, self._clock, self._networks).run(
                brand, one.item_id, command, expected_position=one.seen, idempotency_key=key(job.job_id)
            )
        except NotFound:
            return "refused", "not_found"
        except Refused as refused:
            return "refused", refused.code
        return ("done" if came.events else "nothing"), None

    async def receipts(self, brand: BrandId) -> None:
        """What became of replies, as far as the views know it."""
        pool = self._log.pool
        rows = await pool.fetch(sql.unreceipted, brand, self._clock.now() - RECEIPTS_FOR, RECEIPTS_AT_ONCE)
        told = []
        for row in rows:
            ident = reply_id(ItemId(jobs.plain(row["item_id"])), key(jobs.plain(row["job_id"])))
            reply = find(load_item(row["item"]), ident)
            if reply is not None and (end := ENDS.get(reply.state)):
                told.append((row["job_id"], row["item_id"], end, _reason(reply)))
        if told:
            await pool.execute(sql.receipts, brand, *map(list, zip(*told, strict=True)))


def _reason(reply: Reply) -> str | None:
    return reply.reason if reply.state in {"failed", "uncertain"} else None
