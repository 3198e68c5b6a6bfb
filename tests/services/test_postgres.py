"""The embedded server: started as our child, gone when told, and never two on one folder."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import asyncpg
import pytest

from services import database
from services.instance import AlreadyRunning, InstanceLock, keyring
from services.postgres import Postgres
from services.settings import Settings, SettingsError, load
from tests.citus.cluster import free_port


async def ask(dsn: str, question: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_data_survive_a_stop_and_a_kill(tmp_path: Path) -> None:
    server = Postgres(tmp_path)
    dsn = await server.start()
    await ask(dsn, "CREATE TABLE t AS SELECT 1 AS a")
    await server.stop()
    assert not server.is_running

    dsn = await server.start()
    pid = int((tmp_path / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    await server.crashed()
    await server.restart()
    assert await ask(dsn, "SELECT count(*) FROM t") == 1
    await server.stop()


async def test_the_server_never_answers_before_the_disk_has_it(tmp_path: Path) -> None:
    server = Postgres(tmp_path)
    dsn = await server.start()
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        assert await ask(dsn, f"SELECT current_setting('{name}')") == "on"
    await server.stop()


class Remote(Postgres):
    """Reached by TCP, as one on another host is: of who uses its own socket a server has no such doubts."""

    def __init__(self, folder: Path, rules: Path, port: int) -> None:
        options = {"listen_addresses": "127.0.0.1", "port": str(port), "hba_file": str(rules)}
        super().__init__(folder, options=options)
        self._port = port

    @property
    def dsn(self) -> str:
        return f"postgresql://vigie@127.0.0.1:{self._port}/{self._name}"

    def _admin_dsn(self) -> str:
        return self.dsn.removesuffix(self._name) + "postgres"


async def test_a_session_whose_host_vanished_is_soon_given_up_by_the_server(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rules = tmp_path_factory.mktemp("rules") / "hba.conf"
    rules.write_text("host all all 127.0.0.1/32 trust\n")
    rules.parent.chmod(0o755)
    server = Remote(tmp_path, rules, free_port())
    session = await asyncpg.connect(await server.start(), server_settings=database.SESSION)
    asked = "SELECT current_setting('tcp_keepalives_idle'), current_setting('tcp_user_timeout')"
    assert list(await session.fetchrow(asked) or ()) == ["5", "15000"]
    await session.close()
    await server.stop()


async def test_a_killed_instance_leaves_nothing_that_stops_the_next(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys, pathlib\n"
        "from services.postgres import Postgres\n"
        "async def main():\n"
        "    print(await Postgres(pathlib.Path(sys.argv[1])).start(), flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert (await process.stdout.readline()).startswith(b"postgresql://")
    process.kill()
    await process.wait()
    server = Postgres(tmp_path)
    assert await ask(await server.start(), "SELECT 1") == 1
    await server.stop()


def test_a_second_instance_on_the_same_data_is_told_who_holds_it(tmp_path: Path) -> None:
    first = InstanceLock(tmp_path)
    first.acquire()
    with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"):
        InstanceLock(tmp_path).acquire()
    first.release()
    second = InstanceLock(tmp_path)
    second.acquire()
    second.release()


def test_the_master_key_is_made_once_and_only_we_may_read_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert keyring(settings).master == keyring(settings).master
    assert (tmp_path / "master.key").stat().st_mode & 0o777 == 0o600


def test_a_short_master_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="at least 32 bytes"):
        keyring(load(data_dir=tmp_path, master_key="c2hvcnQ="))


def test_an_unknown_setting_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_PROT", "8041")
    with pytest.raises(SettingsError, match="VIGIE_PROT"):
        load()


def test_a_wrong_setting_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_PORT", "80400")
    with pytest.raises(SettingsError, match="VIGIE_PORT"):
        load()
