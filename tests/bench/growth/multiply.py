"""A brand's past, made long by copying what is done: its resolved items with their events, turns and messages.

Each copy has ids, positions and one word of its own. Its sealed words stay those of the seed, and do not open: no page
that is measured opens them. What waits is not copied: a brand that has been heard for years has no more open items than
a young one. Indexes and keys are made after the rows, as for any large load, and the tables are vacuumed and analysed,
as autovacuum does in time.
"""

from __future__ import annotations

import logging

import asyncpg

from inbox.ids import BrandId

AT_ONCE = 200
"""Copies in one statement."""
TABLES = ("events", "items", "turns", "messages")
logger = logging.getLogger(__name__)

SEED = """
CREATE TEMP TABLE seed_items AS SELECT * FROM vigie.items WHERE brand_id = $1 AND status = 'resolved';
CREATE TEMP TABLE seed_events AS
  SELECT e.*, row_number() OVER (ORDER BY e.position) AS place FROM vigie.events e
  WHERE e.brand_id = $1 AND e.stream_id IN (SELECT item_id::text FROM seed_items);
CREATE TEMP TABLE seed_turns AS
  SELECT t.* FROM vigie.turns t JOIN seed_items USING (brand_id, item_id);
CREATE TEMP TABLE seed_messages AS
  SELECT m.* FROM vigie.messages m JOIN seed_items USING (brand_id, item_id);
ALTER TABLE seed_items ADD COLUMN place bigint;
UPDATE seed_items i SET place = e.place FROM seed_events e WHERE e.position = i.position;
"""
ITEM = "md5(s.item_id || ':' || c)::uuid"
PLACE = "$1::bigint + (c - $2::bigint) * $4::bigint + s.place"
CHANGED = {
    "events": {
        "position": PLACE, "stream_id": "md5(s.stream_id || ':' || c)::uuid::text",
        "dedupe": "md5(s.dedupe || ':' || c)::uuid", "subject_id": "md5(s.subject_id || ':' || c)::uuid",
        "recorded_at": "s.recorded_at - c * interval '5 minutes'",
    },
    "items": {
        "item_id": ITEM, "position": PLACE, "subject_id": "md5(s.subject_id || ':' || c)::uuid",
        "words": f"array_to_tsvector(tsvector_to_array(s.words) || (s.brand_id || ':' || left(({ITEM})::text, 8)))",
    },
    "turns": {"item_id": ITEM, "started_at": "s.started_at - c * interval '5 minutes'"},
    "messages": {"item_id": ITEM, "received_at": "s.received_at - c * interval '5 minutes'"},
}  # fmt: skip
"""What a copy has of its own, by column; `c` is its number, `s` the row of the seed."""
KEYS = """
SELECT conname AS name, pg_get_constraintdef(oid) AS made FROM pg_constraint
WHERE conrelid = ('vigie.' || $1)::regclass AND contype IN ('p', 'u')
"""
INDEXES = """
SELECT indexname AS name, indexdef AS made FROM pg_indexes i WHERE schemaname = 'vigie' AND tablename = $1
AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname)
"""
COLUMNS = """
SELECT attname FROM pg_attribute WHERE attrelid = ('vigie.' || $1)::regclass AND attnum > 0 AND NOT attisdropped
ORDER BY attnum
"""


async def multiply(connection: asyncpg.Connection, brand: BrandId, events: int) -> int:
    """Makes the brand's log `events` long, to within one copy of what is done; its length."""
    for statement in filter(None, map(str.strip, SEED.split(";"))):
        await connection.execute(statement.replace("$1", str(int(brand))))
    head = await connection.fetchval("SELECT last_position FROM vigie.heads WHERE brand_id = $1", brand)
    each = await connection.fetchval("SELECT count(*) FROM seed_events")
    copies = max(0, (events - head) // each)
    await _prepare(connection)
    made = {table: await _bare(connection, table) for table in TABLES}
    for first in range(1, copies + 1, AT_ONCE):
        last = min(copies, first + AT_ONCE - 1)
        for table in TABLES:
            await _copy(connection, table, head, first, last, each)
        head += (last - first + 1) * each
        logger.info("%s events of brand %s", head, brand)
    for statements in made.values():
        for statement in statements:
            await connection.execute(statement)
    await _settle(connection, brand, head)
    return int(head)


async def _prepare(connection: asyncpg.Connection) -> None:
    for setting in ("maintenance_work_mem = '512MB'", "synchronous_commit = off", "statement_timeout = 0"):
        await connection.execute(f"SET {setting}")
    await connection.execute("ALTER SYSTEM SET max_wal_size = '3GB'")
    await connection.fetchval("SELECT pg_reload_conf()")


async def _bare(connection: asyncpg.Connection, table: str) -> list[str]:
    """Takes keys and indexes off; the statements that put them back."""
    keys, indexes = await connection.fetch(KEYS, table), await connection.fetch(INDEXES, table)
    for index in indexes:
        await connection.execute(f"DROP INDEX vigie.{index['name']}")
    for key in keys:
        await connection.execute(f"ALTER TABLE vigie.{table} DROP CONSTRAINT {key['name']}")
    return [
        *(f"ALTER TABLE vigie.{table} ADD CONSTRAINT {key['name']} {key['made']}" for key in keys),
        *(index["made"] for index in indexes),
    ]


async def _copy(connection: asyncpg.Connection, table: str, head: int, first: int, last: int, each: int) -> None:
    columns = [row["attname"] for row in await connection.fetch(COLUMNS, table)]
    made = ", ".join(CHANGED[table].get(column, f"s.{column}") for column in columns)
    order = " ORDER BY c, s.place" if table in {"events", "items"} else ""
    given = f" WHERE {PLACE} > 0" if order else " WHERE $1::bigint + $4::bigint > 0"
    await connection.execute(
        f"INSERT INTO vigie.{table} ({', '.join(columns)}) SELECT {made} FROM seed_{table} s"
        f" CROSS JOIN generate_series($2::bigint, $3::bigint) c{given}{order}",
        head, first, last, each,
    )  # fmt: skip


async def _settle(connection: asyncpg.Connection, brand: BrandId, head: int) -> None:
    await connection.execute("UPDATE vigie.heads SET last_position = $2 WHERE brand_id = $1", brand, head)
    await connection.execute("UPDATE vigie.checkpoints SET position = $2 WHERE brand_id = $1", brand, head)
    for table in (*TABLES, "heads", "checkpoints"):
        await connection.execute(f"VACUUM (ANALYZE) vigie.{table}")
    await connection.execute("CHECKPOINT")
