"""How much of threats and insults each colleague had to read: folded words that they opened, counted by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from inbox.ids import BrandId
from inbox.log.store import Connection
from inbox.sql import beside

sql = beside(__file__, "exposures.sql")

WEEK, MONTH = timedelta(days=6), timedelta(days=29)


@dataclass(frozen=True, slots=True)
class Exposure:
    """Of the last seven and thirty days, today included."""

    member: int
    week: int
    month: int


async def opened(connection: Connection, brand: BrandId, member: int, day: date) -> None:
    await connection.execute(sql.opened, brand, member, day)


async def of_brand(connection: Connection, brand: BrandId, today: date) -> list[Exposure]:
    rows = await connection.fetch(sql.since, brand, today - MONTH, today - WEEK)
    return [Exposure(row["member_id"], row["lately"] or 0, row["all_of_it"]) for row in rows]
