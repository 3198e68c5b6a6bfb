"""The sender, a process of its own: so many connections, each sending its next request as soon as it has its answer.

A loop over epoll and nothing else, because what the sender costs is taken from the servers on a small machine; every
contender gets the same one. Each answer is looked at: what is not of the status that was asked for is counted apart.
It reads its plan from the standard input and writes its findings on the standard output, as JSON.
"""

from __future__ import annotations

import base64
import json
import re
import select
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.bench.ingest.messages import Hook, requests

WAIT_S = 20.0
"""For an answer, before the server counts as stuck."""
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(slots=True)
class Found:
    """`answered` until the time was up; `late` those that were still on their way then."""

    answered: int = 0
    late: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    times: list[float] = field(default_factory=list)


def whole(answer: bytes) -> bool:
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    length = _LENGTH.search(answer, 0, end)
    if length is None:  # sent in chunks, and the last one is empty
        return answer.endswith(b"\r\n0\r\n\r\n")
    return len(answer) >= end + 4 + int(length[1])


class Sender:
    def __init__(self, port: int, connections: int, wires: Iterator[bytes], status: bytes) -> None:
        self._port, self._wires, self._status = port, wires, status
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._sent: dict[int, float] = {}
        self._part: dict[int, bytes] = {}
        self.found = Found()
        for _ in range(connections):
            self._connect()

    def _connect(self) -> int:
        one = socket.create_connection(("127.0.0.1", self._port))
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        one.setblocking(False)
        self._sockets[one.fileno()] = one
        self._poll.register(one.fileno(), select.EPOLLIN)
        return one.fileno()

    def run(self, seconds: float) -> Found:
        begun = time.perf_counter()
        end = begun + seconds
        for number in tuple(self._sockets):
            self._send(number)
        while self._sent:
            ready = self._poll.poll(WAIT_S)
            if not ready:
                raise TimeoutError(f"{len(self._sent)} requests were never answered")
            for number, _ in ready:
                self._read(number, end)
        self.found.seconds = min(time.perf_counter() - begun, seconds)
        return self.found

    def _send(self, number: int) -> None:
        wire = next(self._wires, None)
        if wire is None:
            return
        self._sent[number] = time.perf_counter()
        if self._sockets[number].send(wire) != len(wire):
            raise BlockingIOError("the server does not read")

    def _read(self, number: int, end: float) -> None:
        answer = self._part.pop(number, b"") + self._sockets[number].recv(65536)
        if not whole(answer):
            if not answer:
                raise ConnectionResetError("the server hung up")
            self._part[number] = answer
            return
        now, found = time.perf_counter(), self.found
        found.times.append(now - self._sent.pop(number))
        if answer[9:12] != self._status:
            status = answer[9:12].decode()
            found.refused[status] = found.refused.get(status, 0) + 1
        elif now < end:
            found.answered += 1
        else:
            found.late += 1
        if now < end:
            self._send(self._again(number) if _CLOSES.search(answer) else number)

    def _again(self, number: int) -> int:
        """A server may end a connection with its answer, if it says so."""
        self._poll.unregister(number)
        self._sockets.pop(number).close()
        return self._connect()


def main() -> None:
    plan: dict[str, Any] = json.load(sys.stdin)
    wires = _wires(plan)
    found = Sender(plan["port"], plan["connections"], iter(wires), str(plan["status"]).encode()).run(plan["seconds"])
    times = sorted(found.times)
    cut = {name: times[int(len(times) * share)] for name, share in (("p50_s", 0.5), ("p99_s", 0.99))}
    if len(times) == len(wires):
        raise SystemExit("the messages ran out before the time did")
    answer = {"rate": found.answered / found.seconds, "answered": found.answered, "late": found.late}
    print(json.dumps({**answer, "refused": found.refused, **cut}))


def _wires(plan: dict[str, Any]) -> list[bytes]:
    """Those of the plan, or signed messages: as many as the fastest server could take in the time."""
    if "wires" in plan:
        return [base64.b64decode(wire) for wire in plan["wires"]]
    hooks = [Hook(**hook) for hook in plan["hooks"]]
    return list(requests(hooks, plan["series"], int(plan["seconds"] * plan["most_a_second"])))


if __name__ == "__main__":
    main()
