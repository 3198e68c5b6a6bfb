"""Forgetting an author: their key is destroyed, the raw deliveries that brought their words are thrown away, and the
log says so, in one transaction. Views and prints follow when they read it.

What stays: times, figures, ids that networks gave to messages, and (until their day's key expires) raw deliveries of
edits and of what could not be read. docs/privacy.md says it to people.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

import asyncpg

from inbox import events as ev
from inbox.errors import Refused
from inbox.ids import BrandId, DedupeKey, Position, SubjectId
from inbox.log.record import NewEvent
from inbox.log.store import Connection, Log
from inbox.people import retention
from inbox.sql import beside

sql = beside(__file__, "erasure.sql")


def forgetting_stream(subject: uuid.UUID) -> str:
    """Where an author's `AuthorForgotten` stands: it concerns all their items."""
    return f"subject:{subject}"


async def forget(log: Log, brand: BrandId, subject: SubjectId, *, by: int | None, now: datetime) -> Position:
    """`by`: None from the shell. Refused: `legal_hold`."""
    async with log.pool.acquire() as connection, connection.transaction():
        if (await retention.of_brand(log, brand, connection=connection)).hold:
            raise Refused(
                "legal_hold", "This brand is under a legal hold: nobody is forgotten before it ends.", status=409
            )
        position = await _forget(connection, log, brand, subject, by=by, now=now)
    log.pulse.beat("log", brand)
    assert position is not None
    return position


async def forget_aged(log: Log, brand: BrandId, subject: SubjectId, *, now: datetime) -> bool:
    """Their time of keeping is over. False: somebody was faster. The caller has asked about a legal hold."""
    async with log.pool.acquire() as connection, connection.transaction():
        done = await _forget(connection, log, brand, subject, by=None, now=now, once=True)
    log.pulse.beat("log", brand)
    return done is not None


async def _forget(
    connection: Connection, log: Log, brand: BrandId, subject: SubjectId, *, by: int | None, now: datetime,
    once: bool = False,
) -> Position | None:  # fmt: skip
    """The key goes first: its row is locked by whoever is writing the author's words, so no item is overlooked."""
    if not await log.forget(connection, brand, subject) and once:
        return None
    rows = await connection.fetch(sql.heard, brand, subject)
    await connection.execute(sql.drop_files, brand, subject)
    await connection.execute(sql.drop_deliveries, brand, list(_deliveries(rows)))
    items = tuple(sorted({found for row in rows if (found := _item_of(row["stream_id"])) is not None}))
    event = ev.AuthorForgotten(subject_id=uuid.UUID(int=subject.int), item_ids=items, by=by, at=now)
    new = NewEvent(event, forgetting_stream(subject), DedupeKey(uuid.uuid4()))
    (position,) = await log.append(brand, [new], connection=connection)
    return position


def _deliveries(rows: Iterable[asyncpg.Record]) -> set[uuid.UUID]:
    """Those whose every word became an event: nothing is lost with them."""
    heard = (ev.decode(row["type"], row["v"], row["body"], None) for row in rows if row["type"] == "MessageReceived")
    return {e.delivery_id for e in heard if isinstance(e, ev.MessageReceived) and e.delivery_id is not None}


def _item_of(stream: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(stream)
    except ValueError:
        return None
