"""A way to the database that can be cut as cables are: nothing passes any more, and nobody is told. Or only in part, as
by a firewall that forgets some connections and takes new ones."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from inbox.log.session import GONE_AFTER_S

CHUNK_BYTES = 65_536


@dataclass(eq=False)
class _Joined:
    """One connection. What comes goes on while `passing` is set. `ends`: when the server takes us for gone."""

    passing: asyncio.Event
    back: asyncio.StreamWriter
    ends: asyncio.TimerHandle | None = None

    def held(self) -> None:
        """The server hears no sign of life: its system closes what it has of us, and nobody is told here either."""
        if self.ends is None:
            self.ends = asyncio.get_running_loop().call_later(GONE_AFTER_S, self.back.transport.abort)

    def goes_on(self) -> None:
        if self.ends is not None:
            self.ends.cancel()
            self.ends = None


class Link:
    """From a port of this host to a server's socket. `cut`: bytes are held, new connections are taken and lead nowhere;
    after the time that our sessions ask for, the server drops what it has of them, as its system would. `mend`: new
    connections pass; those of before stay dead, as after a failover of the network between (`lost`), or go on where
    they were. `forget`: every second one is dead for ever, and the others go on."""

    def __init__(self, dsn: str) -> None:
        self._to = urlsplit(dsn)
        self._passing = asyncio.Event()
        self._passing.set()
        self._joined: list[_Joined] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def cut(self) -> None:
        self._passing.clear()
        for one in self._here():
            one.held()

    def _here(self) -> list[_Joined]:
        """Those that live."""
        return [one for one in self._joined if one.passing is self._passing]

    def mend(self, *, lost: bool) -> None:
        """Those that are `lost` wait for an event that never comes and are never closed from this side. The others keep
        the event that the next cut clears: it must spare nobody."""
        if lost:
            self._passing = asyncio.Event()
        for one in self._here():
            one.goes_on()
        self._passing.set()

    def forget(self, from_: int = 0) -> int:
        """Begins with the first or the second; how many."""
        forgotten = self._joined[from_ % 2 :: 2]
        for one in forgotten:
            one.passing = asyncio.Event()
            one.held()
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
        passing = self._passing
        await passing.wait()
        there, back = await self._server()
        way = _Joined(passing, back)
        self._joined.append(way)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pour(reader, back, way))
                group.create_task(self._pour(there, writer, way))
        except* ConnectionError:
            pass
        finally:
            self._joined.remove(way)
            way.goes_on()
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
