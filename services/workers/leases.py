"""Whose brand it is, for workers whose work is no reading of the log: one process's at a time, as long as it says so.

A lease spares work and proves nothing: what must happen once is protected where it happens.
"""

from __future__ import annotations

import contextlib
import uuid

import asyncpg

from inbox.ids import BrandId
from inbox.log.follow import LEASE_S
from inbox.log.follow import sql as follow_sql
from inbox.log.passing import PASSING


class Leases:
    """The brands that a worker called `name` has in this process. One not taken again within `lasts_s` is anybody's."""

    def __init__(self, pool: asyncpg.Pool, name: str, lasts_s: float = LEASE_S) -> None:
        self._pool = pool
        self._name = name
        self._lasts_s = lasts_s
        self._holder = uuid.uuid4().hex
        self._held: set[BrandId] = set()

    async def take(self, brand: BrandId) -> bool:
        """Or keep. False: another process has it."""
        mine = await self._pool.fetchval(follow_sql.lease, brand, self._name, self._holder, self._lasts_s) is not None
        (self._held.add if mine else self._held.discard)(brand)
        return mine

    async def leave(self) -> None:
        """The next process may take them at once. Where the database is away they run out."""
        with contextlib.suppress(*PASSING):
            for brand in self._held:
                await self._pool.execute(follow_sql.release, brand, self._name, self._holder)
        self._held.clear()
