"""Sends signed messages at a rate over raw connections: the load must cost little beside what it is to measure.

An open loop: each message has its moment, and its time runs from then, whether or not a connection was free. What is
refused with 429 or 503 is sent again after `Retry-After`, as the networks do, and its time still runs from the first
try.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
from standardwebhooks import Webhook

from tests.bench.arrival.texts import text

CONNECTIONS = 192
"""Below what one channel may have under way (256): who offers more than is taken is refused by the log's own limits."""
AGAIN = (429, 503)


@dataclass(slots=True)
class Sending:
    """`sent`: the moment of each message's first try (`time.time()`); `answers`: how many of each status. `refused`:
    how often a message was told to come again."""

    hook: dict[str, str]
    sent: dict[int, float] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    _due: list[tuple[float, int]] = field(default_factory=list)
    _open: int = 0

    @property
    def refused(self) -> int:
        return sum(self.answers[status] for status in AGAIN)

    async def run(self, first: int, seconds: float, rate: Callable[[float], float], within_s: float = 120.0) -> int:
        """The number after the last message. `rate`: messages a second at each second of the run. Returns when all
        were taken, or `within_s` after the last moment."""
        begun, at, number = time.time() + 0.2, 0.0, first
        while at < seconds:
            self._due.append((begun + at, number))
            self.sent[number] = begun + at
            number, at = number + 1, at + 1.0 / rate(at)
        self._open = number - first
        async with asyncio.timeout(seconds + within_s):
            await asyncio.gather(*(self._work() for _ in range(CONNECTIONS)))
        return number

    async def _work(self) -> None:
        address = urlsplit(self.hook["hook_url"])
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            while self._open:
                if not self._due or self._due[0][0] > time.time():
                    await asyncio.sleep(max(0.001, min(0.05, self._due[0][0] - time.time() if self._due else 0.05)))
                    continue
                _, number = heapq.heappop(self._due)
                if reader.at_eof():  # silent for so long that the server hung up
                    writer.close()
                    reader, writer = await asyncio.open_connection(address.hostname, address.port)
                writer.write(self._request(address.netloc, address.path, number))
                await self._answered(number, *await _answer(reader))
        finally:
            writer.close()

    async def _answered(self, number: int, status: int, retry_after_s: float) -> None:
        self.answers[status] += 1
        if status in AGAIN:
            heapq.heappush(self._due, (time.time() + retry_after_s, number))
            return
        if status != 202:
            raise SystemExit(f"a message was answered {status}")
        self._open -= 1

    def _request(self, host: str, path: str, number: int) -> bytes:
        body, now = orjson.dumps(message(number, self.sent[number])), datetime.now(UTC)
        signature = Webhook(self.hook["secret"]).sign(f"d{number}", now, body.decode())
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"webhook-id: d{number}\r\nwebhook-timestamp: {int(now.timestamp())}\r\n"
            f"webhook-signature: {signature}\r\n\r\n"
        )
        return head.encode() + body


def message(number: int, at: float) -> dict[str, Any]:
    """One author in five speaks in a thread with others."""
    author = {"id": f"a{number}", "handle": f"a{number}", "name": f"Auteur {number}", "followers": number % 5000}
    return {
        "type": "message.received", "id": f"bench-{number}", "kind": "comment", "text": text(number),
        "thread_id": f"t{number // 50 if number % 5 == 0 else number}", "author": author,
        "sent_at": datetime.fromtimestamp(at, UTC).isoformat(),
    }  # fmt: skip


async def _answer(reader: asyncio.StreamReader) -> tuple[int, float]:
    """The status, and after how long to come again."""
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.split(b":", 1) for line in head.lower().split(b"\r\n")[1:] if b":" in line)
    await reader.readexactly(int(fields.get(b"content-length", b"0")))
    return int(head[9:12]), float(fields.get(b"retry-after", b"1"))
