"""Each statement of the product can be planned by the cluster: what it refuses, it refuses there."""

from __future__ import annotations

from datetime import UTC, datetime

import asyncpg

from inbox.ids import BrandId
from inbox.log.store import Connection
from tests.log.test_statements import FOUND

ELSEWHERE = "spool."
"""Statements of a database of its own, SQLite's, on the disk of the process that takes deliveries."""
PLANNED = {
    name: text
    for name, text in FOUND.items()
    if not text.startswith(("SET", "DROP")) and not name.startswith(ELSEWHERE)
}


async def refused(connection: Connection, brand: BrandId, text: str) -> str | None:
    """The brand for whatever takes a number first; a number and a moment where one is asked for: a comparison with
    nothing is planned away, and what is left of its join is no longer the statement. Nothing is known of the rest, and
    nothing runs."""
    try:
        parameters = (await connection.prepare(text)).get_parameters()
        known: dict[str, object] = {"int8": 7, "timestamptz": datetime(2026, 11, 24, tzinfo=UTC)}
        given = [brand if n == 0 and one.name == "int8" else known.get(one.name) for n, one in enumerate(parameters)]
        await connection.fetch(f"EXPLAIN {text}", *given)
    except asyncpg.PostgresError as error:
        return str(error)
    return None


async def test_every_statement_can_be_planned(pool: asyncpg.Pool, brand: BrandId) -> None:
    async with pool.acquire() as connection:
        answers = {name: await refused(connection, brand, text) for name, text in PLANNED.items()}
    assert {name: answer for name, answer in answers.items() if answer} == {}
