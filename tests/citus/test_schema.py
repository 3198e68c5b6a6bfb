"""What `distribute.sql` makes of the schema."""

from __future__ import annotations

import asyncpg

from tests.citus.cluster import DISTRIBUTE

HERE_ALONE = {"sessions", "sign_in_links", "login_attempts", "crew", "push_devices", "push_wishes"}
"""Of the coordinator: nothing that runs elsewhere sees them."""


async def kinds(pool: asyncpg.Pool) -> dict[str, str]:
    """Each table: 'h' distributed, 'n' a copy everywhere, '' on the coordinator alone."""
    rows = await pool.fetch(
        "SELECT c.relname, coalesce(p.partmethod::text, '') AS kind FROM pg_class c"
        " LEFT JOIN pg_dist_partition p ON p.logicalrelid = c.oid"
        " WHERE c.relnamespace = 'vigie'::regnamespace AND c.relkind = 'r'"
        " AND relation_is_a_known_shard(c.oid) IS NOT TRUE"
    )
    return {row["relname"]: row["kind"] for row in rows}


async def test_each_table_is_a_brands_or_shared_or_known_to_stay(pool: asyncpg.Pool) -> None:
    found = await kinds(pool)
    assert {name for name, kind in found.items() if not kind} == HERE_ALONE
    assert {n for n, kind in found.items() if kind == "n"} == {"organisations", "brands", "members", "memberships"}


async def test_all_tables_of_a_brand_lie_together(pool: asyncpg.Pool) -> None:
    groups = await pool.fetch("SELECT DISTINCT colocationid FROM pg_dist_partition WHERE partmethod = 'h'")
    assert len(groups) == 1


async def test_distributing_again_changes_nothing(pool: asyncpg.Pool) -> None:
    before = await kinds(pool)
    await pool.execute(DISTRIBUTE.read_text(encoding="utf-8"))
    assert await kinds(pool) == before


async def test_functions_that_take_a_brand_run_where_it_lies(pool: asyncpg.Pool) -> None:
    names = await pool.fetch(
        "SELECT p.proname FROM pg_proc p JOIN pg_catalog.pg_dist_object o ON o.objid = p.oid"
        " WHERE p.pronamespace = 'vigie'::regnamespace AND o.distribution_argument_index = 0"
    )
    assert {row["proname"] for row in names} >= {"append", "follow"}
