"""The workers' own process: reads what it is to work with from its parent, works, and answers how it goes.

It ends in order when the wire does or on SIGTERM. Ctrl-C reaches the whole group, and is its parent's to act on: the
workers go before the connections and the database do. Where the kernel can, it dies with a parent that is killed: what
the parent held, the next one may take at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import signal
import socket
import sys
from dataclasses import dataclass
from typing import Literal

import asyncpg
from prometheus_client import Metric

from inbox import meters
from inbox.errors import Unavailable
from services import journal, lifetime, metrics_read
from services.beside.wire import Wire
from services.parts import parts
from services.settings import Settings, SettingsError
from services.working import Working

ROLES = frozenset({"workers"})
DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG

logger = logging.getLogger(__name__)

What = Literal["ready", "metrics"]
Question = tuple[int, What]
Answer = tuple[int, str | list[Metric] | None]
"""Each under the number of its question. To `ready`: None, or why not."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the parent hands over: its settings, where the database is, where people reach Vigie."""

    settings: Settings
    dsn: str
    base_url: str


def main(end: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)
    asyncio.run(_until_over(socket.socket(fileno=end)))
    lifetime.left(0)


async def _until_over(end: socket.socket) -> None:
    told = lifetime.until_told(signal.SIGTERM)
    wire = await Wire.over(end)
    with contextlib.suppress(EOFError):
        given: Given = await wire.get()
        journal.keep(given.settings)
        await _work(given, wire, told)


async def _work(given: Given, wire: Wire, told: asyncio.Event) -> None:
    try:
        await _worked(given, wire, told)
    except SettingsError as error:  # the master key; the parent starts us again
        logger.error("the workers cannot start: %s", error)  # noqa: TRY400 — it says all there is to say


async def _worked(given: Given, wire: Wire, told: asyncio.Event) -> None:
    async with parts(given.settings, given.dsn, given.base_url) as shared:
        working = Working(shared, ROLES)
        async with working.running():
            lifetime.settle()
            metrics_read.from_the_start(working.runners, ROLES)
            answering = asyncio.create_task(_answer(working, shared.pool, wire), name="answer-parent")
            answering.add_done_callback(lambda _: told.set())
            await told.wait()
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)


async def _answer(working: Working, pool: asyncpg.Pool, wire: Wire) -> None:
    """Until the wire ends."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            number, what = await wire.get()
            await wire.put((number, await _told(working, pool, what)))


async def _told(working: Working, pool: asyncpg.Pool, what: What) -> str | list[Metric] | None:
    if what == "metrics":
        metrics_read.refresh(working.runners, pool)
        return list(meters.REGISTRY.collect())
    try:
        await working.ready()
    except Unavailable as error:
        return str(error)
    return None


if __name__ == "__main__":
    main(int(sys.argv[1]))
