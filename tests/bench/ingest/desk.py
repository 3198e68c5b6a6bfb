"""django-helpdesk as a contender: the same words as tickets, by the same sender."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.bench.ingest.messages import BODY_BYTES, words
from tests.bench.ingest.servers import load, sample
from tests.bench.measure import Sample
from tests.bench.peers.helpdesk import Desk

MOST_A_SECOND = 1000
LEAST_S = 2.0
"""Of a round: in half a second a busy machine may see none of its tickets answered."""


class HelpDesk:
    name = "django-helpdesk"

    def __init__(self, desk: Desk, connections: int) -> None:
        self._desk, self._connections = desk, connections
        self._numbers = itertools.count()

    async def open(self) -> None:
        """It runs already."""

    async def round(self, seconds: float) -> Sample:
        seconds = max(seconds, LEAST_S)
        wires = [base64.b64encode(wire).decode() for wire in self._wires(int(MOST_A_SECOND * seconds))]
        return sample(
            await load(
                self.name, port=urlsplit(self._desk.url).port, connections=self._connections, seconds=seconds,
                status=201, wires=wires,
            )
        )  # fmt: skip

    def _wires(self, count: int) -> Iterator[bytes]:
        proofs = "".join(f"{name}: {value}\r\n" for name, value in self._desk.headers.items())
        for number in itertools.islice(self._numbers, count):
            body = self._desk.body(f"m-{number} {words(BODY_BYTES - 200)}", f"camille{number}@example.org")
            head = f"POST {urlsplit(self._desk.url).path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{proofs}"
            yield f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    async def close(self) -> None:
        """Whoever started it stops it."""
