"""The servers under test, each a process of its own, and a round of the sender against one of them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.ingest.messages import Hook
from tests.bench.measure import Sample
from tests.product.instance import REPOSITORY, free_port

READY_WITHIN_S = 30.0
MOST_A_SECOND = 20_000
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """`command`: what Python is to run, "{port}" filled in; `environment`: beside the usual. `answered`: how many
    requests got the answer 202 so far."""

    name: str
    command: Sequence[str]
    hooks: Sequence[Hook]
    connections: int
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    answered: int = 0
    _process: asyncio.subprocess.Process | None = None
    _rounds: int = 0

    async def open(self) -> None:
        log = self.folder / f"{self.name}.log"
        usual = {name: value for name, value in os.environ.items() if not name.startswith(("VIGIE_", "DATABASE_"))}
        with log.open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *(part.replace("{port}", str(self.port)) for part in self.command),
                cwd=REPOSITORY, env=usual | dict(self.environment), stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        async with asyncio.timeout(READY_WITHIN_S):
            while not await self._listens():
                if self._process.returncode is not None:
                    raise RuntimeError(f"{self.name}: {log.read_text()[-2000:]}")
                await asyncio.sleep(0.05)

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True

    async def round(self, seconds: float) -> Sample:
        self._rounds += 1
        before = self._cpu_s()
        found = await load(
            self.name, port=self.port, connections=self.connections, seconds=seconds, status=202,
            hooks=[asdict(hook) for hook in self.hooks], series=f"{self.name}.{self._rounds}.",
            most_a_second=MOST_A_SECOND,
        )  # fmt: skip
        done = found["answered"] + found["late"]
        self.answered += done
        return sample(found, cpu_s=(self._cpu_s() - before) / done)

    def _cpu_s(self) -> float:
        """What the server's process has computed so far; nothing where there is no /proc."""
        assert self._process is not None
        try:
            fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / TICKS

    async def close(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGINT)
            await asyncio.wait_for(self._process.wait(), 30)


async def load(name: str, **plan: Any) -> dict[str, Any]:
    """One round of the sender. Raises where an answer was not the good one: a refusal is no throughput."""
    sender = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.ingest.load", cwd=REPOSITORY,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await sender.communicate(json.dumps(plan).encode())
    if sender.returncode:
        raise RuntimeError(f"{name}: the sender fell over")
    found: dict[str, Any] = json.loads(out)
    if found["refused"]:
        raise RuntimeError(f"{name} refused: {found['refused']}")
    return found


def sample(found: Mapping[str, Any], **extra: float) -> Sample:
    return Sample(found["rate"], found["p50_s"], found["p99_s"], extra)
