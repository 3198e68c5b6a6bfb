"""What a sender knows for sure: on disk before anything is sent, and again before an answer is believed.

Independent of what it judges: it shares no code with the log, and the reckoning reads it back from its file. Lines that
wait for the disk share a flush.
"""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True)
class Sent:
    """One thing that was sent. `answers`: the statuses that came back; none for an attempt that nobody answered."""

    answers: tuple[int, ...] = ()

    @property
    def accepted(self) -> bool:
        return any(200 <= status < 300 for status in self.answers)


class Ledger:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab")
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def note(self, ident: str, status: int | None) -> None:
        """Returns once it is on disk. `None`: about to be sent."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((orjson.dumps([ident, status]) + b"\n", done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await done

    async def _write(self) -> None:
        while batch := self._waiting:
            self._waiting = []
            await asyncio.to_thread(self._flush, b"".join(line for line, _ in batch))
            for _, done in batch:
                if not done.done():
                    done.set_result(None)
        self._writing = None

    def _flush(self, lines: bytes) -> None:
        self._file.write(lines)
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def read(path: Path) -> Mapping[str, Sent]:
    """What stands in the file, by id."""
    answers: defaultdict[str, list[int]] = defaultdict(list)
    for line in path.read_bytes().splitlines():
        ident, status = orjson.loads(line)
        answers[ident] += [] if status is None else [status]
    return {ident: Sent(tuple(found)) for ident, found in answers.items()}
