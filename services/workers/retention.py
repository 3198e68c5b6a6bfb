"""What is past its time of keeping goes: words of people long silent, raw deliveries with the key of their day."""

from __future__ import annotations

import asyncio
import logging
import uuid
from datetime import timedelta

from inbox.clock import Clock
from inbox.ids import BrandId
from inbox.log.passing import PASSING
from inbox.log.store import Log
from inbox.people import brands, erasure, retention
from services import metrics

EVERY_S = 3600.0
FIRST_S = 60.0
"""After the start, so that a process that starts again and again does more than this."""
PAGE = 200
NOBODY = uuid.UUID(int=0)
logger = logging.getLogger(__name__)


class Retention:
    """`round` goes through all brands once. Several processes may: nobody is forgotten twice."""

    def __init__(self, log: Log, clock: Clock) -> None:
        self._log = log
        self._clock = clock

    async def run(self) -> None:
        await asyncio.sleep(FIRST_S)
        while True:
            try:
                await self.round()
            except PASSING as error:
                logger.warning("nothing is thrown away for now: %s", type(error).__name__)
            await asyncio.sleep(EVERY_S)

    async def round(self) -> None:
        for brand in await brands.everyone(self._log):
            rule = await retention.of_brand(self._log, brand.id)
            if rule.hold:
                continue
            await self._raw(brand.id, rule.raw_days)
            if rule.words_days is not None:
                await self._words(brand.id, rule.words_days)

    async def _raw(self, brand: BrandId, days: int) -> None:
        before, gone = retention.day_before(self._clock.now(), days), PAGE
        while gone == PAGE:
            gone = await retention.drop_raw(self._log.pool, brand, before, PAGE)
            metrics.RETIRED.labels("delivery").inc(gone)

    async def _words(self, brand: BrandId, days: int) -> None:
        now, after = self._clock.now(), NOBODY
        while page := await retention.aged(self._log, brand, after, now - timedelta(days=days), PAGE):
            for subject in page:
                if await erasure.forget_aged(self._log, brand, subject, now=now):
                    metrics.RETIRED.labels("author").inc()
            after = page[-1]
