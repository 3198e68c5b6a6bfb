"""One item, opened: the whole thread, its turns, why it stands where it stands, and all that happened to it.

The state comes from the views, the history from the log, cut at the position that the state is true at.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inbox import priority, sla
from inbox.errors import NotFound
from inbox.ids import BrandId, ItemId
from inbox.log.record import item_stream
from inbox.log.store import Connection, Log
from inbox.policy import Policy
from inbox.sql import beside
from inbox.state import Item, Turn
from inbox.views import policies
from inbox.views.history import Entry, entry_of
from inbox.views.lines import Line, line_json, lines_of
from inbox.views.row import Row, timestamp
from inbox.views.stored import load_item, load_row

sql = beside(__file__, "queue.sql")


@dataclass(frozen=True, slots=True)
class Detail:
    """`whys`: why the item stands where it stands, the weightiest first. `policy`: the one in force now."""

    row: Row
    item: Item
    lines: tuple[Line, ...]
    turns: tuple[Turn, ...]
    timeline: tuple[Entry, ...]
    whys: tuple[priority.Why, ...]
    policy: Policy
    now: datetime

    def since(self, position: int) -> tuple[Entry, ...]:
        """What happened after a position: what a member who saw the item there has not seen."""
        return tuple(entry for entry in self.timeline if entry.position > position)

    def to_json(self, personal: bool) -> dict[str, Any]:
        """The API's item with `messages`, `turns` and `timeline`."""
        return {
            **self.row.to_json(personal),
            "messages": [line_json(line, personal) for line in self.lines],
            "turns": [_turn_json(turn, self.now) for turn in self.turns],
            "timeline": [entry.to_json() for entry in self.timeline],
            "whys": [_why_json(why, personal) for why in self.whys],
        }


async def detail(
    log: Log, connection: Connection, brand: BrandId, item_id: ItemId | uuid.UUID, now: datetime
) -> Detail:
    """Raises NotFound for what is not there, or not of this brand."""
    record = await connection.fetchrow(sql.one, brand, item_id)
    if record is None:
        raise NotFound
    row, item = load_row(record["card"]).as_of(now), load_item(record["state"])
    recorded = await log.read_stream(brand, item_stream(item_id), connection=connection)
    policy = await policies.in_force(connection, brand)
    return Detail(
        row=row,
        item=item,
        lines=tuple(sorted(lines_of(item), key=lambda line: line.at)),
        turns=tuple(sorted(item.turns, key=lambda turn: turn.no)),
        timeline=tuple(entry_of(r) for r in recorded if r.position <= item.position),
        whys=tuple(priority.explain(item, policy, now)),
        policy=policy,
        now=now,
    )


def _turn_json(turn: Turn, now: datetime) -> dict[str, Any]:
    return {
        "turn": turn.no,
        "priority": turn.priority,
        "started_at": timestamp(turn.started_at),
        "ack_due_at": timestamp(turn.ack_due_at),
        "response_due_at": timestamp(turn.response_due_at),
        "acknowledged_at": timestamp(turn.acknowledged_at),
        "acknowledged_by": turn.acknowledged_by,
        "responded_at": timestamp(turn.responded_at),
        "responded_by": turn.responded_by,
        "ended_at": timestamp(turn.ended_at),
        "end": turn.end,
        "ack": sla.outcome(turn, "ack", now),
        "response": sla.outcome(turn, "response", now),
        "promise_until": timestamp(turn.promise_until),
        "promise_kept_at": timestamp(turn.promise_kept_at),
        "promise_broken": turn.promise_broken,
    }


def _why_json(why: priority.Why, personal: bool) -> dict[str, Any]:
    hidden = set() if personal else {"evidence"}
    return {"code": why.code, "params": {name: value for name, value in why.params.items() if name not in hidden}}
