"""Edits, deletions and echoes that name only a message find their item, whichever of the two came first.

`ReferenceHeld` and `MessageReceived` pass here in the order of the log. A reference whose message the log already has
is applied at once; else it waits in vigie.held until its message passes. Applying means: the event that it stands for
is appended to the item's stream, sealed under the item's author; the reference's own key is destroyed, so that the
words live on under one key only; its row in vigie.held goes. All of it in the transaction that moves the follower's
checkpoint, and under the dedupe key that the direct way uses (`services.ingest.keys`): once, whatever restarts.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import ClassVar

from inbox.events import ItemEvent, MessageEdited, MessageReceived, MessageWithdrawn, ReferenceHeld, ReplyEchoed
from inbox.ids import BrandId, DedupeKey, Position, SubjectId
from inbox.log.record import NewEvent, Recorded
from inbox.log.store import Connection, Log
from inbox.sql import beside
from services.ingest import keys

sql = beside(__file__, "link.sql")

Home = tuple[str, SubjectId | None]
"""An item's stream, and its author's key."""


class Link:
    """A transactional follower."""

    name: ClassVar[str] = "link"
    transactional: ClassVar[bool] = True
    wants: ClassVar[frozenset[str] | None] = frozenset({MessageReceived.TYPE, ReferenceHeld.TYPE})

    def __init__(self, log: Log) -> None:
        self._log = log
        self._appended: set[BrandId] = set()

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
        assert connection is not None
        self._appended.discard(brand)
        homes = await self._homes(connection, brand, events)
        waiting = await self._waiting(connection, brand, events)
        for recorded in events:
            event = recorded.event
            if isinstance(event, ReferenceHeld):
                home = homes.get(keys.received(brand, event.channel_id, event.refers_to))
                if home is None:
                    await connection.execute(sql.hold, brand, event.channel_id, event.refers_to, recorded.position)
                else:
                    await self._apply(connection, brand, recorded, home)
            elif isinstance(event, MessageReceived):
                for position in waiting.get((event.channel_id, event.external_id), ()):
                    await self._release(connection, brand, position, (recorded.stream, recorded.subject))

    def committed(self, brand: BrandId, events: Sequence[Recorded]) -> None:
        if brand in self._appended:
            self._appended.discard(brand)
            self._log.pulse.beat("log", brand)

    async def _homes(self, connection: Connection, brand: BrandId, events: Sequence[Recorded]) -> dict[DedupeKey, Home]:
        """Where the messages are that references of this batch name, as far as the log has them."""
        wanted = [
            keys.received(brand, r.event.channel_id, r.event.refers_to)
            for r in events
            if isinstance(r.event, ReferenceHeld)
        ]
        if not wanted:
            return {}
        found = await self._log.find(brand, wanted, connection=connection)
        return {key: (stream, subject) for key, (_, stream, subject) in found.items()}

    @staticmethod
    async def _waiting(
        connection: Connection, brand: BrandId, events: Sequence[Recorded]
    ) -> dict[tuple[str, str], list[Position]]:
        """Positions of the references that wait for messages of this batch."""
        messages = {(r.event.channel_id, r.event.external_id) for r in events if isinstance(r.event, MessageReceived)}
        if not messages:
            return {}
        rows = await connection.fetch(sql.waiting, brand, [m[0] for m in messages], [m[1] for m in messages])
        waiting: dict[tuple[str, str], list[Position]] = {}
        for row in rows:
            waiting.setdefault((row["channel_id"], row["refers_to"]), []).append(Position(row["position"]))
        return waiting

    async def _release(self, connection: Connection, brand: BrandId, position: Position, home: Home) -> None:
        (held,) = await self._log.read(brand, position - 1, 1, connection=connection)
        assert isinstance(held.event, ReferenceHeld)
        await self._apply(connection, brand, held, home)
        await connection.execute(sql.release, brand, held.event.channel_id, held.event.refers_to, position)

    async def _apply(self, connection: Connection, brand: BrandId, held: Recorded, home: Home) -> None:
        assert isinstance(held.event, ReferenceHeld)
        stream, subject = home
        # Words that no longer open were applied before: a rewound follower passes here again, and must not blank them.
        if held.opened:
            event = meant(held.event, uuid.UUID(stream))
            new = NewEvent(event, stream, keys.applied(held.dedupe), subject)
            await self._log.append(brand, [new], connection=connection)
            self._appended.add(brand)
        if held.subject is not None:
            await self._log.forget(connection, brand, held.subject)


def meant(held: ReferenceHeld, item_id: uuid.UUID) -> ItemEvent:
    """The event that a reference stands for, once its item is known."""
    match held.verb:
        case "edited":
            return MessageEdited(
                item_id=item_id, channel_id=held.channel_id, external_id=held.refers_to, sent_at=held.sent_at,
                received_at=held.received_at, text=held.text, attachments=held.attachments,
            )  # fmt: skip
        case "withdrawn":
            return MessageWithdrawn(
                item_id=item_id, channel_id=held.channel_id, external_id=held.refers_to, sent_at=held.sent_at,
                received_at=held.received_at,
            )  # fmt: skip
        case "echoed":
            return ReplyEchoed(
                item_id=item_id, channel_id=held.channel_id, external_id=held.external_id, in_reply_to=held.refers_to,
                sent_at=held.sent_at, received_at=held.received_at, text=held.text,
            )  # fmt: skip
