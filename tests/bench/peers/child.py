"""A contender in a process (and an environment) of its own: it is sent the seconds of a round, and answers what it did.

One line of JSON each way. The child says {} once it is ready; a round's answer holds `done` (events written), `took`
(seconds) and `times` (seconds of each call).
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.bench.measure import Sample

ANSWER_TIMEOUT_S = 120.0
LINE_MOST = 64 * 1024 * 1024


class Child:
    """`command` runs the peer; `given` (where to write, what, how many at once) is its first line."""

    def __init__(
        self, name: str, command: tuple[str | Path, ...], given: Mapping[str, Any], **environment: str
    ) -> None:
        self.name = name
        self._command = command
        self._given = given
        self._environment = environment

    async def open(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *map(str, self._command), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LINE_MOST,
            env={**os.environ, **self._environment},
        )  # fmt: skip
        await self._ask(self._given)

    async def round(self, seconds: float) -> Sample:
        answer = await self._ask({"seconds": seconds})
        cuts = statistics.quantiles(answer["times"], n=100) if len(answer["times"]) > 1 else answer["times"] * 99
        return Sample(answer["done"] / answer["took"], cuts[49], cuts[98])

    async def _ask(self, words: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(words).encode() + b"\n")
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended ({await self._process.wait()}); what it said stands above")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            await self._process.wait()
