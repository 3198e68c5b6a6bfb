"""A server that may lose what it acknowledged is refused at start, in words, before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from services import database
from services.postgres import Postgres


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
async def test_a_server_that_may_lose_what_it_acknowledged_is_refused(tmp_path: Path, setting: str) -> None:
    server = Postgres(tmp_path, options={setting: "off"})
    dsn = await server.start()
    try:
        with pytest.raises(database.DatabaseUnfit, match=f"{setting}=off and would lose acknowledged messages"):
            await database.prepare(dsn)
        assert await database.revision(dsn) is None
    finally:
        await server.stop()


async def test_whatever_the_servers_default_our_sessions_wait_for_the_disk(tmp_path: Path) -> None:
    server = Postgres(tmp_path, options={"synchronous_commit": "off"})
    dsn = await server.start()
    await database.prepare(dsn)
    pool = await database.connect(dsn, most=2)
    try:
        assert await pool.fetchval("SHOW synchronous_commit") == "on"
    finally:
        await pool.close()
        await server.stop()
