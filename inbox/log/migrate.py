"""Migrations: Alembic runs the `.sql` files of `migrations/` in order, under an advisory lock, one transaction in all.

Two processes that start together migrate once. `pending` lets `readyz` and `doctor` say that a database is behind.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import asyncpg

FOLDER = Path(__file__).with_name("migrations")
LOCK = 0x5667_6965  # "Vgie": the advisory lock that one migrating process holds
WAITS_S, AGAIN_S, ATTEMPTS = 2.0, 5.0, 500
"""About an hour: longer than a backup takes."""
NOT_TO_BE_HAD = asyncpg.LockNotAvailableError.sqlstate

logger = logging.getLogger(__name__)


def _url(dsn: str) -> str:
    return "postgresql+asyncpg://" + dsn.split("://", 1)[1]


def _config(connection: Any = None) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def run_file(name: str) -> None:
    """Runs one file of `migrations/` on the connection of the running migration; called by the version scripts."""
    from alembic import op

    script = (FOLDER / name).read_text(encoding="utf-8")
    # The driver's own `execute` takes several statements at once; SQLAlchemy's prepared statements do not.
    adapted: Any = op.get_bind().connection.dbapi_connection
    adapted.run_async(lambda driver: driver.execute(script))


def newest() -> str:
    """The revision that this code wants."""
    return max(path.name.split("_", 1)[0] for path in FOLDER.glob("*_*.sql"))


def is_behind(revision: str | None) -> bool:
    """Whether a database at this revision lacks what this code needs. None: it never saw a migration. One that is ahead
    lacks nothing: a migration leaves in place what the version before it uses (docs/adr/0004)."""
    return revision is None or revision < newest()


def before(revision: str) -> str:
    """The revision that comes right before: numbers may be left out."""
    return max(number for path in FOLDER.glob("*_*.sql") if (number := path.name.split("_", 1)[0]) < revision)


async def migrate(dsn: str, revision: str = "head") -> None:
    """Brings the database at `dsn` (postgresql://…) to the newest revision, or to the one named. Idempotent, safe to
    run twice at once.

    Whoever asks for a table waits behind a migration that waits for it, deliveries too, and a backup may hold it for an
    hour. So a migration waits for two seconds, lets all others pass, and tries again."""
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    engine = create_async_engine(_url(dsn), poolclass=NullPool)
    try:
        for left in reversed(range(ATTEMPTS)):
            try:
                return await _upgrade(engine, revision)
            except (DBAPIError, asyncpg.LockNotAvailableError) as error:
                if not left or getattr(getattr(error, "orig", error), "sqlstate", None) != NOT_TO_BE_HAD:
                    raise
                logger.warning("somebody holds what a migration changes (a backup?): it is tried again")
                await asyncio.sleep(AGAIN_S)
    finally:
        await engine.dispose()


async def _upgrade(engine: Any, revision: str) -> None:
    from alembic import command
    from sqlalchemy import text

    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        await connection.execute(text(f"SET LOCAL lock_timeout = '{WAITS_S:.0f}s'"))
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), revision))
        if await connection.scalar(text("SELECT to_regproc('vigie.raise_walls')")) is not None:
            await connection.execute(text("SELECT vigie.raise_walls()"))  # around what tables are new
