"""Replies that were decided enter the outbox: the follower's part of sending them (`deliver` is the other)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from inbox.events import ReplyQueued
from inbox.ids import BrandId
from inbox.log.record import Recorded
from inbox.log.store import Connection
from inbox.sql import beside

sql = beside(__file__, "deliver.sql")


class Outbox:
    """A transactional follower. `filled` is set when there may be something to send."""

    name: ClassVar[str] = "deliver"
    transactional: ClassVar[bool] = True
    wants: ClassVar[frozenset[str] | None] = frozenset({ReplyQueued.TYPE})

    def __init__(self) -> None:
        self.filled = asyncio.Event()

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
        assert connection is not None
        queued = [(r.event, r.position) for r in events if isinstance(r.event, ReplyQueued)]
        if queued:
            await connection.execute(
                sql.queue, brand, [event.reply_id for event, _ in queued], [event.item_id for event, _ in queued],
                [event.at for event, _ in queued], [position for _, position in queued],
            )  # fmt: skip

    def committed(self, brand: BrandId, events: Sequence[Recorded]) -> None:
        if any(isinstance(r.event, ReplyQueued) for r in events):
            self.filled.set()
