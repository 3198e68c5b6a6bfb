"""From the log to the turns of a report: the items concerned, folded from their own events up to a position.

The views are not asked what happened, only whom it concerns, since they show today and a report shows its day: what was
answered, reopened or forgotten since changes nothing in it. Folding is work for a thread; it comes in pages, so that a
month of a large brand holds nothing else up.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from inbox import events as ev
from inbox import sla, turns
from inbox.errors import Unavailable
from inbox.events import AuthorForgotten, ItemEvent
from inbox.ids import BrandId
from inbox.log.record import Recorded, item_stream
from inbox.log.store import Log
from inbox.reports.tally import Heard
from inbox.sql import beside
from inbox.state import Item, Turn
from inbox.views import streams
from inbox.views.export import TurnRow
from inbox.views.policies import Timeline

sql = beside(__file__, "gather.sql")

ITEMS_AT_ONCE = 200
NOBODY = uuid.UUID(int=0)


@dataclass(frozen=True, slots=True)
class Basis:
    """[start, end): what is asked for, with what it is compared to. `position`, `at`: as of where, and as of when."""

    brand: BrandId
    start: datetime
    end: datetime
    position: int
    at: datetime


@dataclass(slots=True)
class Gathered:
    rows: list[TurnRow]
    heard: list[Heard]


async def position_at(log: Log, brand: BrandId, at: datetime) -> int:
    """The last position that came into the log before a moment; 0: none had. Found by halving: positions and times
    rise together."""
    low, high = 0, int(await log.head(brand))
    while low < high:
        middle = (low + high + 1) // 2
        recorded: datetime = await log.pool.fetchval(sql.recorded_at, brand, middle)
        low, high = (middle, high) if recorded < at else (low, middle - 1)
    return low


async def gather(log: Log, basis: Basis) -> Gathered:
    """Raises `Unavailable` while the views have not come as far as the report."""
    if int(await log.pool.fetchval(sql.checkpoint, basis.brand) or 0) < basis.position:
        raise Unavailable("the views have not come so far")
    context = await _context(log, basis)
    found = Gathered([], [])
    async for item_ids in _pages(log, basis):
        names = [item_stream(item_id) for item_id in item_ids]
        recorded = await log.read_streams(basis.brand, names, basis.position)
        await asyncio.to_thread(_fold, found, context, recorded, basis.at)
    found.rows.sort(key=lambda row: (row.started_at, row.item_id.int, row.turn))
    return found


async def _pages(log: Log, basis: Basis) -> AsyncIterator[Sequence[uuid.UUID]]:
    last = NOBODY
    which = (basis.brand, basis.start, basis.end, basis.position)
    while rows := await log.pool.fetch(sql.concerned, *which, last, ITEMS_AT_ONCE):
        last = rows[-1]["item_id"]
        yield [uuid.UUID(int=row["item_id"].int) for row in rows]


async def _context(log: Log, basis: Basis) -> streams.Context:
    policies = [one for one in await log.policies(basis.brand) if one.position <= basis.position]
    forgotten: dict[uuid.UUID, list[tuple[int, AuthorForgotten]]] = {}
    for row in await log.pool.fetch(sql.forgettings, basis.brand, basis.position):
        event = ev.decode(AuthorForgotten.TYPE, row["v"], row["body"], None)
        assert isinstance(event, AuthorForgotten)
        for item in event.item_ids:
            forgotten.setdefault(item, []).append((row["position"], event))
    return streams.Context(basis.brand, basis.position, 0, Timeline.of(policies), forgotten)


def _fold(found: Gathered, context: streams.Context, recorded: Sequence[Recorded], at: datetime) -> None:
    for _, stream in groupby(recorded, key=lambda one: one.stream):
        own = [one for one in stream if isinstance(one.event, ItemEvent)]
        item = streams.fold(context, own).item if own else None
        if item is not None:
            found.rows += [_row(item, turn, at) for turn in item.turns]
            found.heard += [_heard(item, n) for n in range(len(item.messages))]


def _row(item: Item, turn: Turn, at: datetime) -> TurnRow:
    return TurnRow(
        item_id=item.item_id, turn=turn.no, channel_id=item.channel_id, network=item.network, priority=turn.priority,
        started_at=turn.started_at, ack_due_at=turn.ack_due_at, response_due_at=turn.response_due_at,
        acknowledged_at=turn.acknowledged_at, acknowledged_by=turn.acknowledged_by, responded_at=turn.responded_at,
        responded_by=turn.responded_by, ended_at=turn.ended_at, ended_as=turn.end, promise_until=turn.promise_until,
        promise_kept_at=turn.promise_kept_at, promise_broken=turn.promise_broken, ack=sla.outcome(turn, "ack", at),
        response=sla.outcome(turn, "response", at), lang=item.lang, came_back=_came_back(item, turn),
        reopened_at=turn.reopened_at,
    )  # fmt: skip


def _came_back(item: Item, turn: Turn) -> bool:
    """As the query `turns` of `inbox.views.sla` says."""
    ended = turn.ended_at
    if ended is None or turn.end not in {"responded", "closed"}:
        return False
    later = (other for other in item.turns if other.no > turn.no and other.end != "withdrawn")
    return any(other.started_at < ended + turns.WEEK for other in later)


def _heard(item: Item, n: int) -> Heard:
    message = item.messages[n]
    said = message.judgement or message.former
    return Heard(message.received_at, item.channel_id, said.sentiment if said else None)
