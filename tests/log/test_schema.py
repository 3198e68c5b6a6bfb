"""What the schema itself promises: it can be shared out by brand, over any number of machines, as it is."""

from __future__ import annotations

import asyncpg

SHARED = {
    "organisations", "brands", "members", "sessions", "sign_in_links", "login_attempts", "crew", "push_devices",
    "push_wishes",
}  # fmt: skip
"""Tables of the whole installation; `memberships` and all others belong to one brand."""
OF_BRANDS = "c.relnamespace = 'vigie'::regnamespace AND c.relname <> ALL ($1::text[])"


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
    assert {row["relname"] for row in without} <= {"login_attempts", "crew"}


async def test_what_refers_to_another_row_refers_to_one_of_its_own_brand(pool: asyncpg.Pool) -> None:
    found = await pool.fetch(
        "SELECT k.conname, a.attname AS here, b.attname AS there FROM pg_constraint k"
        " JOIN pg_class c ON c.oid = k.conrelid"
        " JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]"
        " JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]"
        f" WHERE k.contype = 'f' AND {OF_BRANDS}",
        list(SHARED),
    )
    assert found
    assert {(row["here"], row["there"]) for row in found} == {("brand_id", "brand_id")}


async def test_nothing_is_counted_by_a_sequence(pool: asyncpg.Pool) -> None:
    assert await pool.fetch("SELECT relname FROM pg_class WHERE relkind = 'S' AND relname !~ '^pg_'") == []


async def test_no_function_takes_a_row_of_a_table(pool: asyncpg.Pool) -> None:
    """Where the table is distributed, a row has the type of its shard, which no function can name."""
    found = await pool.fetch(
        "SELECT p.proname FROM pg_proc p JOIN pg_type t ON t.oid = ANY (p.proargtypes) JOIN pg_class c"
        " ON c.oid = t.typrelid AND c.relkind = 'r' WHERE p.pronamespace = 'vigie'::regnamespace"
    )
    assert found == []


async def test_the_only_triggers_are_those_that_keep_events_immutable(pool: asyncpg.Pool) -> None:
    """Triggers are what Citus allows with reluctance: these only refuse, and no promise rests on them."""
    found = await pool.fetch(
        "SELECT c.relname, p.proname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        f" JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND {OF_BRANDS}",
        list(SHARED),
    )
    assert {tuple(row) for row in found if row["relname"] == "events"} >= {("events", "refuse_change")}
    assert {row["proname"] for row in found} - {"citus_truncate_trigger"} == {"refuse_change"}


async def test_functions_that_take_a_brand_take_it_first_and_notify_nobody(pool: asyncpg.Pool) -> None:
    """They run on the brand's machine, and whoever listens does so on the coordinator."""
    brand = await pool.fetch(
        "SELECT proname, proargnames[1] AS first, prosrc FROM pg_proc WHERE pronamespace = 'vigie'::regnamespace"
        " AND provolatile = 'v' AND proargtypes[0] = 'bigint'::regtype"
    )
    assert {row["proname"] for row in brand} >= {"append", "follow"}
    assert [row["proname"] for row in brand if row["first"] != "b" or "notify" in row["prosrc"]] == []
