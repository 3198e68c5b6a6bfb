"""The tables in which a brand's views are made anew (`vigie.rebuilding_…`), and how they take the running ones' place.

Whoever writes to them holds the row of its run against being taken over, in the same transaction: a process that was
thought dead and comes back writes nothing. The switch compares whole rows and changes those that differ, so that it is
short where the rows were right, and whoever reads meanwhile sees the old ones.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterable, Sequence

import asyncpg

from inbox.errors import Refused
from inbox.ids import BrandId
from inbox.log.store import Connection
from inbox.sql import beside
from inbox.views.streams import Built, Rows

sql = beside(__file__, "rebuilding.sql")

COLUMNS: dict[str, tuple[str, ...]] = {
    "items": (
        "item_id", "position", "subject_id", "channel_id", "network", "status", "priority", "rank_due_at", "lang",
        "assignee", "ack_due_at", "response_due_at", "warn_at", "next_alarm_at", "missed", "scored", "to_score",
        "uncertain", "words", "card", "state", "heard_at", "suspected", "wave",
    ),
    "turns": (
        "item_id", "turn", "channel_id", "network", "priority", "started_at", "ack_due_at", "response_due_at",
        "acknowledged_at", "acknowledged_by", "responded_at", "responded_by", "ended_at", "ended_as", "promise_until",
        "promise_kept_at", "promise_broken", "reopened_at",
    ),
    "messages": (
        "item_id", "external_id", "channel_id", "network", "thread", "sent_at", "received_at", "sentiment", "withdrawn",
        "level", "urgency", "lang", "assessed",
    ),
    "corrections": (
        "position", "item_id", "at", "what", "given_back", "rules", "priority", "level", "said", "had",
    ),
    "wave_members": (
        "item_id", "external_id", "wave_id", "joined_at", "heard_at", "channel_id", "author", "lang", "level",
        "urgency", "raised",
    ),
}  # fmt: skip
"""In the order in which `inbox.views.columns` gives them."""
TABLES = (*COLUMNS, "waves")
SAID, HAD = 8, 9
SWITCH_S = 900.0
"""For each statement of a switch. All rows of a long log at once take longer than any other statement may."""


class TakenOver(Refused):
    """Another rebuild of the brand began, since this one was silent for too long."""

    def __init__(self) -> None:
        super().__init__("rebuild_taken_over", "Another rebuild of this brand has taken over; this one stops.")

    def __reduce__(self) -> tuple[type[TakenOver], tuple[()]]:
        """It comes from another process."""
        return TakenOver, ()


async def prepare(connection: Connection) -> None:
    """Once a connection that writes: PostgreSQL copies a `tsvector` in its binary form only."""
    await connection.set_type_codec(
        "tsvector", schema="pg_catalog", encoder=_lexemes, decoder=bytes, format="binary"
    )  # fmt: skip


async def write(connection: Connection, brand: BrandId, run: uuid.UUID, built: Built) -> None:
    """In a transaction of its own. Raises TakenOver."""
    async with connection.transaction():
        await hold(connection, brand, run)
        await copy(connection, brand, built)


async def copy(connection: Connection, brand: BrandId, built: Built) -> None:
    for table, columns in COLUMNS.items():
        rows: Rows = getattr(built, table)
        if rows:
            await connection.copy_records_to_table(
                f"rebuilding_{table}", schema_name="vigie", columns=("brand_id", *columns),
                records=[(brand, *row) for row in (map(_listed, rows) if table == "corrections" else rows)],
            )  # fmt: skip


async def hold(connection: Connection, brand: BrandId, run: uuid.UUID) -> None:
    """Nobody takes over until the caller's transaction ends."""
    await connection.execute(sql.patient)
    if await connection.fetchval(sql.still_ours, brand, run) is None:
        raise TakenOver


async def drop_items(connection: Connection, brand: BrandId, items: Iterable[uuid.UUID]) -> None:
    """New rows of items that are folded once more."""
    asked = sorted(items)
    for table in COLUMNS:
        await connection.execute(getattr(sql, f"again_{table}"), brand, asked)


async def switch(connection: Connection, brand: BrandId) -> int:
    """Puts the new rows in the place of the old, in the caller's transaction. So many rows were not equal."""
    await connection.execute(sql.whole_brands)
    await connection.execute(sql.sum_up, brand, timeout=SWITCH_S)
    changed = 0
    for table in TABLES:
        gone = await connection.execute(getattr(sql, f"old_{table}"), brand, timeout=SWITCH_S)
        come = await connection.execute(getattr(sql, f"new_{table}"), brand, timeout=SWITCH_S)
        changed += max(_count(gone), _count(come))
    return changed


async def switches(connection: Connection | asyncpg.Pool, brand: BrandId) -> int:
    """How often rebuilt views took the place of others. It counts up where rows changed: who shows any starts anew."""
    return await connection.fetchval(sql.switches, brand) or 0


async def clear(connection: Connection, brand: BrandId) -> None:
    for table in TABLES:
        await connection.execute(getattr(sql, f"clear_{table}"), brand, timeout=SWITCH_S)


def _count(status: str) -> int:
    """Of "DELETE 3" and "INSERT 0 3"."""
    return int(status.rpartition(" ")[2])


def _listed(row: Sequence[object]) -> tuple[object, ...]:
    """`said` and `had` as the lists that `write_corrections` makes of them."""
    return (*row[:SAID], _list(str(row[SAID])), _list(str(row[HAD])))


def _list(joined: str) -> list[str]:
    return joined.split(",") if joined else []


def _lexemes(words: str) -> bytes:
    """As `array_to_tsvector(string_to_array(words, ' '))`: each once, in the order of their bytes, without places."""
    found = sorted(word.encode() for word in words.split(" ")) if words else []
    return struct.pack("!I", len(found)) + b"".join(word + b"\0\0\0" for word in found)
