"""The connections of one pool to the database, and how to hang all of them up at once.

A network that swallows everything leaves each statement, and each attempt to connect, waiting for its own timeout, and
asyncpg's cancellation for another: people waited for a minute. So who knows that the database is away
(`services.outage`) hangs up: whoever waits is told at once, and no new connection is tried before it answers again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

import asyncpg


class DatabaseAway(ConnectionError):
    """No connection was tried: the database is known not to answer."""


class Lines:
    """`connect` is what the pool connects by. `is_away`: whether to try at all."""

    def __init__(self, is_away: Callable[[], bool]) -> None:
        self._is_away = is_away
        self._open: WeakSet[asyncpg.Connection] = WeakSet()
        self._under_way: set[asyncio.Timeout] = set()

    async def connect(self, *where: Any, **how: Any) -> asyncpg.Connection:
        if self._is_away():
            raise DatabaseAway("the database is away")
        async with asyncio.timeout(None) as limit:
            self._under_way.add(limit)
            try:
                made: asyncpg.Connection = await asyncpg.connect(*where, **how)
            finally:
                self._under_way.discard(limit)
        self._open.add(made)
        return made

    @property
    def under_way(self) -> int:
        """How many are being made."""
        return len(self._under_way)

    def hang_up(self) -> None:
        """Without a farewell, for which a dead network would have us wait."""
        for limit in tuple(self._under_way):
            limit.reschedule(0.0)
        for connection in tuple(self._open):
            connection.terminate()
