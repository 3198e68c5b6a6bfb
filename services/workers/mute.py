"""Who is muted is muted in every item: a decision made on one is carried to the author's others, and to each that they
begin later.

The decision stands in the item it was made on; here it is repeated in the others, as an event that names the first
(`of`), so that each item can be folded from its own stream. In the transaction of the checkpoint, under a dedupe key a
decision and item: once, whatever restarts.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from inbox.events import AuthorMuted, AuthorUnmuted, MessageReceived
from inbox.ids import BrandId, dedupe_key
from inbox.log.record import NewEvent, Recorded, item_stream
from inbox.log.store import Connection, Log
from inbox.sql import beside

sql = beside(__file__, "mute.sql")

Decided = AuthorMuted | AuthorUnmuted


@dataclass(frozen=True, slots=True)
class _Decision:
    """Made on `item_id`, at `position` of the log."""

    muted: bool
    item_id: uuid.UUID
    position: int
    by: int
    at: datetime

    def repeated(self, item_id: uuid.UUID) -> Decided:
        kind = AuthorMuted if self.muted else AuthorUnmuted
        return kind(item_id=item_id, by=self.by, at=self.at, of=self.item_id)


class Mute:
    """A transactional follower."""

    name: ClassVar[str] = "mute"
    transactional: ClassVar[bool] = True
    wants: ClassVar[frozenset[str] | None] = frozenset({MessageReceived.TYPE, AuthorMuted.TYPE, AuthorUnmuted.TYPE})

    def __init__(self, log: Log) -> None:
        self._log = log
        self._appended: set[BrandId] = set()

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
        assert connection is not None
        self._appended.discard(brand)
        whose = await self._whose(connection, brand, events)
        muted = await self._muted(connection, brand, {*whose.values(), *(r.subject for r in events if r.subject)})
        for recorded in events:
            event = recorded.event
            if isinstance(event, Decided):
                subject = whose.get(recorded.stream)
                if event.of is None and subject is not None:
                    decision = _decision(event, recorded.position)
                    await self._decide(connection, brand, subject, decision)
                    muted[subject] = decision
            elif isinstance(event, MessageReceived) and recorded.subject is not None:
                decided = muted.get(recorded.subject)
                if decided is not None and decided.muted:
                    await self._repeat(connection, brand, decided, [event.item_id])

    def committed(self, brand: BrandId, events: Sequence[Recorded]) -> None:
        if brand in self._appended:
            self._appended.discard(brand)
            self._log.pulse.beat("log", brand)

    @staticmethod
    async def _whose(connection: Connection, brand: BrandId, events: Sequence[Recorded]) -> dict[str, uuid.UUID]:
        streams = [r.stream for r in events if isinstance(r.event, Decided) and r.event.of is None]
        rows = await connection.fetch(sql.whose, brand, streams) if streams else []
        return {row["stream_id"]: row["subject_id"] for row in rows}

    @staticmethod
    async def _muted(connection: Connection, brand: BrandId, subjects: set[uuid.UUID]) -> dict[uuid.UUID, _Decision]:
        rows = await connection.fetch(sql.muted, brand, list(subjects)) if subjects else []
        return {
            row["subject_id"]: _Decision(True, _plain(row["item_id"]), row["position"], row["by"], row["at"])
            for row in rows
        }

    async def _decide(self, connection: Connection, brand: BrandId, subject: uuid.UUID, decision: _Decision) -> None:
        if decision.muted:
            row = (decision.item_id, decision.position, decision.by, decision.at)
            await connection.execute(sql.mute, brand, subject, *row)
        else:
            await connection.execute(sql.unmute, brand, subject)
        rows = await connection.fetch(sql.items_of, brand, subject)
        await self._repeat(connection, brand, decision, [uuid.UUID(row["stream_id"]) for row in rows])

    async def _repeat(
        self, connection: Connection, brand: BrandId, decision: _Decision, items: Sequence[uuid.UUID]
    ) -> None:
        """In those items that are not the one it was made on. One that was unmuted since keeps its own word: the
        decision is repeated once in each, and never again."""
        new = [
            NewEvent(
                decision.repeated(item_id), item_stream(item_id),
                dedupe_key("mute", str(brand), str(item_id), str(decision.position)),
            )
            for item_id in items
            if item_id != decision.item_id
        ]  # fmt: skip
        if new and any(position is not None for position in await self._log.append(brand, new, connection=connection)):
            self._appended.add(brand)


def _decision(event: Decided, position: int) -> _Decision:
    return _Decision(isinstance(event, AuthorMuted), event.item_id, position, event.by, event.at)


def _plain(ident: uuid.UUID) -> uuid.UUID:
    """The driver's UUIDs are a subclass that JSON writers do not know."""
    return uuid.UUID(int=ident.int)
