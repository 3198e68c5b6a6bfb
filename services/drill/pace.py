"""The script's own clock."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Protocol

from inbox.clock import Clock, SystemClock


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
