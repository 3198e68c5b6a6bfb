"""What the schema itself promises."""

from __future__ import annotations

import asyncpg

SHARED = {"organisations", "brands", "members", "sessions", "sign_in_links", "login_attempts"}
"""Tables of the whole installation; `memberships` and all others belong to one brand."""


async def test_every_key_of_a_brands_table_begins_with_the_brand(pool: asyncpg.Pool) -> None:
    keys = await pool.fetch(
        """
        SELECT c.relname AS table, i.relname AS key, a.attname AS first
        FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]
        WHERE n.nspname = 'vigie' AND (x.indisunique OR x.indisprimary)
        """
    )
    assert {row["table"] for row in keys} >= {"events", "items", "deliveries", "channels", "api_tokens"}
    assert [tuple(row) for row in keys if row["table"] not in SHARED and row["first"] != "brand_id"] == []


async def test_every_brands_table_has_a_primary_key(pool: asyncpg.Pool) -> None:
    without = await pool.fetch(
        """
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'vigie' AND c.relkind = 'r'
          AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p')
        """
    )
    assert {row["relname"] for row in without} <= {"login_attempts"}
