"""Throws away what a process left behind that died: the rows of rebuilds that nobody goes on with."""

from __future__ import annotations

import asyncio
import logging

from inbox.log.passing import PASSING
from inbox.log.store import Log
from inbox.views import rebuild

EVERY_S = 60.0
"""What lies there are words of people, which a forgotten author must not outlive for long."""
logger = logging.getLogger(__name__)


class Tidy:
    def __init__(self, log: Log) -> None:
        self._log = log

    async def run(self) -> None:
        while True:
            try:
                await rebuild.sweep(self._log)
            except PASSING as error:
                logger.warning("nothing is tidied up for now: %s", type(error).__name__)
            await asyncio.sleep(EVERY_S)
