"""An evidence pack: all that was said in one item, with times and the notary's digests, as one file for lawyers.

It shows what the log holds and under which seals: whoever runs this instance can recompute each digest from the log and
the master key (`vigie verify`), so that nobody need trust the file alone. That it was taken is in the log.
"""

from __future__ import annotations

import hashlib
import io
import uuid
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from inbox import history
from inbox.events import EvidenceTaken, MessageReceived
from inbox.history import History
from inbox.ids import BrandId, DedupeKey, ItemId
from inbox.log.digests import Row, event_digest
from inbox.log.record import NewEvent, item_stream
from inbox.log.store import Log
from inbox.sql import beside

sql = beside(__file__, "evidence.sql")
STREAM = "evidence"
CHECKED = """\
The log is written once and never changed. The notary seals it in stretches, each chained to the one before, under a key
that is not in the database. Who runs this instance can check the seals with the command "vigie verify".
"""
VERIFIABLE = """\
Le journal s’écrit une fois et ne change jamais. Le notaire le scelle par tronçons, chacun lié au précédent, avec une
clé qui n’est pas dans la base. L’exploitant de cette instance peut vérifier les sceaux avec la commande
« vigie verify ».
"""
README = (
    """Evidence pack of one conversation, made by Vigie.

item      {item}
brand     {brand}
made at   {at} (UTC)
by member {by}

messages.json  what the person wrote and what was answered, in order, with the network's time and the time of receipt
events.json    every event of the conversation as the log holds it: position, time of recording, SHA-256 of its stored
               bytes, and the notary's keyed digest
seals.json     the notary's seals over the stretches of the log that hold these events
SHA256SUMS     digests of the files above

"""
    + CHECKED
)
LISEZMOI = (
    """Dossier de preuve d’une conversation, établi par Vigie.

élément   {item}
marque    {brand}
établi le {at} (UTC)
par       le membre {by}

messages.json  ce que la personne a écrit et ce qui a été répondu, dans l’ordre, avec l’heure du réseau et celle de
               la réception
events.json    chaque événement de la conversation tel que le journal le garde : position, heure d’inscription,
               SHA-256 de ses octets et empreinte scellée du notaire
seals.json     les sceaux du notaire sur les tronçons du journal qui contiennent ces événements
SHA256SUMS     empreintes des fichiers ci-dessus

"""
    + VERIFIABLE
)


async def pack(log: Log, brand: BrandId, item_id: ItemId, *, by: int, now: datetime) -> bytes:
    """A zip. `NotFound` for an item that is not there."""
    past = await history.load(log, brand, item_id)
    rows = await log.pool.fetch(sql.of_item, brand, item_stream(item_id))
    seals = await log.pool.fetch(sql.seals, brand, rows[0]["position"], rows[-1]["position"])
    taken = EvidenceTaken(item=uuid.UUID(int=item_id.int), by=by, at=now)
    await log.append(brand, [NewEvent(taken, STREAM, DedupeKey(uuid.uuid4()))])
    told = {"item": item_id, "brand": brand, "at": now.isoformat(timespec="seconds"), "by": by}
    return _zipped({
        "README.txt": README.format(**told).encode(),
        "LISEZMOI.txt": LISEZMOI.format(**told).encode(),
        "messages.json": as_json(messages(past)),
        "events.json": as_json(events(past, rows, log.keyring.notary)),
        "seals.json": as_json([seal(row) for row in seals]),
    }, now)  # fmt: skip


def messages(past: History) -> list[dict[str, Any]]:
    item = past.item
    theirs = [
        {
            "from": "author", "id": said.external_id, "kind": said.kind, "sent_at": said.sent_at,
            "received_at": said.received_at, "edited_at": said.edited_at, "withdrawn_at": said.withdrawn_at,
            "text": said.text, "permalink": said.permalink,
        }
        for said in item.messages
    ]  # fmt: skip
    ours = [
        {
            "from": "us", "id": reply.external_id, "kind": reply.purpose, "sent_at": reply.sent_at or reply.at,
            "state": reply.state, "text": reply.text,
        }
        for reply in item.replies
    ]  # fmt: skip
    author = item.author.model_dump(mode="json") if item.author else None
    lines = sorted([*theirs, *ours], key=_said_at)
    return [{"author": author, "network": item.network, "channel": item.channel_id}, *lines]


def _said_at(line: dict[str, Any]) -> datetime:
    at: datetime = line["sent_at"]
    return at


def events(past: History, rows: Sequence[Row], key: bytes) -> list[dict[str, Any]]:
    opened = {recorded.position: recorded for recorded in past.recorded}
    return [
        {
            "position": row["position"], "type": row["type"], "recorded_at": row["recorded_at"],
            "sha256": hashlib.sha256(row["body"] + (row["sealed"] or b"")).hexdigest(),
            "notary": event_digest(key, row).hex(), "fields": _fields(opened[row["position"]].event),
        }
        for row in rows
        if row["position"] in opened
    ]  # fmt: skip


def _fields(event: Any) -> dict[str, Any]:
    """Of the person's words only their own messages: notes of the team are not evidence against anybody."""
    hidden = set() if isinstance(event, MessageReceived) else {"text", "variants", "original", "name", "digest"}
    fields: dict[str, Any] = event.model_dump(mode="json", exclude=hidden | {"item_id"})
    return fields


def seal(row: Row) -> dict[str, Any]:
    return {**{name: row[name] for name in ("since", "upto", "sealed_at")}, "digest": row["digest"].hex()}


def as_json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)


def _zipped(files: dict[str, bytes], now: datetime) -> bytes:
    sums = "".join(f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in files.items())
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in {**files, "SHA256SUMS": sums.encode()}.items():
            archive.writestr(zipfile.ZipInfo(name, now.timetuple()[:6]), body)
    return whole.getvalue()
