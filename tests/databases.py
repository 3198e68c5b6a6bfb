"""Databases for tests: each finds one as the migrations left it. To make one of the template takes longer than most
tests: so the next test gets the last one's, emptied, as long as only rows went through it."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import asyncpg

from inbox.log import migrate
from inbox.sql import beside

sql = beside(__file__, "databases.sql")

TEMPLATE = "vigie_template"
HASTY = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
"""What is gone after a test costs flushes of the disk that prove nothing. What must survive a crash is tested on
servers with the product's own settings: tests/services, tests/chaos and tests/product."""


@dataclass
class Server:
    """A running PostgreSQL. `start` migrates a template; `fresh` gives a database, `drop` takes it back."""

    dsn: str
    shape: str = ""
    shelf: list[str] = field(default_factory=list)

    def of(self, name: str) -> str:
        if "/vigie?" in self.dsn:
            return self.dsn.replace("/vigie?", f"/{name}?")
        return self.dsn.rsplit("/", 1)[0] + f"/{name}"

    async def start(self) -> None:
        async with self._connected("postgres") as connection:
            await connection.execute(f'DROP DATABASE IF EXISTS "{TEMPLATE}" WITH (FORCE)')
            await connection.execute(f'CREATE DATABASE "{TEMPLATE}"')
        await migrate.migrate(self.of(TEMPLATE))
        async with self._connected(TEMPLATE) as connection:
            self.shape = await connection.fetchval(sql.shape)

    async def fresh(self) -> tuple[str, str]:
        """Name and DSN."""
        name = self.shelf.pop() if self.shelf else await self._made()
        return name, self.of(name)

    async def _made(self) -> str:
        name = f"t_{uuid.uuid4().hex}"
        async with self._connected("postgres") as connection:
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
        return name

    async def drop(self, name: str) -> None:
        """Emptied for the next, or dropped where more than its rows was changed."""
        if await self._emptied(name):
            self.shelf.append(name)
            return
        async with self._connected("postgres") as connection:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def _emptied(self, name: str) -> bool:
        async with self._connected(name) as connection:
            await connection.execute(sql.end_others)
            if await connection.fetchval(sql.shape) != self.shape:
                return False
            await connection.execute(sql.empty)
            return True

    @contextlib.asynccontextmanager
    async def _connected(self, name: str) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.of(name))
        try:
            yield connection
        finally:
            await connection.close()
