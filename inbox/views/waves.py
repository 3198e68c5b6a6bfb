"""The waves of a brand for a screen: which are alive, how they grow, what is said in them.

Read from what `inbox.views.wave_members` wrote. Words are kept nowhere in it: the example is looked up among the items,
so that it is gone with its author, and the next one takes its place.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from inbox import harsh, messages, waves
from inbox.errors import NotFound
from inbox.ids import BrandId
from inbox.log.store import Connection
from inbox.sql import beside
from inbox.views import cursor
from inbox.views.queue import snapshot
from inbox.views.row import Row, timestamp
from inbox.views.sizes import sized
from inbox.views.stored import load_item, load_row

sql = beside(__file__, "waves.sql")

ALIVE = timedelta(days=7)
"""A wave that nobody joined for so long is over, and no longer listed."""
MOST = 100
LOOKED_AT = 8
"""So many of the first members are asked for an example."""


@dataclass(frozen=True, slots=True)
class Wave:
    """`counts`: messages of ten minutes each, the last of them up to now. `level`: the highest of its members' own.
    `example`: the words of its first member that can still be read, None when none can; `example_item`: whose;
    `example_fold`: why they stay folded until somebody asks for them."""

    id: uuid.UUID
    first_at: datetime
    last_at: datetime
    messages: int
    authors: int
    items: int
    level: int
    urgency: float
    channels: tuple[str, ...]
    langs: tuple[str, ...]
    counts: tuple[int, ...]
    example: str | None = None
    example_lang: str | None = None
    example_item: uuid.UUID | None = None
    example_fold: tuple[str, ...] = ()

    @property
    def last_hour(self) -> int:
        return sum(self.counts[-waves.AN_HOUR :])

    @property
    def doubling(self) -> bool:
        return waves.is_doubling(self.counts)

    def to_json(self, personal: bool) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "first_at": timestamp(self.first_at),
            "last_at": timestamp(self.last_at),
            "messages": self.messages,
            "authors": self.authors,
            "items": self.items,
            "level": self.level,
            "urgency": self.urgency,
            "channels": list(self.channels),
            "langs": list(self.langs),
            "last_hour": self.last_hour,
            "doubling": self.doubling,
            "counts": list(self.counts),
            "example": self.example if personal else None,
        }


@dataclass(frozen=True, slots=True)
class Page:
    """`next` is the cursor of the page after, None at the end."""

    rows: list[Row]
    next: str | None


async def of_brand(connection: Connection, brand: BrandId, now: datetime) -> list[Wave]:
    """Those alive, the most urgent first, then those that grow most."""
    async with snapshot(connection):
        found = await connection.fetch(sql.alive, brand, now - ALIVE, now, MOST)
        return await _filled(connection, brand, found, now)


async def one(connection: Connection, brand: BrandId, wave_id: uuid.UUID, now: datetime) -> Wave:
    """Raises NotFound, also for another brand's."""
    async with snapshot(connection):
        found = await connection.fetch(sql.one, brand, wave_id)
        if not found:
            raise NotFound
        return (await _filled(connection, brand, found, now))[0]


async def page(
    connection: Connection, brand: BrandId, wave_id: uuid.UUID, now: datetime, *, after: str | None = None, limit: int
) -> Page:
    """The items of a wave, who spoke last first. Raises Refused for what is no cursor of this list."""
    found = await connection.fetch(sql.rows_of, brand, wave_id, *cursor.heard(after), limit + 1)
    rows = [load_row(record["card"]).as_of(now) for record in found[:limit]]
    following = cursor.after_heard(found[limit - 1]["last_at"], rows[-1].id) if len(found) > limit else None
    return Page(await sized(connection, brand, rows), following)


async def _filled(connection: Connection, brand: BrandId, found: Sequence[asyncpg.Record], now: datetime) -> list[Wave]:
    ids = [record["wave_id"] for record in found]
    counts = await _counts(connection, brand, ids, now)
    examples = _examples(await connection.fetch(sql.first_said, brand, ids, LOOKED_AT))
    return [
        Wave(
            id=record["wave_id"], first_at=record["first_at"], last_at=record["last_at"], messages=record["messages"],
            authors=record["authors"], items=record["items"], level=record["level"], urgency=record["urgency"],
            channels=tuple(record["channels"]), langs=tuple(record["langs"]), counts=tuple(counts[record["wave_id"]]),
            **examples.get(record["wave_id"], {}),
        )
        for record in found
    ]  # fmt: skip


async def _counts(
    connection: Connection, brand: BrandId, ids: Sequence[uuid.UUID], now: datetime
) -> dict[uuid.UUID, list[int]]:
    counts = {wave_id: [0] * waves.SHOWN for wave_id in ids}
    since = now - waves.SHOWN * waves.BUCKET
    for record in await connection.fetch(sql.counts, brand, ids, since, now, int(waves.BUCKET.total_seconds())):
        counts[record["wave_id"]][-1 - record["ago"]] += record["messages"]
    return counts


def _examples(found: Iterable[asyncpg.Record]) -> dict[uuid.UUID, dict[str, Any]]:
    examples: dict[uuid.UUID, dict[str, Any]] = {}
    for record in found:
        if record["wave_id"] in examples:
            continue
        message = messages.find(load_item(record["state"]), record["external_id"])
        if message is not None and message.text:
            lang = message.judgement.lang if message.judgement else None
            examples[record["wave_id"]] = {
                "example": message.text, "example_lang": lang, "example_item": record["item_id"],
                "example_fold": harsh.named(message),
            }  # fmt: skip
    return examples
