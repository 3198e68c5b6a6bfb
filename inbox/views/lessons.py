"""What people corrected, as training text: one line an item and turn, personal content masked, nobody forgotten.

A line holds the author's words of that turn that were corrected, in order, with the level and the categories that
people gave them. Items of which only the language was corrected teach nothing about urgency, and are left out.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import orjson

from inbox import categories, corrections
from inbox.events import CorrectionsExported
from inbox.ids import BrandId, DedupeKey
from inbox.log.record import NewEvent
from inbox.log.store import Connection, Log
from inbox.masking import mask
from inbox.state import Correction, Item, Message
from inbox.views.agreement import sql
from inbox.views.items import sql as items_sql
from inbox.views.queue import snapshot
from inbox.views.stored import load_item

AT_ONCE = 500
STREAM = "settings"
"""Where the audit lines of a brand stand."""


async def export(log: Log, brand: BrandId, *, by: int | None, now: datetime) -> tuple[bytes, int]:
    """The lines (JSON, each ending in a newline) and how many they are; an audit line says so in the log."""
    async with log.pool.acquire() as connection, snapshot(connection):
        lines = [orjson.dumps(line) + b"\n" async for line in _all(connection, brand)]
    event = CorrectionsExported(lines=len(lines), by=by, at=now)
    await log.append(brand, [NewEvent(event, STREAM, DedupeKey(uuid.uuid4()))])
    return b"".join(lines), len(lines)


async def _all(connection: Connection, brand: BrandId) -> AsyncIterator[dict[str, Any]]:
    last = uuid.UUID(int=0)
    while rows := await connection.fetch(sql.corrected, brand, last, AT_ONCE):
        ids = [row["item_id"] for row in rows]
        states = {row["item_id"]: row["state"] for row in await connection.fetch(items_sql.states, brand, ids)}
        for item_id in ids:
            for line in lines_of(load_item(states[item_id])):
                yield line
        last = ids[-1]


def lines_of(item: Item) -> Iterator[dict[str, Any]]:
    """{"text", "lang", "level", "categories", "source"}; none of an author who was forgotten."""
    if item.forgotten:
        return
    names = (item.author.name, item.author.handle) if item.author else ()
    for (_, word), said in groupby(item.messages, key=_corrected_as):
        spoken = [message for message in said if message.text and message.text.strip()]
        if spoken and corrections.speaks_of_urgency(word):
            yield {"text": mask("\n".join(message.text or "" for message in spoken), names), **_label(spoken)}


def _corrected_as(message: Message) -> tuple[int, Correction]:
    return message.turn, message.correction


def _label(spoken: Sequence[Message]) -> dict[str, Any]:
    said = [reading for message in spoken if (reading := corrections.reading(message))]
    return {
        "lang": next((one.lang for one in said if one.lang), None),
        "level": max(one.level for one in said),
        "categories": list(categories.in_order(name for one in said for name in one.categories)),
        "source": "correction",
    }
