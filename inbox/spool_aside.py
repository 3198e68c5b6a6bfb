"""Deliveries that a host's spool set aside, as told in the database: every host tells of its own and looks what is
asked of it (`services.ingest.aside`), and leads see and ask from wherever they are. The requests stay where they are,
sealed.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import asyncpg

from inbox.errors import NotFound
from inbox.ids import BrandId
from inbox.log.store import Connection
from inbox.sql import beside

sql = beside(__file__, "spool_aside.sql")

MOST = 200


class Kept(NamedTuple):
    """`reason`: never the words of a person. `asked`: somebody wants it tried again, and its host has not looked."""

    spool_id: int
    number: int
    channel_id: str
    received_at: datetime
    reason: str
    asked: bool


async def of_brand(pool: asyncpg.Pool, brand: BrandId) -> list[Kept]:
    return [Kept(*row.values()) for row in await pool.fetch(sql.of_brand, brand, MOST)]


async def missing(connection: Connection, brand: BrandId) -> int:
    """How many events and deliveries of the brand are set aside: what *Settings › Set aside* lists."""
    return int(await connection.fetchval(sql.missing, brand))


async def ask(pool: asyncpg.Pool, brand: BrandId, spool_id: int, number: int, now: datetime) -> None:
    """It is tried within seconds where its host runs. Raises `NotFound`."""
    if await pool.fetchval(sql.ask, brand, spool_id, number, now) is None:
        raise NotFound


# --- the host's side ---


class Told(NamedTuple):
    brand: BrandId
    number: int
    reason: str
    asked: bool


async def of_spool(pool: asyncpg.Pool, spool_id: int) -> list[Told]:
    return [Told(*row.values()) for row in await pool.fetch(sql.of_spool, spool_id)]


async def put(pool: asyncpg.Pool, brand: BrandId, kept: Kept) -> None:
    await pool.execute(sql.put, brand, *kept[:-1])


async def drop(pool: asyncpg.Pool, brand: BrandId, spool_id: int, number: int) -> None:
    await pool.execute(sql.drop, brand, spool_id, number)
