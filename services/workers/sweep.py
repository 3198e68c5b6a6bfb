"""Asking the networks what they have: those that send nothing by themselves, and those whose webhooks lose things.

Each channel is asked in its own interval, from where the last look ended. What a look brings goes the way of a delivery
and under the same keys, so that what a webhook brought is not taken twice, and what none brought is not missed. The
cursor moves after what it stands for is on disk: a crash in between asks again. A brand is asked by the process that
holds its lease; should two ask at once all the same, the keys make that harmless.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from inbox.channels import ChannelRecord, Channels
from inbox.clock import Clock
from inbox.ids import BrandId
from inbox.log.batcher import Batcher
from inbox.log.passing import PASSING
from inbox.log.store import LogUnavailable
from inbox.sql import beside
from services import metrics
from services.channels import limits
from services.channels.contract import Channel, Received, SweepFailed, Swept, Way
from services.ingest.take import Brought, Taker
from services.workers.asking import asked, pause_s
from services.workers.leases import Leases

sql = beside(__file__, "sweep.sql")
logger = logging.getLogger(__name__)

NAME = "sweep"
WAKE_S = 1.0
AT_ONCE = 8
PAGES_MOST = 20
"""Of one look; what is left comes with the next, at once."""
GRACE = timedelta(minutes=2)
"""What was said so recently may still be on its way to our hook."""
UNCONFIGURED_S = 300.0
STOP_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class _Due:
    brand: BrandId
    channel_id: str
    cursor: str | None
    failures: int


class Sweeper:
    """`run` ends when its task is cancelled. `tick` starts what is due; `settled` waits for it, for tests."""

    def __init__(
        self, channels: Channels, networks: Mapping[str, Channel], batcher: Batcher, way: Way, clock: Clock
    ) -> None:
        self._channels = channels
        self._pool = channels.log.pool
        self._networks = {name: network for name, network in networks.items() if network.capabilities.sweeps}
        self._taker = Taker(channels, batcher)
        self._way = way
        self._clock = clock
        self._leases = Leases(self._pool, NAME)
        self._looking: dict[str, tuple[BrandId, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self.tick()
                except PASSING as error:
                    logger.warning("asking the networks pauses: %s", type(error).__name__)
                await asyncio.sleep(WAKE_S)
        finally:
            await self._stop()

    async def tick(self) -> None:
        await self._keep_leases()
        room = AT_ONCE - len(self._looking)
        if room <= 0 or not self._networks:
            return
        # Those being asked are still due: without them among the rows there would be no room for others.
        rows = await self._pool.fetch(sql.due, list(self._networks), self._clock.now(), AT_ONCE + len(self._looking))
        for row in rows:
            due = _Due(BrandId(row["brand_id"]), row["channel_id"], row["cursor"], row["failures"])
            free = len(self._looking) < AT_ONCE and due.channel_id not in self._looking
            if free and await self._leases.take(due.brand):
                self._start(due)

    def _start(self, due: _Due) -> None:
        task = asyncio.create_task(self._look(due), name=f"sweep-{due.channel_id}")
        self._looking[due.channel_id] = due.brand, task
        task.add_done_callback(lambda _: self._looking.pop(due.channel_id, None))

    async def settled(self) -> None:
        while self._looking:
            await asyncio.wait([task for _, task in self._looking.values()])

    # --- one look ---

    async def _look(self, due: _Due) -> None:
        try:
            channel = await self._channels.hook(due.channel_id)
            network = self._networks.get(channel.network) if channel is not None else None
            if channel is not None and network is not None:
                await self._pages(network, channel, due)
        except (*PASSING, LogUnavailable) as error:
            logger.warning("what a look brought waits, the log does not take it: %s", type(error).__name__)
        except Exception:  # a worker's edge: one channel must not stop the others
            logger.exception("channel %s cannot be asked", due.channel_id)
            with contextlib.suppress(*PASSING):
                await self._put_off(due, "interrupted", UNCONFIGURED_S)

    async def _pages(self, network: Channel, channel: ChannelRecord, due: _Due) -> None:
        cursor, brought_any = due.cursor, False
        for _ in range(PAGES_MOST):
            now = self._clock.now()
            try:
                swept = await asked(network, network.sweep(self._way, channel, cursor, now))
            except SweepFailed as error:
                await self._fail(network, channel, due, error)
                return
            brought = await self._taker.bring(channel, swept.parsed, swept.raw, now)
            brought_any = brought_any or bool(brought.new)
            more = swept.more and swept.cursor != cursor
            await self._note(network, due, cursor, swept, brought, now, more=more)
            cursor = swept.cursor
            if not more:
                break
        metrics.SWEEPS.labels(network.id, "new" if brought_any else "nothing").inc()

    async def _note(
        self,
        network: Channel,
        due: _Due,
        since: str | None,
        swept: Swept,
        brought: Brought,
        now: datetime,
        *,
        more: bool,
    ) -> None:
        """On disk after what the cursor stands for. A look that ends here, with more to be had, is due at once."""
        found = _found(network, since, brought, now)
        next_at = now if more else now + timedelta(seconds=network.sweep_every_s)
        await self._pool.execute(
            sql.looked, due.brand, due.channel_id, swept.cursor, next_at, now, found, swept.gap
        )  # fmt: skip
        metrics.FOUND_BY_SWEEP.labels(network.id).inc(found)
        metrics.SWEEP_GAPS.labels(network.id).inc(swept.gap)

    async def _fail(self, network: Channel, channel: ChannelRecord, due: _Due, error: SweepFailed) -> None:
        metrics.SWEEPS.labels(network.id, "failed").inc()
        if error.reason == "not_configured":  # nobody's fault: it is asked once somebody has given a token
            await self._put_off(due, error.reason, UNCONFIGURED_S)
            return
        if error.reason == "too_many" and error.retry_after_s:
            until = self._clock.now() + timedelta(seconds=min(error.retry_after_s, limits.MOST_S))
            await self._pool.execute(sql.hold, due.brand, due.channel_id, until)
        self._channels.note_failure(channel, f"sweep: {error.reason}")
        await self._put_off(due, error.reason, pause_s(network.sweep_every_s, due.failures, error))

    async def _put_off(self, due: _Due, reason: str, seconds: float) -> None:
        later = self._clock.now() + timedelta(seconds=seconds)
        await self._pool.execute(sql.failed, due.brand, due.channel_id, later, reason)

    # --- whose brand it is ---

    async def _keep_leases(self) -> None:
        """A look may take longer than a lease lasts."""
        for brand in {brand for brand, _ in self._looking.values()}:
            await self._leases.take(brand)

    async def _stop(self) -> None:
        looking = [task for _, task in self._looking.values()]
        for task in looking:
            task.cancel()
        if looking:
            await asyncio.wait(looking, timeout=STOP_WITHIN_S)
        await self._way.http.close()
        await self._leases.leave()


def _found(network: Channel, since: str | None, brought: Brought, now: datetime) -> int:
    """How many messages a webhook should have brought, and did not. A first look finds what was there before us."""
    if since is None or not network.capabilities.reconcile:
        return 0
    return sum(1 for said in brought.new if isinstance(said, Received) and said.sent_at <= now - GRACE)
