"""A way to the database that can be cut as cables are: nothing passes any more, and nobody is told. Or only in part, as
by a firewall that forgets some connections and takes new ones."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

CHUNK_BYTES = 65_536


@dataclass(eq=False)
class _Joined:
    """One connection. What comes goes on while `passing` is set."""

    passing: asyncio.Event


class Link:
    """From a port of this host to a server's socket. `cut`: bytes are held, new connections are taken and lead nowhere.
    `mend`: new connections pass; those of before stay dead, as after a failover of the network between (`lost`), or go
    on where they were. `forget`: every second one is dead for ever, and the others go on."""

    def __init__(self, dsn: str) -> None:
        self._to = urlsplit(dsn)
        self._passing = asyncio.Event()
        self._passing.set()
        self._joined: list[_Joined] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def cut(self) -> None:
        self._passing.clear()

    def mend(self, *, lost: bool) -> None:
        """Those that are `lost` wait for an event that never comes and are never closed from this side. The others keep
        the event that the next cut clears: it must spare nobody."""
        if lost:
            self._passing = asyncio.Event()
        self._passing.set()

    def forget(self, from_: int = 0) -> int:
        """Begins with the first or the second; how many."""
        forgotten = self._joined[from_ % 2 :: 2]
        for one in forgotten:
            one.passing = asyncio.Event()
        return len(forgotten)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await self._join(reader, writer)
        self._tasks.discard(task)
        writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        way = _Joined(self._passing)
        await way.passing.wait()
        there, back = await self._server()
        self._joined.append(way)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pour(reader, back, way))
                group.create_task(self._pour(there, writer, way))
        except* ConnectionError:
            pass
        finally:
            self._joined.remove(way)
            back.transport.abort()

    async def _server(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if folder := parse_qs(self._to.query).get("host"):
            return await asyncio.open_unix_connection(f"{folder[0]}/.s.PGSQL.5432")
        return await asyncio.open_connection(self._to.hostname, self._to.port or 5432)

    @staticmethod
    async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: _Joined) -> None:
        while data := await reader.read(CHUNK_BYTES):
            await way.passing.wait()
            writer.write(data)
            await writer.drain()
        await way.passing.wait()
        raise ConnectionResetError

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()


@contextlib.asynccontextmanager
async def link(dsn: str) -> AsyncIterator[tuple[Link, str]]:
    """The link, and the address by which the same database is reached through it."""
    parts, made = urlsplit(dsn), Link(dsn)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    who = parts.netloc.rpartition("@")[0]
    port = server.sockets[0].getsockname()[1]
    try:
        yield made, f"postgresql://{who}@127.0.0.1:{port}{parts.path}?sslmode=disable"
    finally:
        server.close()
        made.close()
