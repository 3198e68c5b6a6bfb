"""One open stream of the live view, and what waits to be written to it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from inbox import meters
from inbox.web.context import Right
from inbox.web.frames import Batch, Entry, Render, Variant

QUEUE = 1000
MOST_BUFFERED = 2 * 1024 * 1024
"""Bytes that may wait in a socket for a reader that is slow."""


@dataclass(frozen=True, slots=True)
class Socket:
    """Where a stream is written to without a detour. `chunked`: what is written is to be a chunk of HTTP/1.1."""

    transport: asyncio.WriteTransport
    chunked: bool


@dataclass(eq=False, slots=True)
class Watcher:
    """`variant`: which rendering it gets; `credential`: the digest it was admitted by, with these `rights` in the
    brand. `socket`: None until the answer has begun; `current`: it was sent all that it had missed. `seat`: what its
    page calls itself, where it is one.

    One that is current is written to at once, by whoever has news: to wake a task for each of five hundred readers
    costs ten times the write. What comes before waits in `waiting` for the task of its request. A watcher that does not
    take what it is given is cut: its browser comes back and resumes where it was.
    """

    variant: Variant
    member: int
    credential: bytes
    rights: frozenset[Right]
    seat: str = ""
    socket: Socket | None = None
    current: bool = False
    waiting: deque[Entry] = field(default_factory=deque)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    cut: asyncio.Event = field(default_factory=asyncio.Event)

    def give(self, batch: Batch, render: Render) -> None:
        if not (self.current and self.socket is not None and not self.waiting and self._written(batch, render)):
            self._keep(batch.entries)

    def _written(self, batch: Batch, render: Render) -> bool:
        assert self.socket is not None
        data = batch.bytes(self.variant, render, chunked=self.socket.chunked)
        if data is None:
            return False
        if self.socket.transport.is_closing():
            return True  # who has left comes back for it; the task of the request is about to notice
        if self.socket.transport.get_write_buffer_size() > MOST_BUFFERED:
            self.end("slow")
        else:
            self.socket.transport.write(data)
        return True

    def _keep(self, entries: Sequence[Entry]) -> None:
        if len(self.waiting) + len(entries) > QUEUE:
            self.end("slow")
        elif not self.cut.is_set():
            self.waiting.extend(entries)
            self.woken.set()

    def end(self, reason: str) -> None:
        """Reasons: those of `meters.LIVE_CUT`."""
        if not self.cut.is_set():
            meters.LIVE_CUT.labels(reason).inc()
        self.cut.set()
        self.current = False
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
