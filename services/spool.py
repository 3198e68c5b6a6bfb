"""The spool: deliveries that their network would not send again, on this host's disk while the database is away.

A SQLite file in the data folder that all processes of the host share. A delivery is acknowledged after its own flush,
no sooner: the journal is truncated and flushed by each commit (`journal_mode = TRUNCATE`, `synchronous = FULL`; with
the default mode a power cut may bring a deleted journal back, and roll back what was acknowledged). Requests are
sealed, each under a key of its own that the master key wraps, and overwritten when they leave. What is too much for the
bound, or for the disk, is refused: SQLite itself counts the pages. `services.ingest.drain` brings all of it into the
log.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from secrets import randbelow
from typing import Any, TypeVar

import orjson

from inbox.log.seal import CannotOpen, Keyring, MasterAway, open_sealed, seal_with
from inbox.sql import beside
from services.channels.contract import Inbound
from services.spool_measure import PAGE_BYTES, Measure, measured

sql = beside(__file__, "spool.sql")

FILE = "spool.db"
LOCK = "spool.lock"
LEAST_BYTES = 16 * PAGE_BYTES
BUSY_S = 5.0
MOST_AT_ONCE = 256
REWRAPPED_AT_ONCE = 500
ATTEMPTS = 5
LENGTH_BYTES = 4
_T = TypeVar("_T")


class SpoolUnfit(Exception):
    """The spool cannot keep what it would acknowledge; the message says why, and the remedy."""


class SpoolFull(Exception):
    """It did not take the delivery: too much is in it, or the disk is full or fails. Nothing was kept."""


class Damaged(Exception):
    """What stands in the file does not open: it was changed, or sealed under another master key."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """A delivery as it was acknowledged. `request` has the headers that are kept, and no address."""

    number: int
    channel_id: str
    received_at: datetime
    wrapped: bytes = field(repr=False)
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """`old`: how many were wrapped under an older master. `lost`: how many open under none that is known."""

    old: int = 0
    lost: int = 0


@dataclass(slots=True)
class _Waiting:
    row: tuple[str, float, bytes, bytes]
    done: asyncio.Future[None]


class Spool:
    """`put` acknowledges; `next`, `remove`, `tried` are for whoever holds `draining`. `id`: which host's it is."""

    def __init__(self, folder: Path, keyring: Keyring, most_bytes: int) -> None:
        self.path = folder / FILE
        self.most_bytes = max(most_bytes, LEAST_BYTES)
        self._lock = folder / LOCK
        self._keyring = keyring
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._line: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None
        self._database: sqlite3.Connection
        self.id = 0

    @classmethod
    async def opened(cls, folder: Path, keyring: Keyring, most_bytes: int) -> Spool:
        """Raises `SpoolUnfit` where it cannot be written, flushed or read: better no start than a false 2xx."""
        spool = cls(folder, keyring, most_bytes)
        try:
            await spool._do(spool._open)
        except (OSError, sqlite3.Error) as error:
            spool._thread.shutdown()
            raise SpoolUnfit(
                f"the spool {spool.path} cannot be used: {error}. Let this account write there, or free the disk; a"
                " damaged file must be moved away by hand, since acknowledged deliveries may be in it. Without a spool:"
                " VIGIE_SPOOL_MB=0"
            ) from error
        return spool

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._database = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        self.path.chmod(0o600)
        for pragma in (
            f"page_size = {PAGE_BYTES}", "journal_mode = TRUNCATE", "synchronous = FULL", "secure_delete = ON",
            f"max_page_count = {self.most_bytes // PAGE_BYTES}",
        ):  # fmt: skip
            self._database.execute(f"PRAGMA {pragma}")
        (health,) = self._database.execute("PRAGMA quick_check(1)").fetchone()
        if health != "ok":
            raise sqlite3.DatabaseError(str(health))
        with self._commit() as database:
            database.execute(sql.make)
            database.execute("CREATE TABLE IF NOT EXISTS probe (at REAL) STRICT")
            database.execute("DELETE FROM probe")
            database.execute("INSERT INTO probe VALUES (?)", (time.time(),))
            (self.id,) = database.execute("PRAGMA user_version").fetchone()
            if not self.id:  # it lies in the file's head: a spool that is full has room for it
                self.id = 1 + randbelow(2**31 - 1)
                database.execute(f"PRAGMA user_version = {self.id}")

    async def close(self) -> None:
        """Returns when all that was to be acknowledged is, or is refused."""
        if self._writing is not None:
            await self._writing
        await self._do(self._database.close)
        self._thread.shutdown()

    # --- in ---

    async def put(self, channel_id: str, secret: str, request: Inbound, received_at: datetime) -> None:
        """On disk when it returns. `SpoolFull`: nothing was kept."""
        if len(self._line) >= MOST_AT_ONCE:
            raise SpoolFull("too much is waiting for the disk")
        row = await asyncio.to_thread(self._sealed, channel_id, secret, request, received_at.timestamp())
        waiting = _Waiting(row, asyncio.get_running_loop().create_future())
        self._line.append(waiting)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(), name="spool")
        await asyncio.shield(waiting.done)

    def _sealed(self, channel_id: str, secret: str, request: Inbound, at: float) -> tuple[str, float, bytes, bytes]:
        binding = _binding(channel_id, at)
        head = orjson.dumps([secret, request.headers])
        cipher, wrapped = self._keyring.made_key(binding)
        clear = len(head).to_bytes(LENGTH_BYTES, "big") + head + request.raw
        return channel_id, at, wrapped, seal_with(cipher, clear, binding)

    async def _write(self) -> None:
        """Those that wait share a flush, as in the log's own batcher."""
        while batch := self._line:
            self._line = []
            try:
                await self._do(lambda: self._store([one.row for one in batch]))
            except (OSError, sqlite3.Error) as error:
                for one in batch:
                    one.done.set_exception(SpoolFull(str(error)))
            else:
                for one in batch:
                    one.done.set_result(None)
        self._writing = None

    def _store(self, rows: Sequence[tuple[str, float, bytes, bytes]]) -> None:
        with self._commit() as database:
            database.executemany(sql.put, rows)

    # --- out ---

    @contextlib.contextmanager
    def draining(self) -> Iterator[bool]:
        """Whether it is this process that brings the host's spool into the log; the others leave it alone meanwhile."""
        with self._lock.open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    async def next(self, most: int) -> list[Spooled]:
        rows = await self._do(lambda: self._read(sql.next, most))
        return [Spooled(row[0], row[1], datetime.fromtimestamp(row[2], UTC), row[3], row[4]) for row in rows]

    def open(self, one: Spooled) -> tuple[str, Inbound]:
        """The secret that proved the request, and the request. Raises `Damaged`, and `MasterAway`."""
        binding = _binding(one.channel_id, one.received_at.timestamp())
        try:
            clear = open_sealed(self._keyring.unwrap(one.wrapped, binding), one.sealed, binding)
        except MasterAway:
            raise
        except CannotOpen as error:
            raise Damaged("what was kept of it does not open") from error
        end = LENGTH_BYTES + int.from_bytes(clear[:LENGTH_BYTES], "big")
        secret, headers = orjson.loads(clear[LENGTH_BYTES:end])
        return secret, Inbound(headers, clear[end:])

    async def remove(self, numbers: Sequence[int]) -> None:
        """They are in the log. Lost to a crash before this is on disk, they are taken again, and known to it."""
        await self._change(sql.remove, [(number,) for number in numbers])

    async def tried(self, number: int, reason: str, most: int = ATTEMPTS) -> None:
        """After `most` attempts it is set aside, for its reason; the others go on."""
        await self._change(sql.tried, [(most, reason, number)])

    async def again(self, numbers: Sequence[int | None] = (None,)) -> None:
        """What was set aside is tried once more: all of it, or these."""
        await self._change(sql.again, [(number,) for number in numbers])

    async def set_aside(self, most: int) -> list[tuple[int, str, float, str]]:
        """Number, channel, when it was acknowledged, and why nobody can read it; the oldest first."""
        return await self._do(partial(self._read, sql.set_aside, most))

    async def channels_aside(self) -> list[str]:
        return [channel_id for (channel_id,) in await self._do(partial(self._read, sql.channels_aside))]

    async def expire(self, channel_id: str, before: datetime) -> int:
        """Throws away what was set aside and is older; how many."""
        return await self._change(sql.expire, [(channel_id, before.timestamp())])

    async def rewrap(self, *, count_only: bool = False) -> Rewrapped:
        """Brings the rows' keys, those set aside too, under the present master, on disk; not with `count_only`."""
        old, lost, after = 0, 0, 0
        while rows := await self._do(partial(self._read, sql.keys, after, REWRAPPED_AT_ONCE)):
            fresh = []
            for number, channel_id, at, wrapped in rows:
                try:
                    key = self._keyring.rewrapped(wrapped, _binding(channel_id, at))
                except CannotOpen:
                    lost += 1
                    continue
                if key is not None:
                    fresh.append((key, number, wrapped))
            old, after = old + len(fresh), rows[-1][0]
            if fresh and not count_only:
                await self._change(sql.put_key, fresh)
        return Rewrapped(old, lost)

    async def measure(self) -> Measure:
        return await self._do(lambda: measured(self._database))

    # --- the file ---

    def _read(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return self._database.execute(statement, values).fetchall()

    async def _change(self, statement: str, rows: Sequence[tuple[object, ...]]) -> int:
        """How many rows it changed."""

        def change() -> int:
            with self._commit() as database:
                return database.executemany(statement, rows).rowcount

        return await self._do(change)

    @contextlib.contextmanager
    def _commit(self) -> Iterator[sqlite3.Connection]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield self._database
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    async def _do(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _binding(channel_id: str, at: float) -> bytes:
    return f"spool/{channel_id}/{at!r}".encode()
