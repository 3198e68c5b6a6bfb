"""Throws away what nobody goes on with: the rows of rebuilds whose process died, and files that no reply took."""

from __future__ import annotations

import asyncio
import logging

from inbox import files
from inbox.clock import Clock
from inbox.log.passing import PASSING
from inbox.log.store import Log
from inbox.views import rebuild

EVERY_S = 60.0
"""What lies there are words of people, which a forgotten author must not outlive for long."""
logger = logging.getLogger(__name__)


class Tidy:
    def __init__(self, log: Log, clock: Clock) -> None:
        self._log = log
        self._clock = clock

    async def run(self) -> None:
        while True:
            try:
                await rebuild.sweep(self._log)
                await files.expire(self._log, now=self._clock.now())
            except PASSING as error:
                logger.warning("nothing is tidied up for now: %s", type(error).__name__)
            await asyncio.sleep(EVERY_S)
