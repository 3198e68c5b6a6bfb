"""One connection of a pool to the database: it knows when it waits for an answer, and ends in one way however it is
hung up.

`asked` is what `services.lines` looks at to find a connection that has gone dead while others live. asyncpg forgets its
protocol when it is terminated; a statement that was just prepared then stumbled over nothing at all, and looked like a
bug of ours.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

STATEMENTS = ("execute", "executemany", "fetch", "fetchmany", "fetchrow", "fetchval", "copy_records_to_table")


class HungUp(ConnectionError):
    """In the middle of a statement."""


class Line(asyncpg.Connection):
    """`asked`: the statement under way, another object each time."""

    asked: object | None = None

    def get_reset_query(self) -> str:
        """We set nothing on a session that its next user could stumble over: no need to reset it, a round trip each
        time."""
        return ""

    @property
    def waits_for(self) -> object | None:
        """What it waits for, and how much of it is not sent yet; None where it waits for nothing. A statement that was
        given up is waited for, too, until the server has heard of that."""
        if self.is_closed():
            return None
        what = self.asked or ("giving up" if self._protocol._is_cancelling() else None)  # type: ignore[attr-defined]
        return what and (what, self._transport.get_write_buffer_size())  # type: ignore[attr-defined]

    @property
    def is_idle(self) -> bool:
        """Nobody has taken it from the pool."""
        return self._proxy is None  # type: ignore[attr-defined]


class LinePool(asyncpg.Pool):
    """asyncpg gives a connection back in a task of its own, and takes it for a bug of the caller's when it was hung up
    in the moment before."""

    async def release(self, connection: asyncpg.pool.PoolConnectionProxy, **how: Any) -> None:
        try:
            await super().release(connection, **how)
        except asyncpg.InternalClientError:
            if connection._con is not None:  # type: ignore[attr-defined]
                raise


def _asking(statement: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(statement)
    async def asked(self: Line, *given: Any, **how: Any) -> Any:
        self.asked = object()
        try:
            return await statement(self, *given, **how)
        except AttributeError as error:
            if not self.is_closed():
                raise
            raise HungUp("hung up in the middle of a statement") from error
        finally:
            self.asked = None

    return asked


for _name in STATEMENTS:
    setattr(Line, _name, _asking(getattr(asyncpg.Connection, _name)))
