"""A shift from the views: what a member holds at its end, why each item is worth a word, and what they did in it.

Words stay where they are: an offer names items, and whoever reads it sees them as they stand by then.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from inbox import freezes
from inbox.freezes import Freeze
from inbox.handover import MOST_ITEMS
from inbox.ids import BrandId
from inbox.log.store import Connection
from inbox.sql import beside
from inbox.state import Item, Reply
from inbox.team_events import Handed, HandedItem
from inbox.views.row import Row
from inbox.views.stored import load_item, load_row

sql = beside(__file__, "shift.sql")


@dataclass(frozen=True, slots=True)
class Held:
    """`said`: what reached the person last, or is on its way."""

    item_id: uuid.UUID
    item: Item
    row: Row
    why: tuple[Handed, ...] = ()

    @property
    def said(self) -> Reply | None:
        return next((reply for reply in reversed(self.item.replies) if reply.state != "not_sent"), None)

    @property
    def handed(self) -> HandedItem:
        return HandedItem(item_id=self.item_id, why=self.why)


@dataclass(frozen=True, slots=True)
class Digest:
    held: list[Held]
    acknowledged: int
    answered: int


async def digest(
    connection: Connection, brand: BrandId, member: int, known: Sequence[Freeze], since: datetime, now: datetime
) -> Digest:
    rows = await connection.fetch(sql.held, brand, member, now, MOST_ITEMS)
    done = await connection.fetchrow(sql.done, brand, member, since)
    assert done is not None
    return Digest([_held(row, known, now) for row in rows], done["acknowledged"], done["answered"])


def _held(row: asyncpg.Record, known: Sequence[Freeze], now: datetime) -> Held:
    item, card = load_item(row["state"]), load_row(row["card"])
    why = tuple(_why(item, card, proposed=row["proposed"], frozen=bool(freezes.over(known, item, now))))
    return Held(_plain(row["item_id"]), item, card, why)


def _why(item: Item, row: Row, *, proposed: bool, frozen: bool) -> Iterator[Handed]:
    if row.promise_until is not None:
        yield "promised"
    if proposed:
        yield "approval"
    if frozen and row.waiting:
        yield "frozen"
    if row.waiting:
        yield "open"


async def named(connection: Connection, brand: BrandId, items: Sequence[HandedItem]) -> list[Held]:
    """The items of an offer as they stand now, in its order; one that nobody knows any more is left out."""
    rows = await connection.fetch(sql.cards, brand, [one.item_id for one in items])
    found = {row["item_id"]: row for row in rows}
    return [
        Held(one.item_id, load_item(row["state"]), load_row(row["card"]), one.why)
        for one in items
        if (row := found.get(one.item_id)) is not None
    ]


def _plain(ident: uuid.UUID) -> uuid.UUID:
    """The driver's UUIDs are a subclass that JSON writers do not know."""
    return uuid.UUID(int=ident.int)
