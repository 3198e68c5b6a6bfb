"""Words that wait for their judgement, and what happened to them while a model read them.

An edit makes a judgement old. Somebody may be forgotten meanwhile, and perhaps heard again under a new key: then the
judgement is kept without a quote, since figures stay and words do not.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from inbox import events as ev
from inbox.errors import NotFound
from inbox.ids import BrandId, ItemId, SubjectId
from inbox.log.record import item_stream
from inbox.sql import beside

sql = beside(__file__, "classify.sql")

HEAD, TAIL = 15_000, 5_000
"""Letters read of a very long text, at either end: people open with what happened and close with what they want."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words to be judged. `version`: the time of their edit, "" for the original ones. `thread`: None where the views
    know it. `glanced`: a first look at them stands already."""

    item_id: ItemId
    channel_id: str
    external_id: str
    text: str
    received_at: datetime
    version: str = ""
    subject: SubjectId | None = None
    thread: uuid.UUID | None = None
    glanced: bool = False

    @property
    def read(self) -> str:
        """What a model is given of them."""
        text = self.text
        return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}\n{text[-TAIL:]}"


@dataclass(frozen=True, slots=True)
class Since:
    """`epoch`: how many of the brand's keys were destroyed by then. `spreads`: of each of the words, in order."""

    epoch: int
    edited: Collection[str]
    known: Collection[uuid.UUID]
    forgotten: Collection[uuid.UUID]
    spreads: Sequence[int]

    def holds(self, words: Words) -> bool:
        """Whether they are still what their author says: a late judgement must not stand for new words."""
        return item_stream(words.item_id) not in self.edited

    def quotable(self, words: Words) -> bool:
        return words.subject is not None and words.subject in self.known and words.subject not in self.forgotten


async def look(pool: asyncpg.Pool, brand: BrandId, words: Sequence[Words], read_at: int) -> Since:
    """What happened after `read_at`. Raises `NotFound` where there is no such brand."""
    row = await pool.fetchrow(
        sql.before_saying, brand, [item_stream(one.item_id) for one in words], read_at,
        list({one.subject for one in words if one.subject is not None}), [one.item_id for one in words],
        [one.thread for one in words], [one.received_at for one in words],
    )  # fmt: skip
    if row is None:
        raise NotFound
    forgotten = (
        ev.decode(ev.AuthorForgotten.TYPE, v, body, None)
        for v, body in zip(row["forgotten_v"], row["forgotten"], strict=True)
    )
    gone = {event.subject_id for event in forgotten if isinstance(event, ev.AuthorForgotten)}
    return Since(row["epoch"], set(row["edited"]), set(row["known"]), gone, row["spreads"])
