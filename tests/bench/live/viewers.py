"""A crowd of browsers as far as the wire shows them: streams held open, and when which bytes came.

What comes is kept with its time and looked at afterwards, so that five hundred readers cost little while it counts.
"""

from __future__ import annotations

import asyncio
import bisect
import math
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

ID = re.compile(rb"id: (\d+)\n")
LANGUAGES = ("fr", "en")


@dataclass(eq=False, slots=True)
class Viewer(asyncio.Protocol):
    request: bytes
    came: list[tuple[float, bytes]] = field(default_factory=list)
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.came.append((time.perf_counter(), data))
        if not self.ready.is_set() and b"event: ready" in b"".join(data for _, data in self.came):
            self.ready.set()

    def positions(self) -> tuple[list[int], list[float]]:
        """Up to where it had everything, and when."""
        positions, times, rest = list[int](), list[float](), b""
        for at, data in self.came:
            rest += data
            if found := [int(one) for one in ID.findall(rest)]:
                positions.append(max([*found, *positions[-1:]]))
                times.append(at)
            rest = rest[-30:] if not found else rest[rest.rfind(b"id: ") + 4 :][-30:]
        return positions, times


class Crowd:
    def __init__(self, viewers: list[Viewer]) -> None:
        self._viewers = viewers
        self._known: list[tuple[list[int], list[float]]] | None = None

    @classmethod
    @asynccontextmanager
    async def of(cls, demo: dict[str, Any], cookie: str, count: int) -> AsyncIterator[Crowd]:
        """All of them, each with nothing missed."""
        address, loop, transports = urlsplit(demo["base_url"]), asyncio.get_running_loop(), list[asyncio.Transport]()
        viewers = [Viewer(_request(demo, address.netloc, cookie, LANGUAGES[n % 2])) for n in range(count)]
        try:
            for viewer in viewers:
                connected = await loop.create_connection(lambda own=viewer: own, address.hostname, address.port)  # type: ignore[misc]
                transports.append(connected[0])
            async with asyncio.timeout(60):
                await asyncio.gather(*(viewer.ready.wait() for viewer in viewers))
            yield cls(viewers)
        finally:
            for transport in transports:
                transport.abort()

    def times_of(self, position: int) -> list[float]:
        """When each had what happened up to a position; infinite for who never had."""
        self._known = self._known or [viewer.positions() for viewer in self._viewers]
        return [_first(positions, times, position) for positions, times in self._known]


def _first(positions: list[int], times: list[float], position: int) -> float:
    at = bisect.bisect_left(positions, position)
    return times[at] if at < len(times) else math.inf


def _request(demo: dict[str, Any], host: str, cookie: str, lang: str) -> bytes:
    path = f"/b/{demo['brand_id']}/live?lang={lang}"
    head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nAccept: text/event-stream\r\n\r\n"
    return head.encode()
