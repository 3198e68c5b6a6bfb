"""What a member should know of (notices), and the proposals that wait: made from the log, read by the screens.

A notice holds ids and a kind, never a word of anybody: what it is about is read where it stands. `project` may see an
event twice and does no more than once; the follower `tell` calls it in the transaction of its checkpoint.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from inbox import events as ev
from inbox import mentions
from inbox import team_events as team
from inbox.events import Role, occurred_at
from inbox.ids import BrandId
from inbox.log.record import Recorded
from inbox.log.store import Connection
from inbox.sql import beside
from inbox.views.row import Row
from inbox.views.stored import load_row

sql = beside(__file__, "notices.sql")

Kind = Literal[
    "to_approve", "approved", "refused", "expired", "mentioned", "assigned",
    "handover", "handover_accepted", "handover_declined",
]  # fmt: skip
MOST_WAITING = 200
WANTS = frozenset(
    kind.TYPE
    for kind in (
        ev.ReplyProposed, ev.ReplyApproved, ev.ReplyRejected, ev.ProposalEscalated, ev.ProposalExpired, ev.ReplyQueued,
        ev.ItemResolved, ev.NoteAdded, ev.ItemAssigned, team.HandoverOffered, team.HandoverAccepted,
        team.HandoverDeclined,
    )
)  # fmt: skip
LEADS: frozenset[Role] = frozenset({"lead", "owner"})


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Notice:
    """`row`: the item as the queue shows it, None where it is not there any more."""

    position: int
    kind: Kind
    item_id: uuid.UUID | None
    by: int | None
    at: datetime
    read: bool
    row: Row | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal that nobody has decided on. `asked`: whose turn it is, None: any lead's."""

    item_id: uuid.UUID
    proposal_id: uuid.UUID
    by: int
    asked: int | None
    so_far: frozenset[int]
    at: datetime
    expires_at: datetime
    row: Row | None


@dataclass(frozen=True, slots=True)
class Counts:
    unread: int = 0
    to_approve: int = 0


# --- from the log -------------------------------------------------------------------------------------------------

Told = tuple[int, int, Kind, uuid.UUID | None, int | None, datetime]


async def project(connection: Connection, brand: BrandId, events: Sequence[Recorded]) -> None:
    people = {row["member_id"]: Person(row["name"], row["role"]) for row in await connection.fetch(sql.people, brand)}
    for recorded in events:
        proposed = await _proposal(connection, brand, recorded.event)
        told = list(_told(recorded, people, proposed))
        if told:
            await connection.execute(sql.tell, brand, *map(list, zip(*told, strict=True)))


async def _proposal(connection: Connection, brand: BrandId, event: ev.Event) -> int | None:
    """Keeps the table of what waits; whose proposal it was where one ended."""
    if isinstance(event, ev.ReplyProposed):
        await connection.execute(
            sql.propose, brand, event.item_id, event.proposal_id, event.by, list(event.asked), event.at,
            event.expires_at,
        )  # fmt: skip
    elif isinstance(event, ev.ProposalEscalated):
        await connection.execute(sql.escalate, brand, event.item_id, event.proposal_id, event.step)
    elif isinstance(event, ENDS) or (isinstance(event, ev.ReplyQueued) and event.purpose == "response"):
        wrote: int | None = await connection.fetchval(sql.decided, brand, event.item_id)
        return wrote
    return None


ENDS = (ev.ReplyApproved, ev.ReplyRejected, ev.ProposalExpired, ev.ItemResolved)


def _told(recorded: Recorded, people: Mapping[int, Person], wrote: int | None) -> Iterator[Told]:
    event = recorded.event
    for member, kind in _whom(event, people, wrote):
        by: int | None = getattr(event, "by", None)
        if member in people and member != by:
            at = occurred_at(event) or recorded.recorded_at
            yield member, recorded.position, kind, getattr(event, "item_id", None), by, at


def _whom(event: ev.Event, people: Mapping[int, Person], wrote: int | None) -> Iterator[tuple[int, Kind]]:
    leads = [member for member, person in people.items() if person.role in LEADS]
    if isinstance(event, ev.ReplyProposed):
        yield from ((member, "to_approve") for member in (event.asked[:1] or leads))
    elif isinstance(event, ev.ProposalEscalated):
        yield from ((member, "to_approve") for member in (leads if event.to is None else [event.to]))
    elif wrote is not None and isinstance(event, ev.ReplyApproved | ev.ReplyRejected | ev.ProposalExpired):
        yield wrote, _ending(event)
    elif isinstance(event, ev.NoteAdded) and event.text:
        names = {member: person.name for member, person in people.items()}
        yield from ((member, "mentioned") for member in mentions.called(event.text, names))
    elif isinstance(event, ev.ItemAssigned) and event.assignee is not None and event.by is not None:
        yield event.assignee, "assigned"
    else:
        yield from _of_handover(event, people)


def _of_handover(event: ev.Event, people: Mapping[int, Person]) -> Iterator[tuple[int, Kind]]:
    if isinstance(event, team.HandoverOffered):
        working = [member for member, person in people.items() if person.role != "observer"]
        yield from ((member, "handover") for member in (working if event.to is None else [event.to]))
    elif isinstance(event, team.HandoverAccepted):
        yield event.offered_by, "handover_accepted"
    elif isinstance(event, team.HandoverDeclined):
        yield event.offered_by, "handover_declined"


def _ending(event: ev.ReplyApproved | ev.ReplyRejected | ev.ProposalExpired) -> Kind:
    if isinstance(event, ev.ReplyApproved):
        return "approved"
    return "refused" if isinstance(event, ev.ReplyRejected) else "expired"


# --- for the screens ----------------------------------------------------------------------------------------------


async def counts(connection: Connection, brand: BrandId, leads: Mapping[int, bool]) -> dict[int, Counts]:
    """`leads`: of each member that is asked for, whether they may decide on any proposal."""
    rows = await connection.fetch(sql.counts, brand, list(leads), list(leads.values()))
    return {row["member"]: Counts(row["unread"], row["to_approve"]) for row in rows}


async def waiting(connection: Connection, brand: BrandId) -> list[Waiting]:
    return [
        Waiting(
            row["item_id"], row["proposal_id"], row["by_member"],
            row["asked"][row["step"]] if row["step"] < len(row["asked"]) else None,
            frozenset(row["asked"][: row["step"] + 1]), row["at"], row["expires_at"], _card(row["card"]),
        )
        for row in await connection.fetch(sql.waiting, brand, MOST_WAITING)
    ]  # fmt: skip


async def of_member(
    connection: Connection, brand: BrandId, member: int, *, before: int = 2**62, limit: int = 50
) -> list[Notice]:
    return [
        Notice(
            row["position"], row["kind"], row["item_id"], row["by_member"], row["at"], row["read_at"] is not None,
            _card(row["card"]),
        )
        for row in await connection.fetch(sql.of_member, brand, member, before, limit)
    ]  # fmt: skip


def _card(card: bytes | None) -> Row | None:
    return load_row(card) if card else None


async def mark_read(connection: Connection, brand: BrandId, member: int, upto: int, now: datetime) -> None:
    await connection.execute(sql.mark_read, brand, member, upto, now)


async def seen(connection: Connection, brand: BrandId, member: int, item_id: uuid.UUID, now: datetime) -> None:
    await connection.execute(sql.seen, brand, member, item_id, now)
