"""What waits to leave, by channel: replies and gestures that were decided, and accounts whose network said "not
yet"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from inbox.ids import BrandId
from inbox.log.store import Connection
from inbox.sql import beside

sql = beside(__file__, "waiting.sql")


@dataclass(frozen=True, slots=True)
class Waiting:
    """`count`: replies and gestures; `until`: nothing of the account is tried before, None where nothing keeps it."""

    count: int
    until: datetime | None


async def of_brand(connection: Connection, brand: BrandId, now: datetime) -> Mapping[str, Waiting]:
    """By channel id; channels where nothing waits are missing."""
    rows = await connection.fetch(sql.of_brand, brand, now)
    return {row["channel_id"]: Waiting(row["waiting"], row["until"]) for row in rows}
