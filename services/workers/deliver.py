"""Replies leave at most once: a public double answer in a crisis is worse than a late one.

An attempt goes: claim the outbox row and append `ReplySending`, in one transaction that is on disk before the network
is called; call it; append what came of it and end the row, in one transaction. Whoever finds an attempt that was not
ended in time (a crash, a lost machine) appends `ReplyUncertain`; nothing that may have been posted is sent again. What
the network says it did not post is tried again, with growing pauses, at most `ATTEMPTS` times. Gestures (hide, like)
go the same way.

Where a network says that its limit is reached, the account waits as a whole until the time it names: nothing of it is
tried before, whoever wrote it. Such a refusal is no attempt of the reply's; after `LIMITED_FOR` of them it has failed.

The row is won by compare-and-set, so any number of processes may run this, and none needs a lease.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from inbox import files, lending
from inbox.channels import ChannelRecord, Channels
from inbox.clock import Clock
from inbox.errors import NotFound
from inbox.events import Event, ItemEvent
from inbox.ids import BrandId, ItemId, Position, ReplyId, dedupe_key
from inbox.log.record import NewEvent, item_stream
from inbox.log.store import Connection, Log
from services import metrics
from services.channels import limits
from services.channels.contract import Channel, File, Outcome, Refused, Reply, Sent, Uncertain, Way
from services.workers import correspondence, errands
from services.workers.correspondence import Standing
from services.workers.errands import Errand, Made
from services.workers.outbox import Outbox, sql

logger = logging.getLogger(__name__)

ATTEMPTS = 6
PAUSES_S = (5.0, 30.0, 120.0, 600.0, 1800.0)
"""Before the second attempt, the third, …; longer where the network asks for it."""

LIMITED_FOR = timedelta(days=1)

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
PASSING = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresError)


@dataclass(frozen=True, slots=True)
class _Due:
    """`reply_id`: of the reply, or of the gesture."""

    brand: BrandId
    reply_id: ReplyId
    item_id: ItemId
    errand: Errand


@dataclass(frozen=True, slots=True)
class _Claimed:
    """An attempt that is ours. `ticket`: what ends the row; `number`: of the attempt, in the log; `until`: when it must
    have begun."""

    due: _Due
    ticket: int
    number: int
    standing: Standing
    events: tuple[Event, ...]
    until: float

    @property
    def channel_id(self) -> str | None:
        return correspondence.channel_of(self.events)


@dataclass(frozen=True, slots=True)
class _Ended:
    """What came of an attempt. `held_until`: from when on the account may be used again, None where nothing keeps
    it."""

    network: str
    outcome: Outcome
    held_until: datetime | None = None


class Deliver:
    """A worker. `outbox` is its follower, to be run beside it."""

    def __init__(
        self, log: Log, channels: Channels, networks: Mapping[str, Channel], way: Way, clock: Clock, base_url: str = ""
    ) -> None:  # fmt: skip
        """`base_url`: our own address, where networks fetch files that they take no other way."""
        self._log = log
        self._base_url = base_url.rstrip("/")
        self._channels = channels
        self._networks = networks
        self._way = way
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
            await self._way.http.close()  # opened again by whoever sends next

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

    def _start(self, due: _Due) -> None:
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

    async def _send(self, due: _Due) -> None:
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
        ended = await self._attempt(claimed)
        metrics.REPLIES.labels(ended.network, type(ended.outcome).__name__.lower()).inc()
        await self._write_down(claimed, ended)

    async def _postpone(self, due: _Due) -> None:
        with contextlib.suppress(*PASSING):
            later = self._clock.now() + timedelta(minutes=1)
            await self._log.pool.execute(sql.postpone, due.brand, due.reply_id, later)

    async def _claim(self, due: _Due) -> _Claimed | None:
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
        return _Claimed(due, ticket, standing.attempt, standing, events, until)

    async def _close(self, connection: Connection, due: _Due, ticket: int, *, interrupted: bool) -> None:
        if interrupted:
            await self._append(connection, due, self._interrupted(due), "uncertain")
        await connection.execute(sql.finish, due.brand, due.reply_id, ticket, "done", self._clock.now())

    async def _attempt(self, claimed: _Claimed) -> _Ended:
        try:
            channel = await self._channel(claimed)
        except PASSING:
            return _Ended("none", Refused("busy", again=True))
        network = self._networks.get(channel.network) if channel is not None else None
        if channel is None or network is None:
            return _Ended("none", Refused("channel_gone"))
        made = claimed.due.errand.compose(claimed.events, self._clock.now())
        if isinstance(made, Reply) and made.named:
            made = await self._with_files(claimed.due, made)
        if isinstance(made, Refused):
            ended = _Ended(network.id, made)
        else:
            ended = await self._call(network, channel, made, claimed.until)
        if not isinstance(ended.outcome, Sent):
            self._channels.note_failure(channel, f"reply: {ended.outcome.reason}")
        return ended

    async def _with_files(self, due: _Due, made: Reply) -> Reply | Refused:
        """Nothing has been asked of the network yet: what fails here was not posted."""
        try:
            found = [await files.content(self._log, due.brand, due.item_id, one.file_id) for one in made.named]
        except PASSING:
            return Refused("busy", again=True)
        except NotFound:
            return Refused("author_forgotten")  # files go with their author, and by no other way
        return replace(made, files=tuple(self._file(due, content) for content in found))

    def _file(self, due: _Due, content: files.Content) -> File:
        file, keyring = content.file, self._log.keyring
        path = lending.path(keyring, due.brand, due.item_id, file.file_id, now=self._clock.now())
        return File(file.name, file.content_type, content.body, self._base_url + path if self._base_url else "")

    async def _channel(self, claimed: _Claimed) -> ChannelRecord | None:
        channel_id = claimed.channel_id
        return await self._channels.hook(channel_id) if channel_id is not None else None

    async def _call(self, network: Channel, channel: ChannelRecord, made: Made, until: float) -> _Ended:
        if asyncio.get_running_loop().time() > until:
            return _Ended(network.id, Refused("busy", again=True))
        overheard = limits.Overheard(self._way.http)
        try:
            outcome = await errands.carry(network, replace(self._way, http=overheard), channel, made)
        except Exception:  # a worker's edge: a fault of ours at this point leaves the reply in doubt
            logger.exception("a reply through %s failed in our own code", network.id)
            outcome = Uncertain("interrupted")
        return _Ended(network.id, outcome, _held_until(overheard, outcome, self._clock.now()))

    # --- what came of it ---

    async def _write_down(self, claimed: _Claimed, ended: _Ended) -> None:
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

    async def _finish(self, claimed: _Claimed, ended: _Ended) -> None:
        due, now, outcome = claimed.due, self._clock.now(), ended.outcome
        retry_at = _retry_at(outcome, claimed, ended.held_until, now) if isinstance(outcome, Refused) else None
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

    def _interrupted(self, due: _Due) -> ItemEvent:
        return due.errand.told(Uncertain("interrupted"), None, self._clock.now())

    async def _abandon(self, due: _Due, ticket: int) -> None:
        async with self._log.pool.acquire() as connection, connection.transaction():
            now = self._clock.now()
            done = await connection.execute(sql.finish, due.brand, due.reply_id, ticket, "done", now)
            if done == "UPDATE 1":
                await self._append(connection, due, self._interrupted(due), "uncertain")
        self._log.pulse.beat("log", due.brand)

    async def _append(
        self, connection: Connection, due: _Due, event: ItemEvent, verb: str, number: str = ""
    ) -> Position | None:
        key = dedupe_key(f"{due.errand.name} {verb}", str(due.brand), str(due.reply_id), number)
        (position,) = await self._log.append(
            due.brand, [NewEvent(event, item_stream(due.item_id), key)], connection=connection
        )
        return position


def _due(row: asyncpg.Record) -> _Due:
    # The driver's own kind of UUID cannot be written into an event.
    ident, item = UUID(bytes=row["reply_id"].bytes), ItemId(UUID(bytes=row["item_id"].bytes))
    return _Due(row["brand_id"], ReplyId(ident), item, errands.of(row["what"], item, ident))


def _verb(outcome: Outcome) -> str:
    match outcome:
        case Sent():
            return "sent"
        case Refused():
            return "failed"
        case Uncertain():
            return "uncertain"


def _held_until(overheard: limits.Overheard, outcome: Outcome, now: datetime) -> datetime | None:
    """What the network said of its limit, in its answers' headers or in its own words."""
    if isinstance(outcome, Refused) and outcome.only_here:
        return None
    said = [at for response in overheard.heard if (at := limits.until(response, now)) is not None]
    if isinstance(outcome, Refused) and outcome.reason == correspondence.LIMITED:
        if outcome.retry_after_s is not None:
            said.append(now + timedelta(seconds=min(outcome.retry_after_s, limits.MOST_S)))
        elif not said:
            said.append(now + timedelta(seconds=limits.UNSAID_S))
    return max(said, default=None)


def _retry_at(refused: Refused, claimed: _Claimed, held_until: datetime | None, now: datetime) -> datetime | None:
    if not refused.again:
        return None
    tried = claimed.number - claimed.standing.limited
    pause_s = max(PAUSES_S[min(tried, len(PAUSES_S)) - 1], refused.retry_after_s or 0.0)
    if refused.reason == correspondence.LIMITED:
        since = claimed.standing.since
        return (held_until or now + timedelta(seconds=pause_s)) if since and now - since < LIMITED_FOR else None
    return None if tried >= ATTEMPTS else now + timedelta(seconds=pause_s)
