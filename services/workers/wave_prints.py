"""The windows of all brands this process looks at, and the table that lets any other process take a brand over.

Whoever takes holds the brand's row in `wave_windows` until their transaction ends, and leaves a fresh token there. A
process whose token it still is remembers what the table holds; one that finds another reads the table again, also after
a transaction of its own that failed.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import asyncpg
import numpy as np

from inbox import events as ev
from inbox import waves
from inbox.ids import BrandId, IdMaker
from inbox.log.store import Connection
from inbox.sql import beside
from inbox.views.columns import storable
from services.workers import prints
from services.workers.wave_window import MOST_PRINTS, Heard, Kept, Name, Taken, Window

sql = beside(__file__, "waves.sql")

MOST_REMEMBERED = 8
"""Brands whose window stays in memory, 15 to 30 MB each when full; others are read anew."""

Gone = ev.MessageWithdrawn | ev.AuthorForgotten


@dataclass(frozen=True, slots=True)
class Unheard:
    """Words that were not compared yet. `subject`: whose key seals them."""

    item_id: uuid.UUID
    external_id: str
    text: str
    heard_at: datetime
    subject: uuid.UUID | None = None
    version: str = ""
    lang: str | None = None
    embedding: bytes | None = None

    @property
    def name(self) -> Name:
        return self.item_id, self.external_id


Said = Unheard | Gone


class Windows:
    def __init__(self, ids: IdMaker) -> None:
        self._ids = ids
        self._remembered: OrderedDict[BrandId, tuple[uuid.UUID, Window]] = OrderedDict()

    async def take(self, connection: Connection, brand: BrandId, said: Sequence[Said], since: datetime) -> Taken:
        """Compares, and writes what came of it in the caller's transaction."""
        window = await self._window(connection, brand, since)
        taken = await asyncio.to_thread(_take, window, self._ids, brand, said, since)
        await self._write(connection, brand, taken, since)
        token = uuid.uuid4()
        await connection.execute(sql.mark, brand, token)
        self._remember(brand, token, window)
        return taken

    def forget(self) -> None:
        """Prints leave the memory, too, of brands to which nobody speaks any more. The others' are read again."""
        self._remembered.clear()

    async def _window(self, connection: Connection, brand: BrandId, since: datetime) -> Window:
        token = await connection.fetchval(sql.hold, brand)
        if token is None:
            await connection.execute(sql.open, brand, uuid.uuid4())
            token = await connection.fetchval(sql.hold, brand)
        ours, window = self._remembered.pop(brand, (None, None))
        if window is not None and ours == token:
            return window
        await connection.execute(sql.expire, brand, since)
        rows = await connection.fetch(sql.prints, brand, since, MOST_PRINTS)
        return Window(partial(self._ids.wave, brand), map(_kept, reversed(rows)))

    def _remember(self, brand: BrandId, token: uuid.UUID, window: Window) -> None:
        self._remembered[brand] = token, window
        while len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)

    async def _write(self, connection: Connection, brand: BrandId, taken: Taken, since: datetime) -> None:
        if taken.expired:
            await connection.execute(sql.expire, brand, since)
        if taken.gone:
            gone = [(item, storable(message)) for item, message in taken.gone]
            await connection.execute(sql.delete, brand, *map(list, zip(*gone, strict=True)))
        if taken.changed:
            rows = [_row(kept) for kept in taken.changed.values()]
            await connection.execute(sql.write, brand, *map(list, zip(*rows, strict=True)))


def _take(window: Window, ids: IdMaker, brand: BrandId, said: Sequence[Said], since: datetime) -> Taken:
    """In the order of the log. CPU work: on a thread."""
    taken, heard = (
        Taken(expired=window.expire(since)),
        _heard([one for one in said if isinstance(one, Unheard)], ids, brand),
    )
    for one in said:
        if not isinstance(one, Unheard):
            window.drop(_gone(window, one), taken)
        elif one in heard:
            window.take(heard[one], taken)
        else:  # an edit may leave too few words
            window.drop([one.name], taken)
    return taken


def _gone(window: Window, event: Gone) -> list[Name]:
    if isinstance(event, ev.MessageWithdrawn):
        return [(event.item_id, event.external_id)]
    return window.of_author(event.subject_id)


def _heard(unheard: Sequence[Unheard], ids: IdMaker, brand: BrandId) -> dict[Unheard, Heard]:
    """Without what is too short to prove anything."""
    texts = [one.text for one in unheard]
    made = zip(unheard, prints.of(texts, brand, ids.key, least=waves.LEAST_WORDS), strict=True)
    return {
        one: Heard(
            *one.name, one.subject or one.item_id, one.heard_at, its.signature, one.version, one.lang, one.embedding
        )
        for one, its in made
        if its is not None
    }


def _row(kept: Kept) -> tuple[object, ...]:
    heard = kept.heard
    return (
        heard.item_id, storable(heard.external_id), heard.version, heard.author, heard.heard_at, heard.lang,
        heard.signature.tobytes(), heard.embedding, kept.wave_id, kept.alike, kept.similarity, kept.joined,
    )  # fmt: skip


def _kept(row: asyncpg.Record) -> Kept:
    heard = Heard(
        row["item_id"], row["external_id"], row["author"], row["heard_at"],
        np.frombuffer(row["signature"], dtype=np.uint32), row["version"], row["lang"], row["embedding"],
    )  # fmt: skip
    return Kept(heard, row["wave_id"], row["alike"], row["similarity"], row["joined"])
