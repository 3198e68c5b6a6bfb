"""One open stream of the live view, and what waits to be written to it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass, field

from inbox.web.context import Right
from inbox.web.frames import Entry, Variant

QUEUE = 1000


@dataclass(eq=False, slots=True)
class Watcher:
    """`variant`: which rendering it gets; `credential`: the digest it was admitted by, with these `rights` in the
    brand.

    A watcher that does not take what it is given is cut: its browser comes back and resumes where it was.
    """

    variant: Variant
    member: int
    credential: bytes
    rights: frozenset[Right]
    waiting: deque[Entry] = field(default_factory=deque)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    cut: asyncio.Event = field(default_factory=asyncio.Event)

    def give(self, entry: Entry) -> None:
        if len(self.waiting) >= QUEUE:
            self.end()
        else:
            self.waiting.append(entry)
            self.woken.set()

    def end(self) -> None:
        self.cut.set()
        self.waiting.clear()
        self.woken.set()

    async def take(self, timeout_s: float) -> list[Entry]:
        """All that waits, as soon as something does; nothing when the time is up."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self.woken.wait()
        self.woken.clear()
        taken = list(self.waiting)
        self.waiting.clear()
        return taken
