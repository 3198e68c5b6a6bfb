"""message-db, which is functions in the database: called by the same driver as our own log.

Its files are applied in the order of its own install script, less the extension pgcrypto, of which it uses what
PostgreSQL has had built in since version 13.
"""

from __future__ import annotations

import re
import uuid
from pathlib import Path

import asyncpg

from inbox.sql import beside
from tests.bench.measure import Sample, closed_loop

sql = beside(__file__, "messagedb.sql")

CATEGORY = "message"


class MessageDb:
    """`writers` connections, each with a stream of its own in one category: that is what shares our brand's order.
    `size` above 1: so many calls in one transaction, sent without waiting for the answers in between."""

    def __init__(self, name: str, dsn: str, modules: Path, data: str, *, writers: int, size: int = 1) -> None:
        self.name = name
        self._dsn = dsn
        self._package = modules / "@eventide" / "message-db" / "database"
        self._data = data
        self._writers = writers
        self._size = size

    async def open(self) -> None:
        self._connections = [await self._connect() for _ in range(self._writers)]
        if not await self._connections[0].fetchval("SELECT to_regclass('message_store.messages')"):
            for file in self._files():
                await self._connections[0].execute(file.read_text(encoding="utf-8"))
        self._streams = [f"{CATEGORY}-{uuid.uuid4()}" for _ in range(self._writers)]

    async def _connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(self._dsn, server_settings={"search_path": "message_store,public"})

    def _files(self) -> list[Path]:
        functions = (self._package / "install-functions.sh").read_text(encoding="utf-8")
        indexes = (self._package / "install-indexes.sh").read_text(encoding="utf-8")
        named = re.compile(r"\$base/(\w+/[\w-]+\.sql)")
        wanted = ["schema/message-store.sql", "tables/messages.sql", *named.findall(functions), *named.findall(indexes)]
        return [self._package / name for name in dict.fromkeys(wanted)]

    async def round(self, seconds: float) -> Sample:
        return await closed_loop(self._writers, seconds, self._write if self._size == 1 else self._write_many)

    async def _write(self, worker: int) -> int:
        await self._connections[worker].fetchval(sql.write, str(uuid.uuid4()), self._streams[worker], self._data)
        return 1

    async def _write_many(self, worker: int) -> int:
        calls = [(str(uuid.uuid4()), self._streams[worker], self._data) for _ in range(self._size)]
        await self._connections[worker].executemany(sql.write, calls)  # a transaction by itself
        return self._size

    async def close(self) -> None:
        for connection in self._connections:
            await connection.close()
