"""Who sends to the noisy brand: a process of its own, so that what sending costs is not timed as its neighbours' wait.

Told line by line, as JSON: first whom to send to and through which door, then for each round how much; it answers
`ready`, and `sent` once all of a round was taken.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import aiohttp

from tests.product.instance import REPOSITORY
from tests.product.load import Load
from tests.product.many import Member, Tenant


class Noise:
    """The side of the benchmark."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def make(self, rate: float, seconds: float, prefix: str) -> None:
        """Returns when everything was taken."""
        await self._told({"rate": rate, "seconds": seconds, "prefix": prefix})

    async def _told(self, what: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what).encode() + b"\n")
        if not await self._process.stdout.readline():
            raise RuntimeError("the noisy brand's sender has ended")


@contextlib.asynccontextmanager
async def opened(tenant: Tenant, door: Member) -> AsyncIterator[Noise]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, cwd=REPOSITORY, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    noise = Noise(process)
    try:
        await noise._told({"tenant": asdict(tenant), "port": door.port})
        yield noise
    finally:
        process.kill()
        await process.wait()


async def _main() -> None:
    given = json.loads(await _line())
    door = Member("ingest", Path(), {}, port=given["port"])
    async with aiohttp.ClientSession() as client:
        load = Load(client, [door], door)
        print("ready", flush=True)
        while line := await _line():
            order = json.loads(line)
            await load.steadily(Tenant(**given["tenant"]), order["rate"], order["seconds"], order["prefix"])
            print("sent", flush=True)


async def _line() -> str:
    return await asyncio.to_thread(sys.stdin.readline)


if __name__ == "__main__":
    asyncio.run(_main())
