"""A server on loopback that speaks lines, on any free port, from entering to leaving."""

from __future__ import annotations

import asyncio
from typing import Self

LOOPBACK = "127.0.0.1"
LONGEST = 32 * 2**20
"""Bytes of a line, or of a mail with its files."""


class Server:
    """`port` once it is entered. `serve` talks to one client; what breaks the talk ends it, and nothing else."""

    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._talks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._begun, LOOPBACK, 0, limit=LONGEST)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def heard(self, line: str) -> None:
        """Each line of a client, before it is answered."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError

    def _begun(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.create_task(self._served(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.serve(reader, writer)
        except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):  # it went, or speaks something else
            writer.transport.abort()
        finally:
            writer.close()

    async def line(self, reader: asyncio.StreamReader) -> str:
        """The next line, without its end; empty once the client has gone."""
        line = (await reader.readline()).decode().rstrip("\r\n")
        if line:
            await self.heard(line)
        return line
