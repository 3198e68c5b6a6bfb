"""What a process and its own child tell each other: frames of four bytes of length and a pickle, over a socket pair.

Nobody else holds an end of it, so nothing secret stands on a command line, and its end is news: a child whose parent is
gone reads the end, and a parent whose child is gone does.
"""

from __future__ import annotations

import asyncio
import pickle
import socket
import struct
from typing import Any

LENGTH = struct.Struct("<I")


class Wire:
    """One end. `get` raises EOFError once the other is closed."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def over(cls, end: socket.socket) -> Wire:
        return cls(*await asyncio.open_connection(sock=end))

    async def put(self, what: object) -> None:
        """Raises OSError where the other end is closed."""
        frame = pickle.dumps(what, protocol=pickle.HIGHEST_PROTOCOL)
        self._writer.write(LENGTH.pack(len(frame)) + frame)
        await self._writer.drain()

    async def get(self) -> Any:
        """What the other end put, whom we trust to put what was agreed on."""
        try:
            (size,) = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))
            return pickle.loads(await self._reader.readexactly(size))  # noqa: S301 — from our own child, or parent
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise EOFError from error

    def close(self) -> None:
        self._writer.close()
