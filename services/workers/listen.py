"""Listening to the networks that keep a connection open: what is said there comes at once.

Each channel has one connection, in the process that holds its brand's lease; whoever is open says so now and then, and
is left alone by the others. What a connection brings goes the way of a delivery and under the same keys. The cursor
moves after what it stands for is on disk, so that a break, a crash or a second listener costs nothing. Looks (`sweep`)
go on beneath: they bring what was said while nothing was open, and a connection that knows of more calls for one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg

from inbox import looks
from inbox.channels import ChannelRecord, Channels
from inbox.clock import Clock
from inbox.ids import BrandId
from inbox.log.batcher import Batcher
from inbox.log.passing import PASSING
from inbox.log.store import LogUnavailable
from inbox.sql import beside
from services import metrics
from services.channels.contract import Channel, Heard, NothingToHear, SweepFailed, Way
from services.ingest.take import Taker
from services.workers.asking import pause_s
from services.workers.leases import Leases
from services.workers.listen_heard import ours, told

sql = beside(__file__, "listen.sql")
logger = logging.getLogger(__name__)

NAME = "listen"
WAKE_S = 1.0
AT_ONCE = 500
STARTS = 20
"""Connections that one tick opens: after a restart they come back over some seconds, not all in one."""
FIRST_PAUSE_S = 2.0
STEADY = timedelta(seconds=60)
"""A connection that has stood for so long is a good one: the pauses begin anew."""
ALIVE = timedelta(seconds=10)
HELD = timedelta(seconds=30)
"""What was last known to be open so long ago is so no more: another process may open it."""
UNHEARD_S = 900.0
UNKNOWN_S = 5.0
"""A channel that was just added from a shell is known here within seconds."""
UNCONFIGURED_S = 300.0
LOG_AWAY_S = 5.0
STOP_WITHIN_S = 5.0


@dataclass(slots=True)
class Line:
    """One connection. `record`: the channel as it was when it was opened; `cursor`: heard and on disk, perhaps not
    written yet."""

    brand: BrandId
    channel_id: str
    failures: int
    cursor: str | None
    record: ChannelRecord | None = None
    opened_at: datetime | None = None
    written_at: datetime | None = None
    task: asyncio.Task[None] = field(init=False)


class Listener:
    """`run` ends when its task is cancelled. `tick` opens what is due and closes what may no longer be open."""

    def __init__(
        self, channels: Channels, networks: Mapping[str, Channel], batcher: Batcher, way: Way, clock: Clock
    ) -> None:
        self._channels = channels
        self._pool = channels.log.pool
        self._networks = {name: network for name, network in networks.items() if network.capabilities.listens}
        self._taker = Taker(channels, batcher)
        self._way = way
        self._clock = clock
        self._leases = Leases(self._pool, NAME)
        self._lines: dict[str, Line] = {}

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self.tick()
                except PASSING as error:
                    logger.warning("listening pauses: %s", type(error).__name__)
                await asyncio.sleep(WAKE_S)
        finally:
            await self._stop()

    async def tick(self) -> None:
        await self._keep()
        room = min(AT_ONCE - len(self._lines), STARTS)
        if room <= 0 or not self._networks:
            return
        for row in await self._pool.fetch(
            sql.wanted, list(self._networks), self._clock.now(), list(self._lines), room
        ):  # fmt: skip
            if await self._leases.take(BrandId(row["brand_id"])):
                self._start(row)

    def _start(self, row: asyncpg.Record) -> None:
        line = Line(BrandId(row["brand_id"]), row["channel_id"], row["failures"], row["cursor"])
        line.task = asyncio.create_task(self._run(line), name=f"listen-{line.channel_id}")
        self._lines[line.channel_id] = line
        line.task.add_done_callback(lambda _: self._lines.pop(line.channel_id, None))

    # --- what is open ---

    async def _keep(self) -> None:
        """Leases last, and what is open says so; what was changed, switched off or taken from us is closed."""
        mine = {brand: await self._leases.take(brand) for brand in {line.brand for line in self._lines.values()}}
        for line in list(self._lines.values()):
            if not mine.get(line.brand, True) or await self._is_stale(line):
                line.task.cancel()
            elif line.written_at is not None and self._clock.now() - line.written_at >= ALIVE:
                await self._write(line)

    async def _is_stale(self, line: Line) -> bool:
        return line.record is not None and await self._channels.hook(line.channel_id) != line.record

    async def _run(self, line: Line) -> None:
        reason: str | None = None
        pause = 0.0
        try:
            reason, pause = await self._until_it_ends(line)
        except (*PASSING, LogUnavailable) as error:
            logger.warning("what was heard waits, the log does not take it: %s", type(error).__name__)
            pause = LOG_AWAY_S
        finally:
            with contextlib.suppress(*PASSING):
                await self._closed(line, reason, pause)

    async def _until_it_ends(self, line: Line) -> tuple[str | None, float]:
        """Why it ended, and after which pause to open it again."""
        channel = await self._channels.hook(line.channel_id)
        if channel is None:
            return None, UNKNOWN_S
        network = self._networks[channel.network]
        line.record = channel
        try:
            await self._hear(network, channel, line)
        except NothingToHear:
            return None, UNHEARD_S
        except SweepFailed as error:
            return self._failed(network, channel, line, error)
        return self._failed(network, channel, line, SweepFailed("connection_lost"))

    def _failed(
        self, network: Channel, channel: ChannelRecord, line: Line, error: SweepFailed
    ) -> tuple[str | None, float]:  # fmt: skip
        if error.reason == "not_configured":  # nobody's fault: it is opened once somebody has given a token
            return None, UNCONFIGURED_S
        metrics.STREAM_BREAKS.labels(network.id, error.reason).inc()
        if self._is_steady(line):
            line.failures = 0
        else:
            self._channels.note_failure(channel, f"stream: {error.reason}")
        longest = pause_s(FIRST_PAUSE_S, line.failures, error)
        line.failures += 1
        return error.reason, max(longest * random.uniform(0.5, 1.0), error.retry_after_s or 0.0)  # noqa: S311

    def _is_steady(self, line: Line) -> bool:
        return line.opened_at is not None and self._clock.now() - line.opened_at >= STEADY

    # --- what is heard ---

    async def _hear(self, network: Channel, channel: ChannelRecord, line: Line) -> None:
        """Raises `SweepFailed`, `NothingToHear`, and what the log raises."""
        said = told(network, network.listen(self._way, channel, line.cursor, self._clock))
        async with contextlib.aclosing(said):
            try:
                async for one in said:
                    if line.opened_at is None:
                        await self._opened(network, line)
                    await self._take(network, channel, line, one)
            finally:
                if line.opened_at is not None:
                    metrics.STREAMS_OPEN.labels(network.id).dec()

    async def _opened(self, network: Channel, line: Line) -> None:
        now = self._clock.now()
        await self._pool.execute(sql.opened, line.brand, line.channel_id, now, now + HELD)
        line.opened_at = line.written_at = now
        metrics.STREAMS_OPEN.labels(network.id).inc()

    async def _take(self, network: Channel, channel: ChannelRecord, line: Line, heard: Heard) -> None:
        now = self._clock.now()
        found = await ours(self._channels.log, channel, heard.parsed)
        if found:
            await self._taker.bring(channel, found, heard.raw, now)
        line.cursor = heard.cursor or line.cursor
        if heard.look or heard.gap:
            await looks.hint(self._pool, line.brand, line.channel_id, now)
        if found or heard.gap or line.written_at is None or now - line.written_at >= ALIVE:
            metrics.STREAM_GAPS.labels(network.id).inc(heard.gap)
            await self._write(line, gap=heard.gap)

    async def _write(self, line: Line, *, gap: bool = False) -> None:
        now = self._clock.now()
        await self._pool.execute(
            sql.heard, line.brand, line.channel_id, line.cursor, now, now + HELD, gap, now - STEADY
        )  # fmt: skip
        line.written_at = now

    async def _closed(self, line: Line, reason: str | None, pause: float) -> None:
        later = self._clock.now() + timedelta(seconds=pause)
        failures = line.failures if reason else 0
        await self._pool.execute(sql.closed, line.brand, line.channel_id, later, reason, failures, line.cursor)

    # --- whose brand it is ---

    async def _stop(self) -> None:
        tasks = [line.task for line in self._lines.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=STOP_WITHIN_S)
        await self._way.http.close()
        await self._leases.leave()
