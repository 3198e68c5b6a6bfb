"""Waves folded in the queue: the first by rank stands for all of its wave that are on the same list.

Who waits of each wave is counted once for all lists, by what a list can be narrowed to: a page, and each browser that
watches the brand, sums up what is on its own list. What is first is read in the page's snapshot, and is kept nowhere: a
reload, a live page and a rebuilt view cannot disagree. Bulk actions, searches and the API know nothing of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from inbox.ids import BrandId
from inbox.log.store import Connection
from inbox.sql import beside
from inbox.views import cursor
from inbox.views.filters import Filter
from inbox.views.row import Row
from inbox.views.sizes import sized
from inbox.views.stored import load_row

sql = beside(__file__, "folding.sql")

LEAST = 3
"""Fewer of a wave on a list take no more room than the line that would stand for them is worth."""
Rank = tuple[int, bool, datetime, uuid.UUID]


@dataclass(frozen=True, slots=True)
class Cell:
    """Members of a wave who wait and are alike in all that a list that folds can be narrowed to: how many, and where
    the first of them stands."""

    status: str
    priority: int
    channel: str
    network: str
    lang: str | None
    items: int
    first: Rank


Cells = Mapping[uuid.UUID, Sequence[Cell]]
"""By wave, of those that are large enough; the first by rank first."""


@dataclass(frozen=True, slots=True)
class Fold:
    """`first`: the item that stands for the others of its wave, `more` of them; all of them `by` priority."""

    first: uuid.UUID
    more: int
    by: Mapping[int, int]


Folds = Mapping[uuid.UUID, Fold]
"""By wave."""
NOTHING: Folds = {}


async def of_brand(connection: Connection, brand: BrandId) -> Cells:
    found: dict[uuid.UUID, list[Cell]] = {}
    for row in await connection.fetch(sql.cells, brand):
        first = row["priority"], row["suspected"], row["rank_due_at"], row["item_id"]
        cell = Cell(
            row["status"], row["priority"], row["channel_id"], row["network"], row["lang"], row["items"], first
        )  # fmt: skip
        found.setdefault(row["wave"], []).append(cell)
    large = {wave: cells for wave, cells in found.items() if sum(cell.items for cell in cells) >= LEAST}
    return {wave: sorted(cells, key=lambda cell: cell.first) for wave, cells in large.items()}


def of_list(cells: Cells, filter: Filter) -> Folds:
    """The waves that are folded on a list; none where it shows every row."""
    if not filter.folds:
        return NOTHING
    fitting = {wave: [cell for cell in of_wave if _fits(cell, filter)] for wave, of_wave in cells.items()}
    return {wave: _fold(on_list) for wave, on_list in fitting.items() if sum(cell.items for cell in on_list) >= LEAST}


def _fits(cell: Cell, filter: Filter) -> bool:
    """`vigie.matches`, as far as a list that folds can be narrowed; the browser has the same in js/belongs.js."""
    sets: Iterable[tuple[Collection[Any], object]] = (
        (filter.statuses, cell.status), (filter.priorities, cell.priority), (filter.channels, cell.channel),
        (filter.networks, cell.network), (filter.langs, cell.lang),
    )  # fmt: skip
    if any(wanted and said not in wanted for wanted, said in sets):
        return False
    return cell.channel not in filter.without.channels and cell.lang not in filter.without.langs


def _fold(cells: Sequence[Cell]) -> Fold:
    by: dict[int, int] = {}
    for cell in cells:
        by[cell.priority] = by.get(cell.priority, 0) + cell.items
    return Fold(cells[0].first[-1], sum(by.values()) - 1, by)


async def records(
    connection: Connection, brand: BrandId, filter: Filter, folds: Folds, after: str | None, limit: int, now: datetime
) -> Sequence[asyncpg.Record]:
    lowest = min(4, max(filter.priorities, default=4))
    wanted, firsts = filter.parameters(now), [fold.first for fold in folds.values()]
    return await connection.fetch(
        sql.rows, brand, *cursor.rank(after), lowest, wanted, limit, list(folds), firsts
    )  # fmt: skip


async def standing(
    connection: Connection, brand: BrandId, filter: Filter, folds: Folds, waves: Sequence[uuid.UUID], now: datetime
) -> list[Row]:
    """The rows that stand on a list for these waves: of each that is folded the first, else every member."""
    firsts = [fold.first for fold in folds.values()]
    found = await connection.fetch(sql.standing, brand, filter.parameters(now), waves, list(folds), firsts)
    return await sized(connection, brand, [load_row(record["card"]).as_of(now) for record in found])
