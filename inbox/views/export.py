"""One row a turn: the export, and the items behind any figure of the SLA page. No name and no words of authors."""

from __future__ import annotations

import csv as rfc4180
import io
import uuid
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import datetime

from inbox.ids import BrandId
from inbox.log.store import Connection
from inbox.sla import Outcome
from inbox.sql import beside
from inbox.views.row import timestamp

sql = beside(__file__, "sla.sql")

MOST_TURNS = 200_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00")
BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class TurnRow:
    """`ack` and `response`: met, missed, void or running, as of the moment asked for. `lang`: the item's as it is
    known now. `came_back`: the author spoke again within a week of its end. `reopened_at`: when a colleague opened it
    again (`inbox.turns.reopen`). The fields are the header."""

    item_id: uuid.UUID
    turn: int
    channel_id: str
    network: str
    priority: int
    started_at: datetime
    ack_due_at: datetime
    response_due_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: int | None
    responded_at: datetime | None
    responded_by: int | None
    ended_at: datetime | None
    ended_as: str | None
    promise_until: datetime | None
    promise_kept_at: datetime | None
    promise_broken: bool
    ack: Outcome
    response: Outcome
    lang: str | None
    came_back: bool
    reopened_at: datetime | None = None


async def turn_rows(
    connection: Connection,
    brand: BrandId,
    start: datetime,
    end: datetime,
    *,
    channel: str | None = None,
    priority: int | None = None,
    member: int | None = None,
    ack: Outcome | None = None,
    response: Outcome | None = None,
    limit: int = MOST_TURNS,
    now: datetime,
) -> list[TurnRow]:
    """The turns behind `sla.figures` of the same arguments, oldest first; `ack` and `response` narrow to an outcome."""
    rows = await connection.fetch(
        sql.turns, brand, start, end, channel, priority, member, now, ack, response, min(limit, MOST_TURNS)
    )
    # The driver's own UUID type is no JSON to most writers.
    return [TurnRow(**{**row, "item_id": uuid.UUID(int=row["item_id"].int)}) for row in rows]


def csv(rows: Iterable[TurnRow]) -> str:
    """RFC 4180 with a byte order mark, for spreadsheets: times in UTC, and no cell that could pass for a formula."""
    text = io.StringIO()
    writer = rfc4180.writer(text)
    writer.writerow(field.name for field in fields(TurnRow))
    writer.writerows([cell(value) for value in astuple(row)] for row in rows)
    return BOM + text.getvalue()


def cell(value: object) -> str:
    """A value as a cell; text that a spreadsheet would run stands behind an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timestamp(value) or ""
    if isinstance(value, bool | int | float):
        return str(value)
    text = str(value)
    return "'" + text if text.startswith(FORMULA_STARTS) else text
