"""The queue: pages of rows in the order in which they should be worked, what changed since a position, and counts.

Priority first, then what is due first. What nobody waits for (answered, resolved, withdrawn) comes newest first, since
it has no due time. Every page says the position of the log that it is true at, read in the same snapshot: a live view
that goes on from there misses nothing and shows nothing twice.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from inbox.ids import BrandId
from inbox.log.store import Connection
from inbox.sql import beside
from inbox.views import cursor, folding, words
from inbox.views.columns import NEVER
from inbox.views.filters import SOON, VIEWS, Filter
from inbox.views.rarity import in_two_steps
from inbox.views.row import Row
from inbox.views.sizes import sized
from inbox.views.stored import load_row

__all__ = [
    "VIEWS", "Filter", "OpenFigures", "Page", "Row", "changed_since", "count", "counts", "counts_by_priority",
    "counts_mine", "fitting", "is_newest_first", "names", "open_figures", "page", "snapshot",
]  # fmt: skip

sql = beside(__file__, "queue.sql")

MOST_ROWS = 500
NOBODY = uuid.UUID(int=0)
COUNTED_UP_TO = 10_000
"""`counts` says at most this of views that are not bounded by who waits: show it as "10 000 or more"."""


@dataclass(frozen=True, slots=True)
class Page:
    """`next` is the cursor of the page after, None at the end. `position`: of the log, at which the rows are true.
    `folds`: the waves of which one row stands for all, as `cells` tell of all lists."""

    rows: list[Row]
    next: str | None
    position: int
    folds: folding.Folds = field(default_factory=dict)
    cells: folding.Cells = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OpenFigures:
    """Of the items that wait, by priority (1 to 4): all; not acknowledged; amber; past due; not scored yet."""

    waiting: dict[int, int]
    unacknowledged: dict[int, int]
    at_risk: dict[int, int]
    overdue: dict[int, int]
    unscored: dict[int, int]


@asynccontextmanager
async def snapshot(connection: Connection) -> AsyncIterator[None]:
    """All queries within see one state of the database. Joins a transaction that is already open."""
    if connection.is_in_transaction():
        yield
        return
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        yield


async def page(
    connection: Connection,
    brand: BrandId,
    filter: Filter,
    *,
    after: str | None = None,
    limit: int = 50,
    now: datetime,
    folded: bool = False,
) -> Page:
    """`limit` rows, at most 500, after a cursor. Raises Refused for what is no cursor of this list. `folded`: one row
    for a wave, where the list is of those that fold."""
    limit = max(1, min(limit, MOST_ROWS))
    async with snapshot(connection):
        position = await connection.fetchval(sql.checkpoint, brand)
        cells = await folding.of_brand(connection, brand) if folded and filter.folds else {}
        if folds := folding.of_list(cells, filter):
            records = await folding.records(connection, brand, filter, folds, after, limit + 1, now)
        else:
            records = await _records(connection, brand, filter, after, limit + 1, now)
        rows = await sized(connection, brand, [load_row(record["card"]).as_of(now) for record in records])
    after = _next(filter, rows[limit - 1]) if len(rows) > limit else None
    return Page(rows[:limit], after, position, folds, cells)


async def _records(
    connection: Connection, brand: BrandId, filter: Filter, after: str | None, limit: int, now: datetime
) -> Sequence[asyncpg.Record]:
    wanted = filter.parameters(now)
    if is_newest_first(filter):
        return await connection.fetch(sql.done, brand, sorted(filter.statuses), cursor.position(after), wanted, limit)
    lowest = min(4, max(filter.priorities, default=4))
    place = (brand, *cursor.rank(after), lowest, wanted, limit)
    asked = _asked(brand, filter)
    if asked is None:
        return []
    if filter.searches or filter.heard_after:
        await connection.execute(sql.plan_each)
    if filter.uncertain:
        return await connection.fetch(sql.uncertain, *place, asked.query)
    if filter.waits:
        return await connection.fetch(sql.waiting, *place, asked.query)
    if filter.searches or filter.heard_after:
        first, then = await in_two_steps(connection, asked)
        return await connection.fetch(sql.found, *place, first, filter.heard_after or NEVER, then)
    return await connection.fetch(sql.ranked, *place, None)


def _asked(brand: BrandId, filter: Filter) -> words.Asked | None:
    return words.asked(brand, filter.q or "", filter.marks, filter.without.marks)


async def count(connection: Connection, brand: BrandId, filter: Filter, now: datetime) -> int:
    """How many items fit, all of them. Of those who wait in milliseconds; of a long past, after a moment."""
    asked = _asked(brand, filter)
    if asked is None:
        return 0
    wanted = filter.parameters(now)
    async with snapshot(connection):
        await connection.execute(sql.plan_each)
        if filter.waits:
            return int(await connection.fetchval(sql.count_waiting, brand, wanted, asked.query))
        first, then = await in_two_steps(connection, asked)
        return int(await connection.fetchval(sql.count, brand, wanted, first, filter.heard_after or NEVER, then))


async def names(
    connection: Connection, brand: BrandId, filter: Filter, now: datetime, *, after: uuid.UUID = NOBODY, limit: int
) -> list[tuple[uuid.UUID, int]]:
    """`limit` of the items that fit, each with its position, by their ids from `after` on: for work on all of them."""
    asked = _asked(brand, filter)
    if asked is None:
        return []
    wanted = filter.parameters(now)
    async with snapshot(connection):
        await connection.execute(sql.plan_each)
        if filter.waits:
            found = await connection.fetch(sql.names_waiting, brand, wanted, asked.query, after, limit)
        else:
            (first, then), since = await in_two_steps(connection, asked), filter.heard_after or NEVER
            found = await connection.fetch(sql.names, brand, wanted, first, since, after, limit, then)
    return [(row["item_id"], row["position"]) for row in found]


async def fitting(
    connection: Connection, brand: BrandId, filter: Filter, items: Sequence[uuid.UUID], now: datetime
) -> set[uuid.UUID]:
    """Which of these items fit."""
    asked = _asked(brand, filter)
    if asked is None:
        return set()
    found = await connection.fetch(sql.fitting, brand, filter.parameters(now), asked.query, list(items))
    return {row["item_id"] for row in found}


def is_newest_first(filter: Filter) -> bool:
    """What nobody waits for comes newest first; what is looked up, by rank."""
    return filter.done and not filter.searches and not filter.heard_after and not filter.uncertain


def _next(filter: Filter, last: Row) -> str:
    return cursor.after_position(last) if is_newest_first(filter) else cursor.after_rank(last)


async def changed_since(
    connection: Connection, brand: BrandId, position: int, limit: int = 500
) -> tuple[list[Row], int]:
    """Rows whose last change lies after `position`, in its order, and the position up to which they are complete: the
    projector's, or that of the last row where `limit` cut (a few rows more may come, never fewer of one position)."""
    async with snapshot(connection):
        checkpoint = await connection.fetchval(sql.checkpoint, brand)
        records = await connection.fetch(sql.changed, brand, position, limit)
        rows = await sized(connection, brand, [load_row(record["card"]) for record in records])
    return rows, checkpoint if len(rows) < limit else rows[-1].position


async def counts(connection: Connection, brand: BrandId, me: int, now: datetime) -> dict[str, int]:
    """How many items each of `VIEWS` holds; those that are not about waiting up to `COUNTED_UP_TO`."""
    waiting = await connection.fetchrow(sql.waiting_counts, brand, me, now + SOON)
    others = await connection.fetchrow(sql.other_counts, brand, COUNTED_UP_TO)
    assert waiting is not None
    assert others is not None
    found = {**waiting, **others, "all": others["all_items"]}
    return {name: found[name] for name in VIEWS}


async def counts_mine(connection: Connection, brand: BrandId) -> dict[int, int]:
    """How many waiting items each member has, by member id: the count of "mine" for everybody at once."""
    return {row["assignee"]: row["items"] for row in await connection.fetch(sql.mine_counts, brand)}


async def counts_by_priority(connection: Connection, brand: BrandId, now: datetime) -> dict[int, int]:
    """How many wait, by priority, all four named."""
    return (await open_figures(connection, brand, now)).waiting


async def open_figures(connection: Connection, brand: BrandId, now: datetime) -> OpenFigures:
    rows = {row["priority"]: row for row in await connection.fetch(sql.open_figures, brand, now)}
    names = ("waiting", "unacknowledged", "at_risk", "overdue", "unscored")
    by_name = {name: {p: rows[p][name] if p in rows else 0 for p in (1, 2, 3, 4)} for name in names}
    return OpenFigures(**by_name)
