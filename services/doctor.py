"""`vigie doctor`: looks at the configuration and says what is wrong and what would mend it. Changes nothing."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import asyncpg

from inbox.clock import SystemClock
from inbox.log import migrate, proof
from services import catalogue, database, instance, master, models, outage, spool
from services.ingest import safe
from services.postgres import Postgres
from services.postgres_host import PostgresFailed, find_binaries
from services.settings import Settings, SettingsError

LITTLE_BYTES, SCARCE_BYTES = 200 * 2**20, 2 * 2**30
APART_S, REFUSED_APART_S = 1.0, 240.0
"""Networks refuse, and we do, what was signed more than five minutes ago."""

Verdict = Literal["ok", "note", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`wrong` keeps Vigie from working; a `note` is worth knowing."""

    verdict: Verdict
    what: str
    remedy: str = ""


Check = Callable[[Settings], Awaitable[Finding]]


async def _port(settings: Settings) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            return Finding(
                "note", f"port {settings.port} of {settings.host} is taken ({error.strerror})",
                "if that is not a running Vigie, choose another with VIGIE_PORT",
            )  # fmt: skip
    return Finding("ok", f"port {settings.port} of {settings.host} is free")


async def _data_dir(settings: Settings) -> Finding:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        probe = settings.data_dir / ".doctor"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return Finding("wrong", f"cannot write to {settings.data_dir}: {error.strerror}", "set VIGIE_DATA_DIR")
    return Finding("ok", f"data folder {settings.data_dir.resolve()} can be written")


async def _room(settings: Settings) -> Finding:
    """A full disk loses nothing, but takes nothing either."""
    free = shutil.disk_usage(_there(settings.data_dir)).free
    told = f"{free / 2**30:.1f} GB are free for {settings.data_dir}"
    if free < LITTLE_BYTES:
        return Finding("wrong", told, "make room outside that folder: what arrives is refused when nothing is left")
    if free < SCARCE_BYTES:
        return Finding("note", told, "make room before it is used up")
    return Finding("ok", told)


def _there(folder: Path) -> Path:
    """The folder, or the nearest above it that is there already."""
    return next(one for one in (folder.resolve(), *folder.resolve().parents) if one.exists())


async def _clock(settings: Settings) -> Finding:
    """Against the database's: networks' signatures, due times and leases all trust one or the other."""
    dsn = settings.dsn or _running_dsn(settings)
    if dsn is None:
        return Finding("ok", "the clock is that of this host, as is the database's")
    try:
        off_s = (await database.clock(dsn) - SystemClock().now()).total_seconds()
    except database.DatabaseUnfit as error:
        return Finding("note", f"the clock cannot be held against the database's: {error}")
    told = f"the database's clock and this host's are {abs(off_s):.1f} s apart"
    remedy = "let both take their time from the network (chrony, systemd-timesyncd)"
    if abs(off_s) > REFUSED_APART_S:
        return Finding("wrong", f"{told}: networks' signatures may be refused", remedy)
    return Finding("note", told, remedy) if abs(off_s) > APART_S else Finding("ok", told)


def _running_dsn(settings: Settings) -> str | None:
    try:
        running = Postgres(settings.data_dir, binaries=settings.postgres_bin)
    except PostgresFailed:
        return None
    return running.dsn if running.is_running else None


async def _master_key(settings: Settings) -> Finding:
    """Against what the database holds, where that can be asked; none is made."""
    dsn = settings.dsn or _running_dsn(settings)
    try:
        if dsn is not None:
            return await _key_of(settings, dsn)
        _read(settings)
    except instance.MasterKeyGone as error:
        if dsn is None and (settings.data_dir / "postgres").exists():
            return Finding("wrong", f"master key: {error}, and there is a database beside it", master.REMEDY)
        return Finding("note", "there is no master key yet", "the first start makes one; keep a copy of it elsewhere")
    except SettingsError as error:
        return Finding("wrong", f"master key: {error}", "give the key that the data were sealed with")
    return Finding("ok", "the master key is readable")


def _read(settings: Settings) -> None:
    if settings.master_key is None:
        instance.stored_keyring(settings)
    else:
        instance.keyring(settings)


async def _key_of(settings: Settings, dsn: str) -> Finding:
    """Raises as `instance.stored_keyring` where the database does not care, or does not answer."""
    try:
        connection = await asyncpg.connect(dsn, timeout=database.CONNECT_TIMEOUT_S)
        try:
            stored = await proof.is_needed(connection)
            if stored:
                await master.proven(settings, connection)
        finally:
            await connection.close()
    except master.KeyUnfit as error:
        return Finding("wrong", str(error), "VigieMasterKeyAway in docs/runbook.md")
    except outage.AWAY:
        stored = False
    if not stored:
        _read(settings)
    return Finding("ok", "the master key opens what the database holds" if stored else "the master key is readable")


async def _database(settings: Settings) -> Finding:
    if settings.dsn is None:
        return await _embedded(settings)
    return await _server(settings.dsn)


async def _embedded(settings: Settings) -> Finding:
    try:
        folder = find_binaries(settings.postgres_bin)
        running = Postgres(settings.data_dir, binaries=settings.postgres_bin)
    except PostgresFailed as error:
        return Finding("wrong", str(error), "reinstall with `make install`")
    if running.is_running:
        return await _server(running.dsn)
    return Finding("ok", f"embedded PostgreSQL: {folder}")


async def _server(dsn: str) -> Finding:
    try:
        await database.check(dsn)
        at = await database.revision(dsn)
    except database.DatabaseUnfit as error:
        return Finding("wrong", str(error), "see DATABASE_URL in docs/settings.md")
    if migrate.is_behind(at):
        return Finding(
            "note", f"the database is at migration {at or 'none'}, wanted {migrate.newest()}", "vigie migrate"
        )
    if at != migrate.newest():
        known = f"a newer version brought the database to migration {at}, this one knows {migrate.newest()}"
        return Finding("note", known, "go on with the upgrade when nothing speaks against it")
    return Finding("ok", f"the database answers, is durable, and is at migration {at}")


async def _classifier(settings: Settings) -> Finding:
    chosen = settings.classifier is not None
    remedy = "name the folder of a model with VIGIE_CLASSIFIER" if chosen else "reinstall with `make install`"
    card = await asyncio.to_thread(catalogue.describe, models.Sources.of(settings), catalogue.DEFAULT)
    if card.wrong is not None:
        return Finding("wrong", f"the classifier cannot be used: {card.wrong}", remedy)
    return Finding("ok", f"the classifier answers: {card.model}")


async def _other_models(settings: Settings) -> Finding:
    sources = models.Sources.of(settings)
    if settings.classifiers_dir is None:
        return Finding("ok", "no further models are on offer (VIGIE_CLASSIFIERS_DIR)")
    if not settings.classifiers_dir.is_dir():
        return Finding("wrong", f"{settings.classifiers_dir} is no directory", "set VIGIE_CLASSIFIERS_DIR")
    cards = [await asyncio.to_thread(catalogue.describe, sources, name) for name in sources.names()[1:]]
    if wrong := [card for card in cards if card.wrong is not None]:
        told = "; ".join(f"{card.name}: {card.wrong}" for card in wrong)
        return Finding("note", f"of {len(cards)} further models some cannot be used: {told}", "vigie model show NAME")
    return Finding("ok", f"{len(cards)} further models can be used")


async def _spool(settings: Settings) -> Finding:
    """Says what waits there; a process that takes deliveries may be at it."""
    if not settings.spool_mb:
        return Finding(
            "note", "there is no spool: what arrives while the database is away is refused", "VIGIE_SPOOL_MB"
        )
    folder = settings.data_dir / safe.FOLDER
    if not (folder / spool.FILE).exists():
        return Finding("ok", "the spool is empty")
    try:
        opened = await spool.Spool.opened(folder, instance.keyring(settings), settings.spool_mb * 2**20)
        found = await opened.measure()
        await opened.close()
    except (spool.SpoolUnfit, SettingsError) as error:
        return Finding("wrong", str(error), "see VigieSpoolWaits in docs/runbook.md")
    if found.aside:
        return Finding(
            "wrong", f"{found.aside} deliveries of the spool cannot be read", "VigieSpoolAside in docs/runbook.md"
        )
    if found.waiting:
        waits = f"{found.waiting} deliveries wait in the spool, the oldest for {found.oldest_s:.0f} s"
        return Finding("note", waits, "they reach the log when the database answers a process with the role ingest")
    return Finding("ok", "the spool is empty")


CHECKS: tuple[Check, ...] = (
    _data_dir, _room, _master_key, _port, _database, _clock, _spool, _classifier, _other_models,
)  # fmt: skip


async def examine(settings: Settings) -> list[Finding]:
    return [await check(settings) for check in CHECKS]
