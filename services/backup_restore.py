"""`vigie restore`: a backup into an empty instance, which then sends nothing until somebody says go.

Both files are found whole before anything is written. All rows go in in one transaction; in the same one every brand's
outbound is stopped, an era of its log begins (`inbox.log.eras`), and every reply that the copy believes unsent becomes
uncertain, since it may have left after the backup was made. Then the views are made from the log, and the log is held
against the seals that the backup bears witness of. The file of the keys may be of a later backup than that of the log:
whoever was forgotten between the two stays forgotten.
"""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg

from inbox import events as ev
from inbox.errors import Refused
from inbox.ids import BrandId, dedupe_key
from inbox.log import ciphers, eras, migrate, notary
from inbox.log.notary import Witness
from inbox.log.record import NewEvent, item_stream
from inbox.log.seal import CannotOpen
from inbox.log.store import Log
from inbox.people import brands
from inbox.views import rebuild
from inbox.views.rebuild_share import Elsewhere
from services import administration, backup_archive
from services.backup import connected, fingerprint, keys_beside, sql
from services.backup_archive import Archive, Manifest
from services.settings import Settings


@dataclass(frozen=True, slots=True)
class Restored:
    """`uncertain`: replies that nobody knows the end of. `faults`: of the restored log, by brand."""

    rows: int
    brands: list[BrandId]
    uncertain: int
    faults: dict[BrandId, int]


async def restore(settings: Settings, args: argparse.Namespace) -> int:
    keys = None if args.without_keys else args.keys or keys_beside(args.file)
    async with administration.opened(settings) as desk:
        done = await put_back(desk.dsn, desk.log, args.file, keys, now=desk.clock.now())
    print(f"{done.rows} rows restored, the views of {len(done.brands)} brands made from the log.")
    print(f"{done.uncertain} replies were under way: they are uncertain now, for somebody to settle.")
    print("Nothing is sent to the outside. When this copy is to take over: vigie outbound go --all")
    for brand, count in done.faults.items():
        print(f"The log of brand {brand} is not what was sealed, at {count} places: vigie verify")
    return 1 if done.faults else 0


async def put_back(dsn: str, log: Log, file: Path, keys: Path | None, *, now: datetime) -> Restored:
    """Refused: `backup_unreadable`, `backup_of_another`, `not_empty`, `in_use`."""
    with backup_archive.reading(file, "log") as archive:
        archives = [archive]
        if keys is None:
            return await _put_back(dsn, log, archives, now)
        with backup_archive.reading(keys, "keys") as opening:
            return await _put_back(dsn, log, [*archives, opening], now)


async def _put_back(dsn: str, log: Log, archives: list[Archive], now: datetime) -> Restored:
    for archive in archives:
        _check_fits(archive.manifest, log)
    connection = await connected(dsn)
    try:
        await _check_empty(connection)
        await _as_it_was(dsn, connection, archives[0].manifest.migration)
        async with connection.transaction():
            rows = await _load(connection, archives)
            await connection.execute(sql.stop_everywhere, now)
            await _check_key(connection, log)
            current = archives[0].manifest.migration == migrate.newest()
            uncertain = await _settle(connection, log, now) if current else 0
        if not current:
            await migrate.migrate(dsn)
            await connection.reload_schema_state()
            async with connection.transaction():
                uncertain = await _settle(connection, log, now)
    finally:
        await connection.close()
    there = [one.id for one in await brands.everyone(log)]
    for brand in there:
        await rebuild.rebuild(log, brand, processes=Elsewhere(dsn, log.keyring))
    faults = await _verify(log, there, archives[0].manifest)
    return Restored(rows, there, uncertain, faults)


def _check_fits(manifest: Manifest, log: Log) -> None:
    if manifest.migration > migrate.newest():
        raise Refused("backup_of_another", "A newer version of Vigie made this backup; restore it with that one.")
    if manifest.master != fingerprint(log.keyring):
        raise Refused(
            "backup_of_another",
            "This backup was made under another master key. Give that one: VIGIE_MASTER_KEY, or master.key.",
        )


async def _check_empty(connection: asyncpg.Connection) -> None:
    if await connection.fetchval(sql.occupied):
        raise Refused("not_empty", "There are brands or members in this database. Restore into an empty one.")
    if await connection.fetchval(sql.followed):
        raise Refused("in_use", "Vigie runs on this database. Stop it first.")


async def _as_it_was(dsn: str, connection: asyncpg.Connection, migration: str) -> None:
    """The rows go into the schema that they come from, and are brought forward with it."""
    if await connection.fetchval(sql.migration) != migration:
        async with connection.transaction():
            await connection.execute(sql.drop_schema)
            await connection.execute(sql.drop_version)
        await migrate.migrate(dsn, migration)


async def _load(connection: asyncpg.Connection, archives: Iterable[Archive]) -> int:
    rows = 0
    for archive in archives:
        for table in archive.manifest.tables:
            done = await connection.copy_to_table(
                table.name, schema_name="vigie", columns=table.columns, source=archive.chunks(table)
            )
            if done != f"COPY {table.rows}":
                raise Refused("backup_unreadable", f"{archive.path}: {table.name} has not the rows it should have.")
            rows += table.rows
    return rows


async def _check_key(connection: asyncpg.Connection, log: Log) -> None:
    row = await connection.fetchrow(sql.a_subject_key)
    if row is None:
        return
    try:
        log.keyring.unwrap(row["wrapped_key"], ciphers.subject_binding(row["brand_id"], row["subject_id"]))
    except CannotOpen as error:
        raise Refused("backup_of_another", "The master key at hand does not open these keys.") from error


@dataclass(frozen=True, slots=True, order=True)
class _UnderWay:
    """A reply or a gesture; `what` as in the outbox."""

    brand: BrandId
    item: uuid.UUID
    errand: uuid.UUID
    what: str

    @property
    def doubted(self) -> Callable[[datetime], ev.ItemEvent]:
        item, errand = self.item, self.errand
        if self.what == "gesture":
            return lambda at: ev.GestureEnded(
                item_id=item, gesture_id=errand, end="uncertain", reason="restored", at=at
            )
        return lambda at: ev.ReplyUncertain(item_id=item, reply_id=errand, reason="restored", at=at)


async def _settle(connection: asyncpg.Connection, log: Log, now: datetime) -> int:
    """What may have left is not sent again: each is uncertain, in the log and so for ever. Begins the new era."""
    for row in await connection.fetch(sql.brands):
        await eras.begin(connection, BrandId(row["brand_id"]), now=now)
    found, count = await _under_way(connection), 0
    for one in sorted(found):
        key = dedupe_key(f"{one.what} uncertain", str(one.brand), str(one.errand), "")
        new = NewEvent(one.doubted(now), item_stream(one.item), key)
        count += await log.append(one.brand, [new], connection=connection) != [None]
    await connection.execute(sql.end_outbox, sorted({one.brand for one in found}))
    return count


async def _under_way(connection: asyncpg.Connection) -> set[_UnderWay]:
    found = {
        _UnderWay(BrandId(row["brand_id"]), _plain(row["item_id"]), _plain(row["reply_id"]), row["what"])
        for row in await connection.fetch(sql.under_way)
    }
    for row in await connection.fetch(sql.not_in_outbox):
        event = ev.decode(row["type"], row["v"], row["body"], None)
        if isinstance(event, ev.ReplyQueued):
            found.add(_UnderWay(BrandId(row["brand_id"]), event.item_id, event.reply_id, "reply"))
        elif isinstance(event, ev.GestureQueued):
            found.add(_UnderWay(BrandId(row["brand_id"]), event.item_id, event.gesture_id, "gesture"))
    return found


def _plain(id_: uuid.UUID) -> uuid.UUID:
    """The driver's own kind cannot be written into an event."""
    return uuid.UUID(bytes=id_.bytes)


async def _verify(log: Log, there: Iterable[BrandId], manifest: Manifest) -> dict[BrandId, int]:
    known = {s.brand: Witness(BrandId(s.brand), s.position, bytes.fromhex(s.digest)) for s in manifest.seals}
    found = {brand: await notary.verify(log, brand, known.get(brand)) for brand in there}
    return {brand: len(finding.faults) for brand, finding in found.items() if finding.faults}
