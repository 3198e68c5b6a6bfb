"""Evidence packs of several items as one file, written while it is sent: a wave of thousands is never held whole.

Each item has a folder of its own with what its single pack holds (`inbox.evidence`); the seals stand once, over the
stretch of the log that holds them all. Each item is in the log as given out before its folder is.
"""

from __future__ import annotations

import hashlib
import io
import uuid
import zipfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import asyncpg

from inbox import evidence, history
from inbox.bulk.jobs import MOST
from inbox.errors import NotFound, Refused
from inbox.events import EvidenceTaken
from inbox.evidence import CHECKED, VERIFIABLE, as_json, sql
from inbox.history import History
from inbox.ids import BrandId, DedupeKey, ItemId
from inbox.log.record import NewEvent, item_stream
from inbox.log.store import Connection, Log
from inbox.log.store import sql as log_sql

Of = Literal["selection", "wave", "author"]
AT_ONCE = 50
"""So many items are recorded as given out, and then written."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """`of`: what holds them together; `name`: of the wave, of an item of the author, of the list that was asked for."""

    of: Of
    name: str
    items: Sequence[ItemId]


@dataclass(slots=True)
class _Sheaf:
    """A zip under way: what was written and not sent, and the digests of all files so far."""

    at: datetime
    waiting: io.BytesIO = field(default_factory=io.BytesIO)
    digests: dict[str, str] = field(default_factory=dict)
    sent: int = 0

    def write(self, data: bytes) -> int:
        """As a stream that cannot be wound back: `zipfile` then writes lengths behind what they are of."""
        return self.waiting.write(data)

    def flush(self) -> None:
        """Nothing to do: what is written is taken by `taken`."""

    def add(self, archive: zipfile.ZipFile, name: str, body: bytes) -> str:
        archive.writestr(zipfile.ZipInfo(name, self.at.timetuple()[:6]), body, zipfile.ZIP_DEFLATED)
        self.digests[name] = hashlib.sha256(body).hexdigest()
        return self.digests[name]

    def taken(self) -> bytes:
        data, self.waiting = self.waiting.getvalue(), io.BytesIO()
        return data


async def of_wave(connection: Connection, brand: BrandId, wave_id: uuid.UUID) -> Chosen:
    """All of it, also those that wait no more."""
    rows = await connection.fetch(sql.of_wave, brand, wave_id, MOST + 1)
    return Chosen("wave", str(wave_id), _plain(rows, "item_id"))


async def of_author(connection: Connection, brand: BrandId, past: History) -> Chosen:
    """All items of the author of this one, on every channel of its network."""
    rows = await connection.fetch(log_sql.streams_of_subject, brand, past.subject) if past.subject else []
    own = [ItemId(uuid.UUID(row["stream_id"])) for row in rows if len(row["stream_id"]) == 36]
    return Chosen("author", str(past.item.item_id), sorted(own) or [past.item.item_id])


def _plain(rows: Sequence[asyncpg.Record], name: str) -> list[ItemId]:
    return [ItemId(uuid.UUID(int=row[name].int)) for row in rows]


def check(chosen: Chosen) -> None:
    """Refused: `nothing_chosen`; `too_many_chosen`, with `most`."""
    if not chosen.items:
        raise Refused("nothing_chosen", "Choose at least one item.")
    if len(chosen.items) > MOST:
        raise Refused("too_many_chosen", f"At most {MOST:,} items at once.", details={"most": MOST})


async def packed(log: Log, brand: BrandId, chosen: Chosen, *, by: int, now: datetime) -> AsyncGenerator[bytes]:
    """The zip, piece by piece. What is not there (any more) is named in the manifest."""
    sheaf = _Sheaf(now)
    told = {"items": len(chosen.items), "brand": brand, "at": now.isoformat(timespec="seconds"), "by": by}
    manifest: list[dict[str, Any]] = []
    missing: list[str] = []
    with zipfile.ZipFile(sheaf, "w") as archive:  # type: ignore[call-overload]
        sheaf.add(archive, "README.txt", README.format(**told).encode())
        sheaf.add(archive, "LISEZMOI.txt", LISEZMOI.format(**told).encode())
        for start in range(0, len(chosen.items), AT_ONCE):
            some = chosen.items[start : start + AT_ONCE]
            found = [past for item_id in some if (past := await _there(log, brand, item_id))]
            missing += sorted({str(one) for one in some} - {str(past.item.item_id) for past in found})
            await _record(log, brand, found, by=by, now=now)
            for past in found:
                manifest.append(await _item(log, brand, past, sheaf, archive))
                yield sheaf.taken()
        sheaf.add(archive, "seals.json", as_json(await _seals(log, brand, manifest)))
        whole = {
            "brand": str(brand), "made_at": now, "by": by, "of": chosen.of, "name": chosen.name, "items": manifest,
            "missing": missing,
        }  # fmt: skip
        sheaf.add(archive, "manifest.json", as_json(whole))
        sums = "".join(f"{digest}  {name}\n" for name, digest in sheaf.digests.items())
        sheaf.add(archive, "SHA256SUMS", sums.encode())
    yield sheaf.taken()


async def _there(log: Log, brand: BrandId, item_id: ItemId) -> History | None:
    try:
        return await history.load(log, brand, item_id)
    except NotFound:
        return None


async def _record(log: Log, brand: BrandId, found: Sequence[History], *, by: int, now: datetime) -> None:
    lines = [EvidenceTaken(item=uuid.UUID(int=past.item.item_id.int), by=by, at=now) for past in found]
    if lines:
        await log.append(brand, [NewEvent(line, evidence.STREAM, DedupeKey(uuid.uuid4())) for line in lines])


async def _item(log: Log, brand: BrandId, past: History, sheaf: _Sheaf, archive: zipfile.ZipFile) -> dict[str, Any]:
    """Its folder, and its line of the manifest."""
    item_id = past.item.item_id
    rows = await log.pool.fetch(sql.of_item, brand, item_stream(item_id))
    files: Mapping[str, bytes] = {
        "messages.json": as_json(evidence.messages(past)),
        "events.json": as_json(evidence.events(past, rows, log.keyring.notary)),
    }
    return {
        "item": str(item_id), "network": past.item.network, "channel": past.item.channel_id,
        "since": rows[0]["position"], "upto": rows[-1]["position"], "messages": len(past.item.messages),
        "sha256": {name: sheaf.add(archive, f"{item_id}/{name}", body) for name, body in files.items()},
    }  # fmt: skip


async def _seals(log: Log, brand: BrandId, manifest: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if not manifest:
        return []
    since, upto = min(line["since"] for line in manifest), max(line["upto"] for line in manifest)
    return [evidence.seal(row) for row in await log.pool.fetch(sql.seals, brand, since, upto)]


README = (
    """Evidence pack of several conversations, made by Vigie.

items     {items}
brand     {brand}
made at   {at} (UTC)
by member {by}

manifest.json  what was asked for, every conversation in it, and the SHA-256 digests of its files
Each conversation has a folder, called as it is:
  messages.json  what the person wrote and what was answered, in order, with the network's time and the time of receipt
  events.json    every event of the conversation as the log holds it: position, time of recording, SHA-256 of its
                 stored bytes, and the notary's keyed digest
seals.json     the notary's seals over the stretch of the log that holds all these events
SHA256SUMS     digests of the files above

"""
    + CHECKED
)
LISEZMOI = (
    """Dossier de preuve de plusieurs conversations, établi par Vigie.

éléments  {items}
marque    {brand}
établi le {at} (UTC)
par       le membre {by}

manifest.json  ce qui a été demandé, chaque conversation du dossier et les empreintes SHA-256 de ses fichiers
Chaque conversation a un dossier qui porte son nom :
  messages.json  ce que la personne a écrit et ce qui a été répondu, dans l’ordre, avec l’heure du réseau et celle de
                 la réception
  events.json    chaque événement de la conversation tel que le journal le garde : position, heure d’inscription,
                 SHA-256 de ses octets et empreinte scellée du notaire
seals.json     les sceaux du notaire sur le tronçon du journal qui contient tous ces événements
SHA256SUMS     empreintes des fichiers ci-dessus

"""
    + VERIFIABLE
)
