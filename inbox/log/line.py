"""The line in which brands wait for their turn with a follower: first come, first served, each once.

A turn is a bounded piece of work. Who has more to do goes to the back; who is done rests for a while, so that in a
storm what arrives meanwhile shares the next turn. The first call after a calm waits for nothing.
"""

from __future__ import annotations

import asyncio

from inbox.ids import BrandId


class Line:
    def __init__(self, rest_s: float) -> None:
        self._rest_s = rest_s
        self.clear()

    def clear(self) -> None:
        for timer in getattr(self, "resting", {}).values():
            timer.cancel()
        self._queue: asyncio.Queue[BrandId] = asyncio.Queue()
        self._waiting: set[BrandId] = set()
        self._out: set[BrandId] = set()
        self.resting: dict[BrandId, asyncio.TimerHandle] = {}
        self._again: set[BrandId] = set()

    @property
    def idle(self) -> bool:
        """Nobody waits and no turn runs; somebody may rest."""
        return not (self._waiting or self._out or self._again)

    def call(self, brand: BrandId) -> None:
        """There is something to do for it: now, or once its turn or its rest is over."""
        if brand in self._out or brand in self.resting:
            self._again.add(brand)
        elif brand not in self._waiting:
            self._enter(brand)

    def _enter(self, brand: BrandId) -> None:
        self._waiting.add(brand)
        self._queue.put_nowait(brand)

    async def next(self) -> BrandId:
        """Whose turn it is. It ends with `back` or `rest`."""
        brand = await self._queue.get()
        self._waiting.discard(brand)
        self._again.discard(brand)
        self._out.add(brand)
        return brand

    def back(self, brand: BrandId) -> None:
        """Its turn is over and it has more to do."""
        self._out.discard(brand)
        self._enter(brand)

    def rest(self, brand: BrandId, seconds: float | None = None) -> None:
        """Its turn is over; it comes again after the rest if it was called meanwhile."""
        self._out.discard(brand)
        wait_s = self._rest_s if seconds is None else seconds
        self.resting[brand] = asyncio.get_running_loop().call_later(wait_s, self._rested, brand)

    def _rested(self, brand: BrandId) -> None:
        del self.resting[brand]
        if brand in self._again:
            self._again.discard(brand)
            self._enter(brand)
