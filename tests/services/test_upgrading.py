"""A migration beside those who are at work: it may wait, they may not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from inbox.log import migrate
from tests.databases import Server

BEFORE_ITEMS_CHANGE = migrate.before("0024")
WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"


@pytest.fixture
async def older(postgres: Server) -> AsyncIterator[str]:
    """A database as an older version left it."""
    name, dsn = await postgres.fresh()
    connection = await asyncpg.connect(dsn)
    await connection.execute("DROP SCHEMA vigie CASCADE; DROP TABLE public.migrations")
    await connection.close()
    await migrate.migrate(dsn, BEFORE_ITEMS_CHANGE)
    yield dsn
    await postgres.drop(name)


async def test_nobody_waits_behind_a_migration_that_waits_for_a_backup(
    older: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "AGAIN_S", 0.2)
    backup, reader = await asyncpg.connect(older), await asyncpg.connect(older)
    async with backup.transaction():
        await backup.execute("LOCK TABLE vigie.items IN ACCESS SHARE MODE")
        migrating = asyncio.create_task(migrate.migrate(older))
        while not await reader.fetchval(WAITS):
            assert not migrating.done(), migrating
        assert await reader.fetchval("SELECT count(*) FROM vigie.items", timeout=20) == 0  # the backup goes on
        assert not migrating.done()
    await migrating
    assert await reader.fetchval("SELECT version_num FROM public.migrations") == migrate.newest()
    await backup.close()
    await reader.close()
