"""How many messages the wave of a row has: looked up when the row is read, since it changes with others' words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from inbox.ids import BrandId
from inbox.log.store import Connection
from inbox.sql import beside
from inbox.views.row import Row

sql = beside(__file__, "waves.sql")


async def sized(connection: Connection, brand: BrandId, rows: Sequence[Row]) -> list[Row]:
    """The rows, each with the size of its wave."""
    asked = sorted({row.wave for row in rows if row.wave is not None})
    if not asked:
        return list(rows)
    sizes = {record["wave_id"]: record["messages"] for record in await connection.fetch(sql.sizes, brand, asked)}
    return [replace(row, wave_size=sizes.get(row.wave, 0)) if row.wave else row for row in rows]
