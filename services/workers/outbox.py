"""Replies and gestures that were decided enter the outbox: the follower's part of sending them (`deliver` is the
other)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import ClassVar
from uuid import UUID

import orjson

from inbox import files, wordings
from inbox.events import GestureQueued, ReplyQueued
from inbox.ids import BrandId
from inbox.log.record import Recorded, item_stream
from inbox.log.store import Connection
from inbox.sql import beside

sql = beside(__file__, "deliver.sql")
Queued = ReplyQueued | GestureQueued


class Outbox:
    """A transactional follower. `filled` is set when there may be something to send."""

    name: ClassVar[str] = "deliver"
    transactional: ClassVar[bool] = True
    wants: ClassVar[frozenset[str] | None] = frozenset({ReplyQueued.TYPE, GestureQueued.TYPE})

    def __init__(self) -> None:
        self.filled = asyncio.Event()

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
        assert connection is not None
        queued = [(r.event, r.position) for r in events if isinstance(r.event, Queued)]
        if queued:
            channels = await _channels(connection, brand, [event.item_id for event, _ in queued])
            rows = [
                (_id(event), event.item_id, event.at, position, _what(event), channels.get(event.item_id))
                for event, position in queued
            ]
            await connection.execute(sql.queue, brand, *map(list, zip(*rows, strict=True)))
            await wordings.count(connection, brand, [event for event, _ in queued])
            await files.keep(connection, brand, [f for e, _ in queued if isinstance(e, ReplyQueued) for f in e.files])

    def committed(self, brand: BrandId, events: Sequence[Recorded]) -> None:
        if any(isinstance(r.event, Queued) for r in events):
            self.filled.set()


async def _channels(connection: Connection, brand: BrandId, items: Sequence[UUID]) -> Mapping[UUID, str]:
    """By which channel each item came: what is sent to it waits for that account."""
    streams = {item_stream(item): item for item in items}
    found = await connection.fetch(sql.firsts, brand, list(streams))
    return {streams[row["stream_id"]]: orjson.loads(row["body"])["channel_id"] for row in found if row["body"]}


def _id(event: Queued) -> UUID:
    return event.reply_id if isinstance(event, ReplyQueued) else event.gesture_id


def _what(event: Queued) -> str:
    return "reply" if isinstance(event, ReplyQueued) else "gesture"
