"""A database that a newer version has brought further: this one works with it, as during a deploy, and after a way
back."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import asyncpg
import pytest

from inbox import meters
from inbox.errors import Refused, Unavailable
from inbox.log import migrate
from inbox.log.seal import Keyring
from services import backup, doctor
from services.parts import parts
from services.settings import Settings
from services.working import Working

NEWER, OLDER = "9999", "0001"


async def at(dsn: str, revision: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("UPDATE public.migrations SET version_num = $1", revision)
    await connection.close()


async def test_it_starts_and_is_ready_on_a_newer_schema_and_not_on_an_older_one(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services import database as ours

    monkeypatch.setattr(ours, "MUST_BE_ON", ())
    await at(database, NEWER)
    await ours.prepare(database)
    assert await ours.revision(database) == NEWER
    assert meters.REGISTRY.get_sample_value("vigie_schema_ahead") == 1
    assert "newer version" in (await doctor._server(database)).what
    settings = Settings(database_url=database, master_key=b64encode(bytes(32)).decode(), data_dir=tmp_path)
    async with parts(settings, database, "http://127.0.0.1") as shared:
        working = Working(shared, frozenset({"inbox"}))
        await working.ready()
        await at(database, OLDER)
        with pytest.raises(Unavailable, match=OLDER):
            await working.ready()
        await at(database, migrate.newest())
        await working.ready()
        assert meters.REGISTRY.get_sample_value("vigie_schema_ahead") == 0


async def test_it_makes_no_backup_of_what_it_does_not_know(database: str, keyring: Keyring, tmp_path: Path) -> None:
    await at(database, NEWER)
    with pytest.raises(Refused, match="newer version"):
        await backup.save(database, keyring, tmp_path / "log.zip", tmp_path / "keys.zip")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("revision", "behind"), [(None, True), (OLDER, True), (migrate.newest(), False), (NEWER, False)]
)
def test_behind_is_what_lacks_a_migration(revision: str | None, behind: bool) -> None:
    assert migrate.is_behind(revision) is behind
