"""Events that a follower failed on again and again: set aside so that their brand goes on, seen, and handled again when
somebody asks for it (`services.workers.again`)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import asyncpg

from inbox.errors import NotFound
from inbox.ids import BrandId
from inbox.sql import beside

sql = beside(__file__, "aside.sql")

MOST = 200


class SetAside(NamedTuple):
    """`reason`: the kind of the error, never its words, which may quote a person. `asked`: somebody wants it handled
    again."""

    follower: str
    position: int
    reason: str
    at: datetime
    asked: bool


async def of_brand(pool: asyncpg.Pool, brand: BrandId) -> list[SetAside]:
    return [SetAside(*row.values()) for row in await pool.fetch(sql.of_brand, brand, MOST)]


async def ask(pool: asyncpg.Pool, brand: BrandId, follower: str, position: int, now: datetime) -> None:
    """It is handled within seconds, if it can be. Raises `NotFound`."""
    if await pool.fetchval(sql.ask, brand, follower, position, now) is None:
        raise NotFound
