"""What was promised to people ("we come back by 18:00"): which promises run, which were kept, which were broken.

A promise is the turn's, and its rule that of `inbox.sla.running_promise`; whose it is to keep: whoever holds the item,
else who took charge of the turn. One that runs out is broken at that moment, whether the clock worker has said so yet
or not. What was promised to somebody who withdrew, or of an item that was closed, is void and stands nowhere.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from inbox.ids import BrandId
from inbox.log.store import Connection
from inbox.sql import beside
from inbox.views.row import Row
from inbox.views.stored import load_row

sql = beside(__file__, "promises.sql")

State = Literal["open", "broken", "kept"]
STATES: tuple[State, ...] = get_args(State)
LOOKED_BACK = timedelta(days=30)
MOST = 200


@dataclass(frozen=True, slots=True)
class Promise:
    item_id: uuid.UUID
    until: datetime
    kept_at: datetime | None
    whose: int | None
    row: Row


async def of_brand(
    connection: Connection, brand: BrandId, state: State, now: datetime, *, member: int | None = None
) -> list[Promise]:
    """At most `MOST`: what runs with the next one first, what ended in the last 30 days with the latest first."""
    found = await connection.fetch(sql.of_brand, brand, state, member, now - LOOKED_BACK, now, MOST)
    return [
        Promise(row["item_id"], row["promise_until"], row["promise_kept_at"], row["whose"], load_row(row["card"]))
        for row in found
    ]


async def count(connection: Connection, brand: BrandId, of: Sequence[int], now: datetime) -> dict[int, int]:
    """Of these members who have any to keep."""
    return {row["member"]: row["promised"] for row in await connection.fetch(sql.counts, brand, of, now)}
