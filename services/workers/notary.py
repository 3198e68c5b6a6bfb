"""The notary at work: every so often it seals what came into each brand's log since (`inbox.log.notary`)."""

from __future__ import annotations

import asyncio
import logging

from inbox.ids import BrandId
from inbox.log import notary
from inbox.log.passing import PASSING
from inbox.log.store import Log
from services import metrics

EVERY_S = 30.0
"""So long, at the most, what was appended stays without a seal."""
logger = logging.getLogger(__name__)


class Notary:
    """`round` seals all brands once. Several processes may: of two that seal the same, one changes nothing."""

    def __init__(self, log: Log) -> None:
        self._log = log

    async def run(self) -> None:
        while True:
            try:
                await self.round()
            except PASSING as error:
                logger.warning("the notary pauses: %s", type(error).__name__)
            await asyncio.sleep(EVERY_S)

    async def round(self) -> None:
        gaps = 0
        for brand in await notary.unsealed(self._log):
            gaps += not await self._seal(brand)
        metrics.LOG_GAPS.set(gaps)

    async def _seal(self, brand: BrandId) -> bool:
        try:
            metrics.SEALED_EVENTS.inc(await notary.seal(self._log, brand))
        except notary.Gap as gap:  # the other brands' logs are still worth a seal
            logger.error("the notary seals no further: %s", gap)  # noqa: TRY400 — where it is says all
            return False
        return True
