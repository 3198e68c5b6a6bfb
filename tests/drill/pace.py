"""A pace that jumps, so that a drill of two minutes takes none."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from inbox.clock import SimulatedClock


class JumpingPace:
    """Time passes only by sleeping, and sleeping takes no time."""

    def __init__(self, start: datetime) -> None:
        self._clock = SimulatedClock(start)

    def now(self) -> datetime:
        return self._clock.now()

    async def sleep(self, seconds: float) -> None:
        self._clock.advance(timedelta(seconds=max(0.0, seconds)))
        await asyncio.sleep(0)
