"""The waves as a view of the log: who joined, how urgent each is by itself, and what the members come to.

Written by the waves' follower in the transaction of its checkpoint, and by a rebuild up to where that one stands: a
member's row is a function of the events of its item, so both give the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

import asyncpg

from inbox import events as ev
from inbox import waves
from inbox.ids import BrandId
from inbox.log.record import Recorded, item_stream
from inbox.log.store import Connection
from inbox.sql import beside
from inbox.views.columns import storable

sql = beside(__file__, "waves.sql")

Members = dict[uuid.UUID, dict[str, waves.Member]]
"""By item and message."""

TELLING = (
    ev.MessageReceived.TYPE, ev.MessageClassified.TYPE, ev.CategoriesCorrected.TYPE, ev.MarkedNotUrgent.TYPE,
    ev.RaisedByWave.TYPE,
)  # fmt: skip
"""Events that tell something of a member."""
WANTED = frozenset({ev.WaveJoined.TYPE, *TELLING})


async def project(connection: Connection, brand: BrandId, events: Sequence[Recorded]) -> list[uuid.UUID]:
    """Folds events of one brand, in the order of the log. Gives the waves that something changed of."""
    telling = [r for r in events if r.event.TYPE in WANTED]
    known = await _known(connection, brand, telling)
    before = {member for members in known.values() for member in members.values()}
    told = await _told(connection, brand, [r for r in telling if isinstance(r.event, ev.WaveJoined)])
    for recorded in telling:
        if isinstance(recorded.event, ev.WaveJoined):
            _join(known, recorded, recorded.event, told)
        else:
            _tell(known, recorded)
    changed = [member for members in known.values() for member in members.values() if member not in before]
    return await _write(connection, brand, changed)


def of_stream(own: Sequence[Recorded], upto: int) -> Iterable[waves.Member]:
    """The members that all events of one item make, up to a position: the same as `project` makes step by step."""
    if not any(isinstance(one.event, ev.WaveJoined) for one in own):
        return ()
    members: dict[str, waves.Member] = {}
    telling = [one for one in own if one.position <= upto and one.event.TYPE in WANTED]
    for place, one in enumerate(telling):
        if not isinstance(one.event, ev.WaveJoined):
            for name, member in members.items():
                members[name] = waves.told(member, one.event, one.subject)
        elif storable(one.event.external_id) not in members:
            members[storable(one.event.external_id)] = _member(one.event, telling[:place])
    return members.values()


def _member(event: ev.WaveJoined, earlier: Sequence[Recorded]) -> waves.Member:
    member = waves.introduced(event)
    for one in earlier:
        member = waves.told(member, one.event, one.subject)
    return member


def row(member: waves.Member) -> tuple[object, ...]:
    """In the order of the columns, without the brand."""
    return (
        member.item_id, storable(member.external_id), member.wave_id, member.joined_at, member.heard_at,
        storable(member.channel_id), member.author, member.lang and storable(member.lang), member.level,
        member.urgency, member.raised,
    )  # fmt: skip


async def _known(connection: Connection, brand: BrandId, events: Iterable[Recorded]) -> Members:
    items = sorted({r.event.item_id for r in events if isinstance(r.event, ev.ItemEvent)})
    known: Members = {}
    for row in await connection.fetch(sql.members_of, brand, items) if items else ():
        known.setdefault(row["item_id"], {})[row["external_id"]] = waves.Member(**row)
    return known


Told = dict[str, list[asyncpg.Record]]


async def _told(connection: Connection, brand: BrandId, joining: Sequence[Recorded]) -> Told:
    """By item: the events from before the last of these joined."""
    if not joining:
        return {}
    streams = sorted({r.stream for r in joining})
    found: Told = {}
    for row in await connection.fetch(sql.told, brand, streams, list(TELLING), joining[-1].position):
        found.setdefault(row["stream_id"], []).append(row)
    return found


def _join(known: Members, recorded: Recorded, event: ev.WaveJoined, told: Told) -> None:
    """A message joins once, whatever is said later."""
    members = known.setdefault(event.item_id, {})
    if storable(event.external_id) in members:
        return
    member = waves.introduced(event)
    for row in told.get(item_stream(event.item_id), ()):
        if row["position"] < recorded.position:
            earlier = ev.decode(row["type"], row["v"], row["body"], None)
            member = waves.told(member, earlier, row["subject_id"])
    members[storable(event.external_id)] = member


def _tell(known: Members, recorded: Recorded) -> None:
    assert isinstance(recorded.event, ev.ItemEvent)
    members = known.get(recorded.event.item_id, {})
    for name, member in members.items():
        members[name] = waves.told(member, recorded.event, recorded.subject)


async def _write(connection: Connection, brand: BrandId, changed: Sequence[waves.Member]) -> list[uuid.UUID]:
    if not changed:
        return []
    columns = (list(column) for column in zip(*map(row, changed), strict=True))
    await connection.execute(sql.write_members, brand, *columns)
    touched = sorted({member.wave_id for member in changed})
    await connection.execute(sql.sum_up, brand, touched)
    return touched
