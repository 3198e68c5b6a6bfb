"""The second wall between brands, in the database itself: row-level security, for whatever is done on behalf of a
viewer.

The gate of the web says whose brands a request may see (`narrowed`), from the viewer's own session or token, never from
the request's path. Each connection that the request then takes from the pool acts as the role `vigie_viewer`, to which
the policies of `0018_walls.sql` show those brands' rows and no others. Work that is nobody's request (followers, hooks,
an operator's shell) is not narrowed. A connection goes on as it last was where that fits, so it costs a round trip only
when a connection changes hands between different viewers. What a process keeps in memory of a brand and shows to
viewers asks `shown` instead.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from weakref import WeakKeyDictionary

import asyncpg

from inbox.ids import BrandId
from inbox.log.store import Connection
from inbox.sql import beside

sql = beside(__file__, "walls.sql")

_brands: ContextVar[str | None] = ContextVar("brands", default=None)
"""As the setting takes them: numbers between commas; None for all."""
_as_left: WeakKeyDictionary[asyncpg.Connection, str | None] = WeakKeyDictionary()


def narrow(brands: Iterable[BrandId] | None) -> None:
    """From here on in this request: these brands alone; None for all."""
    _brands.set(None if brands is None else ",".join(map(str, sorted(brands))))


def shown(brand: BrandId) -> bool:
    """Whether this request may see the brand; for what is kept in memory, where no policy looks."""
    brands = _brands.get()
    return brands is None or str(brand) in brands.split(",")


@contextlib.contextmanager
def narrowed(brands: Iterable[BrandId] | None) -> Iterator[None]:
    token = _brands.set(None if brands is None else ",".join(map(str, sorted(brands))))
    try:
        yield
    finally:
        _brands.reset(token)


async def are_up(connection: Connection) -> bool:
    """Whether this database has them and we may act as the role: not on Citus, nor where the account may make none. The
    connection is not good for anything else afterwards."""
    if not await connection.fetchval(sql.are_up):
        return False
    try:
        await connection.execute(sql.narrow, "")
    except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidParameterValueError):
        return False
    return True


async def stand(connection: asyncpg.pool.PoolConnectionProxy) -> None:
    """As `setup` of a pool: each time a connection is taken from it."""
    wanted = _brands.get()
    itself = connection._con  # type: ignore[attr-defined]  # the proxy is another object each time it is taken
    if _as_left.get(itself) != wanted:
        _as_left.pop(itself, None)
        await connection.execute(*((sql.open,) if wanted is None else (sql.narrow, wanted)))
        _as_left[itself] = wanted
