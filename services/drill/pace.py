"""The script's own clock. Real in a drill; in tests one that jumps, so that two minutes take none."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

from inbox.clock import Clock, SimulatedClock, SystemClock


class Pace(Protocol):
    def now(self) -> datetime:
        """Aware UTC."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class RealPace:
    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def now(self) -> datetime:
        return self._clock.now()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


class JumpingPace:
    """Time passes only by sleeping, and sleeping takes no time."""

    def __init__(self, start: datetime) -> None:
        self._clock = SimulatedClock(start)

    def now(self) -> datetime:
        return self._clock.now()

    async def sleep(self, seconds: float) -> None:
        self._clock.advance(timedelta(seconds=max(0.0, seconds)))
        await asyncio.sleep(0)
