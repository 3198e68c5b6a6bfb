"""The contender: the same fold, for the columns that SQL can make, as set-based statements over a plain events table.

It is given every advantage: events lie open in typed columns (no JSON, no sealing), rounds of the clock are wall time,
the policy is constant, words are not folded for search, and the tables it fills have a primary key and nothing else.
What it makes: status, priority, due times and counts of each item, its first turn, its messages.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator

import asyncpg

from inbox import events as ev
from inbox.ids import BrandId
from inbox.log.seal import Keyring
from inbox.sql import beside
from services import database
from tests.bench.measure import Sample
from tests.bench.rebuild import story

sql = beside(__file__, "setbased.sql")
COLUMNS = ("position", "item_id", "type", "external_id", "at", "heard_at", "by", "level", "urgency", "sentiment",
           "lang", "reply_id", "purpose", "followers", "assignee", "clock", "text")  # fmt: skip
STEPS = ("items", "turns", "messages")


class SetBased:
    name = "set-based SQL"

    def __init__(self, connection: asyncpg.Connection, count: int) -> None:
        self._connection, self._count = connection, count

    async def round(self, seconds: float) -> Sample:
        """The whole fold once, however long it takes."""
        await self._connection.execute(sql.empty)
        begun = time.perf_counter()
        async with self._connection.transaction():
            for step in STEPS:
                await self._connection.execute(getattr(sql, step))
        return Sample(self._count / (time.perf_counter() - begun))


@contextlib.asynccontextmanager
async def opened(dsn: str, brand: BrandId, keyring: Keyring, count: int) -> AsyncIterator[SetBased]:
    connection = await asyncpg.connect(dsn, server_settings=database.SESSION)
    try:
        await connection.execute(sql.schema)
        rows = []
        for position, (_, _, event) in enumerate(story.lines(count, brand, keyring), 1):
            rows.append(_row(position, event))
            if len(rows) == 20_000 or position == count:
                await connection.copy_records_to_table("events", schema_name="plain", columns=COLUMNS, records=rows)
                rows.clear()
        await connection.execute("VACUUM ANALYZE plain.events")
        yield SetBased(connection, count)
        await connection.execute("DROP SCHEMA plain CASCADE")
    finally:
        await connection.close()


def _row(position: int, event: ev.Event) -> tuple[object, ...]:
    author = getattr(event, "author", None)
    names = ("external_id", "by", "level", "urgency", "sentiment", "lang", "reply_id", "purpose")
    found = {name: getattr(event, name, None) for name in names}
    return (
        position, event.item_id, event.TYPE, found["external_id"], getattr(event, "sent_at", None) or event.at,  # type: ignore[attr-defined]
        getattr(event, "received_at", None), found["by"], found["level"], found["urgency"], found["sentiment"],
        found["lang"], found["reply_id"], found["purpose"], author and author.followers,
        getattr(event, "assignee", None), getattr(event, "clock", None), getattr(event, "text", None),
    )  # fmt: skip
