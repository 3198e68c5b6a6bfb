"""Where the database comes from: a server of the operator's own, or the embedded one; checked before anything is
written."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import datetime

import asyncpg

from inbox import walls
from inbox.log import migrate
from inbox.log.session import PROMPT
from services import metrics
from services.line import Line, LinePool
from services.lines import Lines
from services.postgres import Postgres
from services.settings import Settings

logger = logging.getLogger(__name__)

OLDEST = 15_00_00  # PostgreSQL 15
MUST_BE_ON = ("fsync", "full_page_writes")
IS_IT = "Is it the right one (VIGIE_DATA_DIR, DATABASE_URL)?"
CONNECT_TIMEOUT_S = 10.0
COMMAND_TIMEOUT_S = 30.0
UNREACHABLE = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError)
# What no 2xx may outrun, whatever the server's own default is. And a process that is stopped in the middle of a
# transaction must not keep its locks: the others would wait for it with the whole brand.
SESSION = {
    "synchronous_commit": "on", "timezone": "UTC", "jit": "off", "application_name": "vigie",
    "idle_in_transaction_session_timeout": "7s", **PROMPT,
}  # fmt: skip


class DatabaseUnfit(Exception):
    """The database cannot keep our promises; the message says why, and the remedy."""


async def check(dsn: str) -> None:
    """Refuses a server that is too old or set to lose what it acknowledged."""
    try:
        connection = await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT_S)
    except UNREACHABLE as error:
        raise DatabaseUnfit(f"the database cannot be reached: {error or type(error).__name__}") from error
    try:
        version = int(await connection.fetchval("SELECT current_setting('server_version_num')"))
        if version < OLDEST:
            raise DatabaseUnfit(f"PostgreSQL 15 or newer is needed; this is {version // 10_000}")
        encoding = await connection.fetchval("SELECT current_setting('server_encoding')")
        if encoding != "UTF8":
            raise DatabaseUnfit(f"the database must be UTF8; this one is {encoding}")
        for name in MUST_BE_ON:
            if await connection.fetchval("SELECT current_setting($1)", name) != "on":
                raise DatabaseUnfit(f"the server runs with {name}=off and would lose acknowledged messages; set it on")
    finally:
        await connection.close()


async def clock(dsn: str) -> datetime:
    """What time it is there. Raises `DatabaseUnfit` where it cannot be reached."""
    try:
        connection = await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT_S)
    except UNREACHABLE as error:
        raise DatabaseUnfit(f"the database cannot be reached: {error or type(error).__name__}") from error
    try:
        at: datetime = await connection.fetchval("SELECT clock_timestamp()")
        return at
    finally:
        await connection.close()


async def revision(dsn: str) -> str | None:
    """The migration the database is at, None when it never saw one."""
    connection = await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT_S)
    try:
        if await connection.fetchval("SELECT to_regclass('public.migrations')") is None:
            return None
        value: str | None = await connection.fetchval("SELECT version_num FROM public.migrations")
        return value
    finally:
        await connection.close()


def is_ahead(at: str | None) -> bool:
    """Whether a newer version has brought the database further than this one knows; told in the metrics, too."""
    ahead = at is not None and at > migrate.newest()
    metrics.SCHEMA_AHEAD.set(ahead)
    return ahead


async def prepare(dsn: str) -> None:
    """Checks the server, and migrates where the database is behind. One that is ahead is worked with as it is: during
    an upgrade, or back from one, older code runs on what newer code made of it."""
    await check(dsn)
    at = await revision(dsn)
    if migrate.is_behind(at):
        await migrate.migrate(dsn)
    elif is_ahead(at):
        logger.warning("the database is at migration %s, of a newer version; this one knows %s", at, migrate.newest())


async def connect(dsn: str, *, most: int, lines: Lines | None = None) -> asyncpg.Pool:
    """With the second wall (`inbox.walls`) where the database has it. `lines`: who may hang up on all of it."""
    return await LinePool(
        dsn,
        loop=None,
        record_class=asyncpg.Record,
        max_queries=50_000,
        connect=lines.connect if lines is not None else None,
        setup=walls.stand if await _has_walls(dsn) else None,
        connection_class=Line,
        min_size=2,
        max_size=most,
        timeout=CONNECT_TIMEOUT_S,
        command_timeout=COMMAND_TIMEOUT_S,
        max_inactive_connection_lifetime=300,
        server_settings=SESSION,
    )


async def _has_walls(dsn: str) -> bool:
    connection = await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT_S)
    try:
        return await walls.are_up(connection)
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[str]:
    """The DSN to use. An embedded server is started, watched, restarted should it crash, and stopped at the end.

    The caller holds the lock of the data folder where the database is embedded.
    """
    if settings.dsn is not None:
        yield settings.dsn
        return
    server = Postgres(settings.data_dir, binaries=settings.postgres_bin)
    dsn = await server.start()
    watching = asyncio.create_task(watch(server), name="watch-postgres")
    try:
        yield dsn
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        await server.stop()


async def watch(server: Postgres) -> None:
    """A database that dies is started again at once: what arrives meanwhile is refused with 503, never lost."""
    wait_s = 0.1
    while True:
        code = await server.crashed()
        logger.error("the database ended with code %s; starting it again", code)
        try:
            await server.restart()
            wait_s = 0.1
        except Exception:  # the edge of this process: whatever happens, keep trying
            logger.exception("the database does not start; trying again in %.1f s", wait_s)
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, 10.0)


@contextlib.asynccontextmanager
async def at_hand(settings: Settings) -> AsyncIterator[str]:
    """The DSN for a command beside a running instance: its embedded server if it runs, else one started for the
    while."""
    from services.instance import AlreadyRunning, InstanceLock

    if settings.dsn is not None:
        await prepare(settings.dsn)
        yield settings.dsn
        return
    lock = InstanceLock(settings.data_dir)
    try:
        lock.acquire()
    except AlreadyRunning:
        server = Postgres(settings.data_dir, binaries=settings.postgres_bin)
        if not server.is_running:
            raise
        yield server.dsn
        return
    try:
        async with serving(settings) as dsn:
            await prepare(dsn)
            yield dsn
    finally:
        lock.release()
