"""Bringing the spool into the log: a worker of every process that takes deliveries; one of a host does it at a time.

In the order of acknowledgement, each the way of all deliveries, under the id that it would have had then: what reached
the log before a crash is known to it. A row leaves the spool after its commit in the log. What the log refuses, though
it answers, is quarantined there by `take`; what cannot even be opened is set aside here, after a few attempts
(`aside.py`).
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Sequence

from inbox import spooled
from inbox.channels import ChannelRecord, Channels, brand_of
from inbox.errors import NotFound
from inbox.ids import BrandId
from inbox.log.seal import MasterAway
from inbox.log.store import LogUnavailable
from services import metrics
from services.channels import registry
from services.ingest.aside import Aside
from services.ingest.sifting import fault
from services.ingest.take import Arrival, Taker
from services.outage import AWAY, Outage
from services.spool import Damaged, Spool, Spooled
from services.spool_measure import Measure

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
GONE = "its channel is gone"
AT_ONCE = 64
"""Taken together: they share the log's commits, in their order."""


class Drain:
    """`measured`: the spool as of the last look."""

    def __init__(self, spool: Spool, channels: Channels, taker: Taker, outage: Outage, aside: Aside) -> None:
        self._spool = spool
        self._channels = channels
        self._taker = taker
        self._outage = outage
        self._aside = aside
        self.measured = Measure()

    def told(self) -> spooled.Spooled:
        found = self.measured
        brands = dict[BrandId, spooled.Spooled]()
        for channel_id, (waiting, oldest_s) in found.channels.items():
            if (brand := brand_of(channel_id)) is not None:
                so_far = brands.get(brand, spooled.Spooled())
                brands[brand] = spooled.Spooled(so_far.waiting + waiting, max(so_far.oldest_s, oldest_s))
        return spooled.Spooled(found.waiting, found.oldest_s, found.aside, brands)

    async def run(self) -> None:
        """A worker."""
        while True:
            try:
                await self._look()
            except (OSError, sqlite3.Error) as error:
                logger.error("the spool cannot be read: %s", error)  # noqa: TRY400 — which file and why is all there is to say
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        await self._tell()
        if self._outage.is_on or not (self.measured.waiting or self._aside.concerns(self.measured.aside)):
            return
        with self._spool.draining() as ours:
            if ours:
                await self._look_aside()
                while self.measured.waiting and await self.some():
                    await self._tell()

    async def _look_aside(self) -> None:
        """Whatever is wrong with it, what waits goes on."""
        try:
            await self._aside.look()
        except AWAY as error:
            logger.warning("what the spool set aside cannot be told of: %s", type(error).__name__)
            self._outage.suspect()
        await self._tell()

    async def some(self) -> bool:
        """The next few. False when none are left, or the log does not take them now."""
        found = await self._spool.next(AT_ONCE)
        hooks = await self._hooks(found)
        if hooks is None:
            return False
        done = await asyncio.gather(*(self._one(one, hooks.get(one.channel_id)) for one in found))
        taken = [one.number for one, fate in zip(found, done, strict=True) if fate]
        await self._spool.remove(taken)
        metrics.SPOOL_DRAINED.inc(len(taken))
        return bool(taken) and not any(fate is None for fate in done)

    async def _hooks(self, found: Sequence[Spooled]) -> dict[str, ChannelRecord] | None:
        """Beforehand, so that the deliveries reach the log in their order. Also those that were switched off meanwhile:
        what they brought was acknowledged. None: the database or the master key is away."""
        brands = {brand for one in found if (brand := brand_of(one.channel_id)) is not None}
        try:
            return {hook.channel_id: hook for brand in brands for hook in await self._channels.list(brand)}
        except AWAY:
            self._outage.suspect()
            return None
        except MasterAway:
            return None

    async def _one(self, one: Spooled, hook: ChannelRecord | None) -> bool | None:
        """True: it is in the log. None: the log cannot take it now. False: it cannot be read."""
        try:
            await self.take(one, hook)
        except MasterAway:
            return None
        except (LogUnavailable, *AWAY):
            self._outage.suspect()
            return None
        except Exception as error:  # noqa: BLE001 — whatever is wrong with one delivery, the others go on
            return await self._wrong(one, error)
        return True

    async def take(self, one: Spooled, hook: ChannelRecord | None) -> None:
        """Raises `NotFound` where its channel is gone, `Damaged`, and as `Taker.take`."""
        if hook is None:
            raise NotFound(GONE)
        secret, request = self._spool.open(one)
        await self._taker.take(registry.networks()[hook.network], Arrival(hook, secret, request, one.received_at))

    async def _wrong(self, one: Spooled, error: Exception) -> bool:
        reason = str(error) if isinstance(error, Damaged | NotFound) else fault(error)
        logger.error("delivery %s of the spool, for channel %s: %s", one.number, one.channel_id, reason)
        await self._spool.tried(one.number, reason)
        return False

    async def _tell(self) -> None:
        self.measured = found = await self._spool.measure()
        metrics.SPOOL_WAITING.set(found.waiting)
        metrics.SPOOL_OLDEST_SECONDS.set(found.oldest_s)
        metrics.SPOOL_BYTES.set(found.bytes)
        metrics.SPOOL_MOST_BYTES.set(self._spool.most_bytes)
        metrics.SPOOL_ASIDE.set(found.aside)
