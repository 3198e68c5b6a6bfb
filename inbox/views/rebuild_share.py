"""Shares of a rebuild: a stretch of the items' names, read, folded and copied in one go, here or in other processes.

Items' names are digests, so equal stretches hold about as many; the shares are small enough for memory and many enough
for every processor to have something to do until the end. Folding is the price of a rebuild, and Python folds on one
processor a process.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import uuid
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import asyncpg

from inbox.log.pulse import Pulse
from inbox.log.seal import Keyring
from inbox.log.session import KEPT_ALIVE
from inbox.log.store import Connection, Log
from inbox.views import shadow, streams

EVENTS_A_SHARE = 4_000
"""Some ten megabytes while it is being folded."""
DIGITS = 4
MOST = 16**DIGITS
SESSION = {"synchronous_commit": "off", "plan_cache_mode": "force_custom_plan", "jit": "off",
           "application_name": "vigie-rebuild", **KEPT_ALIVE}  # fmt: skip
"""Nothing that a rebuild copies need outlive a crash of the server; its plans depend on which share is asked for."""

Share = tuple[str, str]
"""Names from the first on, and before the second."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """How other processes reach the database; `count` of them fold."""

    dsn: str
    keyring: Keyring
    count: int = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Job:
    run: uuid.UUID
    context: streams.Context


def shares(events: int) -> list[Share]:
    """All names that an item can have, cut into equal parts."""
    count = min(MOST, max(1, events // EVENTS_A_SHARE))
    edges = [f"{n * MOST // count:0{DIGITS}x}" for n in range(count)]
    return list(zip(["", *edges[1:]], [*edges[1:], "g"], strict=True))


async def fold(log: Log, connection: Connection, job: Job, share: Share) -> int:
    """Reads, folds and copies one share. Gives how many events it held."""
    context = job.context
    recorded = await log.read_share(context.brand, *share, context.upto, connection=connection)
    built = streams.build(context, recorded, log.keyring.ids)
    await shadow.write(connection, context.brand, job.run, built)
    return built.events


async def here(log: Log, job: Job, wanted: Sequence[Share]) -> AsyncGenerator[int, None]:
    """Share by share, in this process."""
    async with log.pool.acquire() as connection:
        await shadow.prepare(connection)
        try:
            for share in wanted:
                yield await fold(log, connection, job, share)
        finally:
            await connection.reset_type_codec("tsvector", schema="pg_catalog")


async def elsewhere(processes: Elsewhere, job: Job, wanted: Sequence[Share]) -> AsyncGenerator[int, None]:
    """In processes of their own, as they come. Should one fail or die, so does the rebuild."""
    loop, context = asyncio.get_running_loop(), multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(processes.count, context, _begin, (processes, job))
    try:
        for done in asyncio.as_completed([loop.run_in_executor(executor, _fold, share) for share in wanted]):
            yield await done
    finally:
        await asyncio.to_thread(executor.shutdown, cancel_futures=True)


# --- in such a process --------------------------------------------------------------------------------------------


class _Folder:
    """What a process keeps from share to share: its connection, and the loop that this belongs to."""

    def __init__(self, processes: Elsewhere, job: Job) -> None:
        self._runner = asyncio.Runner()
        self._job = job
        self._runner.run(self._open(processes))

    async def _open(self, processes: Elsewhere) -> None:
        pool = await asyncpg.create_pool(
            processes.dsn, min_size=1, max_size=1, server_settings=SESSION, init=shadow.prepare
        )
        self._log = Log(pool, processes.keyring, Pulse())

    def fold(self, share: Share) -> int:
        count = self._runner.run(self._fold(share))
        gc.collect(0)
        return count

    async def _fold(self, share: Share) -> int:
        async with self._log.pool.acquire() as connection:
            return await fold(self._log, connection, self._job, share)


_folders: list[_Folder] = []


def _begin(processes: Elsewhere, job: Job) -> None:
    # Folding makes no cycles, and looking for some among a share's objects doubled the price of decoding them.
    gc.disable()
    _folders.append(_Folder(processes, job))


def _fold(share: Share) -> int:
    return _folders[0].fold(share)
