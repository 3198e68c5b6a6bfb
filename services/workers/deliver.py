"""Replies leave at most once: a public double answer in a crisis is worse than a late one.

An attempt goes: claim the outbox row and append `ReplySending`, in one transaction that is on disk before the network
is called; call it (`deliver_attempt`); append what came of it and end the row, in one transaction. Whoever finds an
attempt that was not ended in time (a crash, a lost machine) appends `ReplyUncertain`; nothing that may have been posted
is sent again. What the network says it did not post is tried again. Gestures (hide, like) go the same way.

The row is won by compare-and-set, so any number of processes may run this, and none needs a lease.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from inbox.channels import Channels
from inbox.clock import Clock
from inbox.events import ItemEvent
from inbox.ids import ItemId, Position, ReplyId, dedupe_key
from inbox.log.record import NewEvent, item_stream
from inbox.log.store import Connection, Log
from services import metrics
from services.channels.contract import Channel, Outcome, Refused, Sent, Uncertain, Way
from services.workers import correspondence, errands
from services.workers.deliver_attempt import PASSING, Attempts, Claimed, Due, Ended, again_at
from services.workers.outbox import Outbox, sql

logger = logging.getLogger(__name__)

HELD_S = 40.0
"""How long a claim holds: longer than the slowest call, and writing down what came of it, can take."""

BEGIN_WITHIN_S = 10.0
"""A process that was stopped for longer between claim and call does not call any more."""

WRITE_WITHIN_S = 15.0
POLL_S = 1.0
STOP_WITHIN_S = 8.0
AT_ONCE = 8
COUNT_S = 10.0
"""Between two counts of what waits, for the metrics."""


class Deliver:
    """A worker. `outbox` is its follower, to be run beside it."""

    def __init__(
        self, log: Log, channels: Channels, networks: Mapping[str, Channel], way: Way, clock: Clock, base_url: str = ""
    ) -> None:  # fmt: skip
        """`base_url`: our own address, where networks fetch files that they take no other way."""
        self._log = log
        self._attempts = Attempts(log, channels, networks, way, clock, base_url)
        self._clock = clock
        self.outbox = Outbox()
        self._sending: dict[ReplyId, asyncio.Task[None]] = {}
        self._count_at = 0.0

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self.look()
                except PASSING as error:
                    logger.warning("replies wait, the database does not answer: %s", type(error).__name__)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_S):
                        await self.outbox.filled.wait()
                self.outbox.filled.clear()
        finally:
            # What has been handed to a network is waited for: its answer is worth more than a quick stop.
            if self._sending:
                await asyncio.wait(tuple(self._sending.values()), timeout=STOP_WITHIN_S)
            await self._attempts.close()

    async def look(self) -> None:
        """Starts what is due, as far as there is room, and says of what was lost that nobody knows."""
        now = self._clock.now()
        for row in await self._log.pool.fetch(sql.lost, now, AT_ONCE):
            due = _due(row)
            if due.reply_id not in self._sending:
                await self._abandon(due, row["attempts"])
        room = AT_ONCE - len(self._sending)
        rows = await self._log.pool.fetch(sql.due, now, room) if room > 0 else ()
        for row in rows:
            due = _due(row)
            if due.reply_id not in self._sending:
                self._start(due)
        await self._count(now)

    async def _count(self, now: datetime) -> None:
        loop_s = asyncio.get_running_loop().time()
        if loop_s < self._count_at:
            return
        self._count_at = loop_s + COUNT_S
        rows = await self._log.pool.fetch(sql.waiting, now)
        metrics.REPLIES_WAITING.clear()
        for row in rows:
            metrics.REPLIES_WAITING.labels(row["network"]).set(row["replies"])

    def _start(self, due: Due) -> None:
        task = asyncio.create_task(self._send(due), name=f"reply-{due.reply_id}")
        self._sending[due.reply_id] = task
        task.add_done_callback(lambda _: self._done(due.reply_id))

    def _done(self, reply_id: ReplyId) -> None:
        del self._sending[reply_id]
        self.outbox.filled.set()  # there is room again

    async def settled(self) -> None:
        """Returns when nothing is being sent: for a clean stop, and for tests."""
        while self._sending:
            await asyncio.wait(tuple(self._sending.values()))

    # --- one attempt ---

    async def _send(self, due: Due) -> None:
        try:
            claimed = await self._claim(due)
        except PASSING as error:
            logger.warning("a reply waits, the database does not answer: %s", type(error).__name__)
            return
        except Exception:  # a worker's edge: one row that we cannot handle must not stop the others
            logger.exception("reply %s cannot be begun; it waits a minute", due.reply_id)
            await self._postpone(due)
            return
        if claimed is None:
            return
        ended = await self._attempts.make(claimed)
        metrics.REPLIES.labels(ended.network, type(ended.outcome).__name__.lower()).inc()
        await self._write_down(claimed, ended)

    async def _postpone(self, due: Due) -> None:
        with contextlib.suppress(*PASSING):
            later = self._clock.now() + timedelta(minutes=1)
            await self._log.pool.execute(sql.postpone, due.brand, due.reply_id, later)

    async def _claim(self, due: Due) -> Claimed | None:
        """The row is ours and the log says so, on disk; or None: somebody else's, or nothing to be sent any more."""
        now, loop = self._clock.now(), asyncio.get_running_loop()
        until = loop.time() + BEGIN_WITHIN_S
        async with self._log.pool.acquire() as connection, connection.transaction():
            ticket = await connection.fetchval(sql.claim, due.brand, due.reply_id, now, now + timedelta(seconds=HELD_S))
            if ticket is None:
                return None
            stream = await self._log.read_stream(due.brand, item_stream(due.item_id), connection=connection)
            events = tuple(recorded.event for recorded in stream)
            standing = correspondence.standing(events, due.reply_id)
            if standing.attempt is None:
                await self._close(connection, due, ticket, interrupted=standing.interrupted)
                return None
            sending = due.errand.sending(standing.attempt, now)
            if await self._append(connection, due, sending, "sending", str(standing.attempt)) is None:
                await self._close(connection, due, ticket, interrupted=True)
                return None
        self._log.pulse.beat("log", due.brand)
        return Claimed(due, ticket, standing.attempt, standing, events, until)

    async def _close(self, connection: Connection, due: Due, ticket: int, *, interrupted: bool) -> None:
        if interrupted:
            await self._append(connection, due, self._interrupted(due), "uncertain")
        await connection.execute(sql.finish, due.brand, due.reply_id, ticket, "done", self._clock.now())

    # --- what came of it ---

    async def _write_down(self, claimed: Claimed, ended: Ended) -> None:
        """Tried until it is on disk, or the claim runs out: then the reply is uncertain, which it is."""
        loop = asyncio.get_running_loop()
        end = loop.time() + WRITE_WITHIN_S
        while loop.time() < end:
            try:
                await self._finish(claimed, ended)
            except PASSING as error:
                logger.warning("what came of a reply is not on disk yet: %s", type(error).__name__)
                await asyncio.sleep(0.5)
            else:
                self._log.pulse.beat("log", claimed.due.brand)
                return
        logger.error("what came of reply %s could not be written down", claimed.due.reply_id)

    async def _finish(self, claimed: Claimed, ended: Ended) -> None:
        due, now, outcome = claimed.due, self._clock.now(), ended.outcome
        retry_at = again_at(outcome, claimed, ended.held_until, now) if isinstance(outcome, Refused) else None
        state = "queued" if retry_at is not None else "done"
        async with self._log.pool.acquire() as connection, connection.transaction():
            if ended.held_until is not None:
                await connection.execute(sql.hold, due.brand, claimed.channel_id, ended.held_until)
            done = await connection.execute(sql.finish, due.brand, due.reply_id, claimed.ticket, state, retry_at or now)
            if done == "UPDATE 1":
                event = due.errand.told(outcome, retry_at, now)
                await self._append(connection, due, event, _verb(outcome), str(claimed.number))
            elif not isinstance(outcome, Uncertain):
                await self._append(connection, due, due.errand.known_after_all(outcome, now), "settled")

    def _interrupted(self, due: Due) -> ItemEvent:
        return due.errand.told(Uncertain("interrupted"), None, self._clock.now())

    async def _abandon(self, due: Due, ticket: int) -> None:
        async with self._log.pool.acquire() as connection, connection.transaction():
            now = self._clock.now()
            done = await connection.execute(sql.finish, due.brand, due.reply_id, ticket, "done", now)
            if done == "UPDATE 1":
                await self._append(connection, due, self._interrupted(due), "uncertain")
        self._log.pulse.beat("log", due.brand)

    async def _append(
        self, connection: Connection, due: Due, event: ItemEvent, verb: str, number: str = ""
    ) -> Position | None:
        key = dedupe_key(f"{due.errand.name} {verb}", str(due.brand), str(due.reply_id), number)
        (position,) = await self._log.append(
            due.brand, [NewEvent(event, item_stream(due.item_id), key)], connection=connection
        )
        return position


def _due(row: asyncpg.Record) -> Due:
    # The driver's own kind of UUID cannot be written into an event.
    ident, item = UUID(bytes=row["reply_id"].bytes), ItemId(UUID(bytes=row["item_id"].bytes))
    return Due(row["brand_id"], ReplyId(ident), item, errands.of(row["what"], item, ident))


def _verb(outcome: Outcome) -> str:
    match outcome:
        case Sent():
            return "sent"
        case Refused():
            return "failed"
        case Uncertain():
            return "uncertain"
