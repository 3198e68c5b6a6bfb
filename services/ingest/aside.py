"""What this host's spool set aside: told in the database, tried again when a lead asks for it there, and thrown away
when its time of keeping is over. One process of a host does it at a time (`Spool.draining`).
"""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from datetime import time as hour

from inbox import spool_aside
from inbox.channels import brand_of
from inbox.clock import Clock
from inbox.ids import BrandId
from inbox.log.store import Log
from inbox.people import retention
from inbox.spool_aside import Kept
from services import metrics
from services.spool import Spool

logger = logging.getLogger(__name__)

EXPIRE_EVERY_S = 3600.0


class Aside:
    """Raises what the database and the spool raise: the next look does what is left."""

    def __init__(self, spool: Spool, log: Log, clock: Clock) -> None:
        self._spool = spool
        self._log = log
        self._clock = clock
        self._told = True  # whoever ran before us may have told something
        self._expired_at: float | None = None

    def concerns(self, aside: int) -> bool:
        """Whether a look has anything to do where so many are set aside."""
        return bool(aside) or self._told

    async def look(self) -> None:
        if self._expired_at is None or time.monotonic() - self._expired_at >= EXPIRE_EVERY_S:
            await self.expire()
            self._expired_at = time.monotonic()
        there = {(one.brand, one.number): one for one in await spool_aside.of_spool(self._log.pool, self._spool.id)}
        held = await self._held()
        asked = [key for key, one in there.items() if one.asked and key in held]
        await self._spool.again([number for _, number in asked])
        for key in asked:
            del held[key]
        for brand, number in there.keys() - held.keys():
            await spool_aside.drop(self._log.pool, brand, self._spool.id, number)
        for key, one in held.items():
            if key not in there or there[key].reason != one.reason:
                await spool_aside.put(self._log.pool, key[0], one)
        self._told = bool(held)

    async def _held(self) -> dict[tuple[BrandId, int], Kept]:
        """Of each brand; a channel that names none is nobody's to see, and stands in metric and log alone."""
        found = {}
        for number, channel_id, at, reason in await self._spool.set_aside(spool_aside.MOST):
            if (brand := brand_of(channel_id)) is not None:
                when = datetime.fromtimestamp(at, UTC)
                found[brand, number] = Kept(self._spool.id, number, channel_id, when, reason, asked=False)
        return found

    async def expire(self) -> None:
        """As raw deliveries of the brand do; where no brand is named, after as long as brands keep them unless they say
        otherwise. A legal hold keeps all."""
        for channel_id in await self._spool.channels_aside():
            brand = brand_of(channel_id)
            rule = retention.Retention() if brand is None else await retention.of_brand(self._log, brand)
            if rule.hold:
                continue
            before = datetime.combine(retention.day_before(self._clock.now(), rule.raw_days), hour(), UTC)
            if gone := await self._spool.expire(channel_id, before):
                logger.warning(
                    "%s deliveries of channel %s, set aside in the spool, are past their time", gone, channel_id
                )
                metrics.RETIRED.labels("delivery").inc(gone)
