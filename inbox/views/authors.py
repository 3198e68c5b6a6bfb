"""All that one author wrote to the brand on one channel, and how fast we were: for the card of an author."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from inbox.ids import BrandId, SubjectId
from inbox.log.store import Connection
from inbox.log.store import sql as log_sql
from inbox.sql import beside
from inbox.state import Item
from inbox.views.stored import load_item

sql = beside(__file__, "authors.sql")


@dataclass(frozen=True, slots=True)
class Page:
    """`next`: the position to go on before, None at the end. `acknowledged_s`, `responded_s`: medians over `turns`,
    None where there was none; `items`: of the author on every channel of this network."""

    found: list[Item]
    next: int | None
    items: int
    turns: int
    acknowledged_s: float | None
    responded_s: float | None


async def page(
    connection: Connection, brand: BrandId, subject: SubjectId, channel: str, *, before: int = 2**62, limit: int = 20
) -> Page:
    streams = [row["stream_id"] for row in await connection.fetch(log_sql.streams_of_subject, brand, subject)]
    ids = [uuid.UUID(stream) for stream in streams if len(stream) == 36]
    rows = await connection.fetch(sql.items, brand, channel, ids, before, limit + 1)
    speeds = await connection.fetchrow(sql.speeds, brand, channel, ids)
    assert speeds is not None
    following = rows[limit - 1]["position"] if len(rows) > limit else None
    return Page([load_item(row["state"]) for row in rows[:limit]], following, len(ids), *speeds.values())
