"""Where an item becomes rows: the events of a batch are folded into their items, and the items written.

Whatever is written is a pure function of the folded item and the brand's newest policy, so it makes no difference how
the log was cut into batches, and a rebuild gives the same rows. A batch costs a handful of queries however long it is.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from inbox import item as core
from inbox.events import AuthorForgotten, Event, ItemEvent, MessageEdited, MessageReceived, PolicyChanged
from inbox.ids import BrandId, IdMaker
from inbox.log.record import Recorded
from inbox.log.store import Connection
from inbox.policy import Policy
from inbox.sql import beside
from inbox.views import columns, policies
from inbox.views.folded import Folded
from inbox.views.stored import load_item

sql = beside(__file__, "items.sql")

REFRESHED_AT_ONCE = 500
NOBODY = uuid.UUID(int=0)


async def project(
    connection: Connection, brand: BrandId, events: Sequence[Recorded], ids: IdMaker, policy: Policy | None = None
) -> Policy:
    """Folds events of one brand, in the order of the log, into its views. `connection` is in the transaction that
    holds the checkpoint: one writer of a brand's views at a time. `policy`: in force before the first of the events,
    where the caller knows it; what comes back is in force after the last of them."""
    policy = policy or await policies.in_force(connection, brand, events[0].position - 1)
    concerned = sorted({item_id for recorded in events for item_id in items_of(recorded.event)})
    known = await _load(connection, brand, concerned)
    changed, newest = _fold(events, known, policy)
    await _write(connection, brand, changed, newest, ids)
    if words := list(columns.corrections(events)):
        await connection.execute(sql.write_corrections, brand, *_across(iter(words)))
    if newest is not policy:
        await _refresh(connection, brand, newest, ids)
    return newest


def items_of(event: Event) -> tuple[uuid.UUID, ...]:
    """The items that an event changes."""
    if isinstance(event, ItemEvent):
        return (event.item_id,)
    return event.item_ids if isinstance(event, AuthorForgotten) else ()


async def _load(connection: Connection, brand: BrandId, item_ids: list[uuid.UUID]) -> dict[uuid.UUID, Folded]:
    rows = await connection.fetch(sql.states, brand, item_ids) if item_ids else []
    return {row["item_id"]: _folded(row["state"], row["subject_id"]) for row in rows}


def _folded(state: bytes, subject: uuid.UUID | None) -> Folded:
    item = load_item(state)
    return Folded(item, item, subject)


def _fold(events: Sequence[Recorded], known: dict[uuid.UUID, Folded], policy: Policy) -> tuple[list[Folded], Policy]:
    """The items that changed, and the policy in force after the last event."""
    changed: dict[uuid.UUID, Folded] = {}
    for recorded in events:
        event = recorded.event
        if isinstance(event, PolicyChanged):
            policy = policies.policy_of(event)
        elif isinstance(event, ItemEvent | AuthorForgotten):
            for item_id in items_of(event):
                if item_id not in known and isinstance(event, AuthorForgotten):
                    continue
                folded = known.setdefault(item_id, Folded(None))
                folded.item = core.evolve(folded.item, event, recorded.position, policy)
                if isinstance(event, MessageReceived | MessageEdited):
                    folded.subject = recorded.subject or folded.subject
                changed[item_id] = folded
    return list(changed.values()), policy


async def _write(
    connection: Connection, brand: BrandId, changed: Sequence[Folded], policy: Policy, ids: IdMaker
) -> None:
    if not changed:
        return
    await connection.execute(
        sql.write_items, brand, *_across(columns.item(brand, folded, policy) for folded in changed)
    )
    turns = [row for folded in changed for row in columns.turns(folded)]
    if turns:
        await connection.execute(sql.write_turns, brand, *_across(iter(turns)))
    messages = [row for folded in changed for row in columns.messages(brand, folded, ids)]
    if messages:
        await connection.execute(sql.write_messages, brand, *_across(iter(messages)))


async def _refresh(connection: Connection, brand: BrandId, policy: Policy, ids: IdMaker) -> None:
    """A new policy moves no due time of a running turn, but it moves its warnings."""
    last = NOBODY
    while rows := await connection.fetch(sql.ticking, brand, last, REFRESHED_AT_ONCE):
        ticking = [_folded(row["state"], row["subject_id"]) for row in rows]
        await _write(connection, brand, ticking, policy, ids)
        last = rows[-1]["item_id"]


def _across(rows: Iterator[tuple[object, ...]]) -> list[list[object]]:
    """Rows to columns, as `unnest` takes them."""
    return [list(column) for column in zip(*rows, strict=True)]
