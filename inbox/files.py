"""Files that go with a reply, from the moment somebody chose them: put here once, sealed under the author's key, named
by the reply that takes them, handed to the deliverer, and gone with the author or, never sent, after a day.

The event of the reply holds name, type and size, sealed as its words are; the bytes lie here, because a log that is
followed and read again must stay light.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg

from inbox import history
from inbox.errors import NotFound, Refused
from inbox.events import ReplyFile
from inbox.history import History
from inbox.ids import BrandId, ItemId
from inbox.log import ciphers, seal
from inbox.log.store import Connection, Log
from inbox.sql import beside
from inbox.state import Item

sql = beside(__file__, "files.sql")

UNSENT_FOR = timedelta(days=1)
HELD_FOR = timedelta(days=7)
"""Between the reply's event and the outbox, at the worst."""
UNSENT_MOST = 20
"""At one item: nobody's disk is filled by choosing."""
NAME_MOST = 100
_KIND = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,90}", re.ASCII)
_BARRED = frozenset('/\\:*?"<>|')


@dataclass(frozen=True, slots=True)
class Content:
    file: ReplyFile
    body: bytes = field(repr=False)


async def put(
    log: Log, brand: BrandId, past: History, name: str, content_type: str, body: bytes, *, by: int, now: datetime
) -> ReplyFile:
    """One file of one item. Refused: `forgotten`, `too_many_files`. The caller has asked the network's rule."""
    file = ReplyFile(file_id=uuid.uuid4(), name=tidy(name), content_type=content_type, bytes=len(body))
    item = past.item.item_id
    async with log.pool.acquire() as connection, connection.transaction():
        wrapped = None if past.subject is None else await connection.fetchval(sql.key, brand, past.subject)
        if past.subject is None or wrapped is None:
            raise Refused("forgotten", "This person was forgotten: there is nobody left to write to.", status=409)
        if await connection.fetchval(sql.unsent, brand, item) >= UNSENT_MOST:
            raise Refused("too_many_files", f"At most {UNSENT_MOST} files may wait at one item.", status=409)
        cipher = log.keyring.cipher(wrapped, ciphers.subject_binding(brand, past.subject))
        sealed = [seal.seal_with(cipher, clear, _binding(brand, file.file_id, part)) for part, clear in (
            ("name", (file.name or "").encode()), ("content", body),
        )]  # fmt: skip
        await connection.execute(
            sql.put, brand, file.file_id, item, past.subject, by, now, content_type, len(body), *sealed,
            now + UNSENT_FOR,
        )  # fmt: skip
    return file


async def chosen(
    log: Log, brand: BrandId, item_id: uuid.UUID, idents: Sequence[uuid.UUID], *, now: datetime,
    waits: timedelta = timedelta(),
) -> tuple[ReplyFile, ...]:  # fmt: skip
    """What a reply is about to take, in the order given; it stays long enough. `waits`: until it may leave, at the
    longest. Refused: `file_missing`."""
    if not idents:
        return ()
    wanted = list(dict.fromkeys(idents))
    until = now + waits + HELD_FOR
    rows = {row["file_id"]: row for row in await log.pool.fetch(sql.hold, brand, item_id, wanted, until)}
    missing = Refused("file_missing", "A file is not here any more: attach it again.", status=409)
    if len(rows) < len(wanted):
        raise missing
    files = [file for ident in wanted if (file := await _named(log, brand, rows[ident])) is not None]
    if len(files) < len(wanted):
        raise missing
    return tuple(files)


async def unsent_of(
    log: Log, brand: BrandId, item_id: uuid.UUID, by: int, *, now: datetime
) -> tuple[ReplyFile, ...]:  # fmt: skip
    """What this member has chosen at an item and no reply has taken, oldest first."""
    rows = await log.pool.fetch(sql.unsent_of, brand, item_id, by, now)
    return tuple([file for row in rows if (file := await _named(log, brand, row)) is not None])


async def _named(log: Log, brand: BrandId, row: asyncpg.Record) -> ReplyFile | None:
    """None where the author was forgotten."""
    ident = uuid.UUID(bytes=row["file_id"].bytes)  # the driver's own kind cannot be written into an event
    name = await _opened(log, brand, row["subject_id"], row["name"], _binding(brand, ident, "name"))
    if name is None:
        return None
    return ReplyFile(file_id=ident, name=name.decode(), content_type=row["content_type"], bytes=row["bytes"])


async def content(log: Log, brand: BrandId, item_id: uuid.UUID, ident: uuid.UUID) -> Content:
    """Raises `NotFound` for what is not there, not of this item, or forgotten."""
    row = await log.pool.fetchrow(sql.one, brand, item_id, ident)
    if row is None:
        raise NotFound
    file = await _named(log, brand, row)
    body = await _opened(log, brand, row["subject_id"], row["content"], _binding(brand, ident, "content"))
    if file is None or body is None:
        raise NotFound
    return Content(file, body)


async def keep(connection: Connection, brand: BrandId, files: Sequence[ReplyFile]) -> None:
    if files:
        await connection.execute(sql.keep, brand, [file.file_id for file in files])


async def drop(log: Log, brand: BrandId, item_id: ItemId, ident: uuid.UUID) -> None:
    """Taken out of the composer again; doing it again changes nothing. Refused: `file_taken` (409), while a proposal
    waits that names it, or once a reply does. Who is about to propose it holds it first (`chosen`), which is seen here.
    `NotFound` for an item that is not there."""
    lies_until = await log.pool.fetchval(sql.lies_until, brand, item_id, ident)
    if ident in taken((await history.load(log, brand, item_id)).item):
        raise _taken()
    gone = await log.pool.fetchval(sql.drop, brand, item_id, ident, lies_until)
    if not gone and await log.pool.fetchval(sql.lies_until, brand, item_id, ident) is not None:
        raise _taken()


def _taken() -> Refused:
    return Refused("file_taken", "A reply that waits or is on its way names this file.", status=409)


def taken(item: Item) -> frozenset[uuid.UUID]:
    """What replies of an item and a proposal that waits have named."""
    named = [one.files for one in item.replies]
    named += [one.files for one in item.proposals if one.state == "waiting"]
    return frozenset(file.file_id for files in named for file in files)


async def expire(log: Log, *, now: datetime) -> None:
    """What nobody sent goes, of all brands."""
    await log.pool.execute(sql.expire, now)


def kind_of(said: str | None, name: str) -> str:
    """A content type without its parameters; by the name's ending where the browser knows none."""
    kind = (said or "").partition(";")[0].strip().lower()
    if kind in {"", "application/octet-stream"}:
        kind = _ENDINGS.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    return kind if _KIND.fullmatch(kind) else "application/octet-stream"


_ENDINGS = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp",
    "pdf": "application/pdf", "txt": "text/plain", "mp4": "video/mp4", "svg": "image/svg+xml", "svgz": "image/svg+xml",
    "html": "text/html", "htm": "text/html", "xhtml": "application/xhtml+xml", "xml": "text/xml",
}  # fmt: skip


def tidy(name: str) -> str:
    """Without what a file system or a header could take amiss."""
    plain = unicodedata.normalize("NFC", name.encode("utf-8", "ignore").decode())
    kept = "".join(sign for sign in plain if sign.isprintable() and sign not in _BARRED)
    return kept.strip(". ")[-NAME_MOST:] or "file"


def barred(body: bytes) -> bool:
    """Whether a browser might run it, whatever it is called: a drawing or a page begins with a tag."""
    head = body[:1024].lstrip(b"\xef\xbb\xbf\x00 \t\r\n").lower()
    return head.startswith((b"<svg", b"<!doctype", b"<html", b"<?xml", b"<script"))


async def _opened(
    log: Log, brand: BrandId, subject: uuid.UUID, sealed: bytes, bound_to: bytes
) -> bytes | None:  # fmt: skip
    """None where the author was forgotten meanwhile, whether or not they have spoken again."""
    wrapped = await log.pool.fetchval(sql.key_for_reading, brand, subject)
    if wrapped is None:
        return None
    try:
        key = log.keyring.unwrap(wrapped, ciphers.subject_binding(brand, subject))
        return seal.open_sealed(key, sealed, bound_to)
    except seal.CannotOpen:
        return None


def _binding(brand: BrandId, ident: uuid.UUID, part: str) -> bytes:
    return b"file/%d/" % brand + ident.bytes + part.encode()
