"""`vigie backup`: one moment of the whole installation, in two files, taken while everything runs.

All tables are read in one transaction that sees a single moment (REPEATABLE READ), by COPY: no program of the server's
version is needed. The log goes into one file and the keys that open it into another. Who keeps the log's files for
years and the keys' files for days keeps what was forgotten unreadable in the old ones. The master key is in neither.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import uuid
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import asyncpg

from inbox.clock import SystemClock
from inbox.errors import Refused
from inbox.log import migrate
from inbox.log.seal import Keyring
from inbox.log.session import KEPT_ALIVE
from inbox.sql import beside
from services import administration, backup_archive, backup_tables, database
from services.backup_archive import Kind, Manifest, Seal, Table
from services.settings import Settings

sql = beside(__file__, "backup_tables.sql")
NO_PATIENCE = {
    "idle_in_transaction_session_timeout": "0", "timezone": "UTC", "application_name": "vigie-backup", **KEPT_ALIVE,
}  # fmt: skip
"""The connection of a backup or a restore may be silent while a file is written."""
_Manifest = Callable[[Kind, tuple[Table, ...]], Manifest]


async def backup(settings: Settings, args: argparse.Namespace) -> int:
    """`args.path`: a file, or a folder in which both are named after the time."""
    log, keys = names(args.path, SystemClock().now())
    async with administration.opened(settings) as desk:
        made = await save(desk.dsn, desk.log.keyring, log, keys)
    print(f"{made} rows. The log: {log}\nIts keys: {keys}. Keep them apart, and the newest only: docs/privacy.md.")
    print("The master key is in neither file: without a copy of it elsewhere both are worthless.")
    return 0


def names(path: Path, now: datetime) -> tuple[Path, Path]:
    """The file of the log and, beside it, that of the keys. Refused: `file_exists`."""
    if path.is_dir() or not path.suffix:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = path / f"vigie-{now:%Y%m%dT%H%M%SZ}.zip"
    keys = keys_beside(path)
    if there := [one for one in (path, keys) if one.exists()]:
        raise Refused("file_exists", f"{there[0]} is there already.")
    return path, keys


def keys_beside(log: Path) -> Path:
    return log.with_name(f"{log.stem}.keys{log.suffix}")


async def connected(dsn: str) -> asyncpg.Connection:
    return await asyncpg.connect(dsn, timeout=database.CONNECT_TIMEOUT_S, server_settings=NO_PATIENCE)


async def save(dsn: str, keyring: Keyring, log: Path, keys: Path) -> int:
    """How many rows were saved. Refused: `backup_of_another`; `nothing_here`, since who backs up the wrong database
    should hear of it."""
    connection = await connected(dsn)
    number, now = uuid.uuid4().hex, SystemClock().now().isoformat(timespec="seconds")
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            migration = await connection.fetchval(sql.migration)
            _check_known(migration)
            seals = [Seal(brand=b, position=p, digest=d.hex()) for b, p, d in await connection.fetch(sql.last_seals)]
            tables = await connection.fetch(sql.tables)

            def manifest(kind: Kind, written: tuple[Table, ...]) -> Manifest:
                return Manifest(
                    kind=kind, backup=number, made_at=now, migration=migration, master=fingerprint(keyring),
                    tables=written, seals=tuple(seals),
                )  # fmt: skip

            made = await _file(connection, log, "log", tables, manifest)
            made += await _file(connection, keys, "keys", tables, manifest)
    finally:
        await connection.close()
    if not made:
        await asyncio.to_thread(_remove, log, keys)
        raise Refused("nothing_here", f"There is nothing in this database. {database.IS_IT}")
    return made


def _remove(*files: Path) -> None:
    for file in files:
        file.unlink()


def _check_known(migration: str) -> None:
    """What a table of a newer version holds, and so into which file it belongs, is not for this one to say."""
    if migration > migrate.newest():
        raise Refused("backup_of_another", "A newer version of Vigie runs on this database; make the backup with that.")


async def _file(
    connection: asyncpg.Connection, path: Path, kind: Kind, tables: list[asyncpg.Record], manifest: _Manifest
) -> int:
    with backup_archive.writing(path, partial(manifest, kind)) as writer:
        for table in tables:
            if backup_tables.goes_into(table["name"]) == kind:
                await _table(connection, writer, table["name"], tuple(table["columns"]))
    return sum(table.rows for table in writer.tables)


async def _table(
    connection: asyncpg.Connection, writer: backup_archive.Writer, name: str, columns: tuple[str, ...]
) -> None:
    async with writer.table(name, columns) as (write, count):
        done = await connection.copy_from_table(name, schema_name="vigie", columns=columns, output=write)
        count(int(done.split()[-1]))


def fingerprint(keyring: Keyring) -> str:
    """Tells master keys apart, also across a rotation, and nothing of the key."""
    return hashlib.blake2b(b"vigie backup", key=keyring.notary, digest_size=8).hexdigest()
