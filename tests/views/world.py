"""A small world for the views: authors who speak, members who act, and a projector that is run by hand."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from inbox import events as ev
from inbox.events import Author
from inbox.ids import BrandId, ChannelId, DedupeKey, ItemId, SubjectId
from inbox.log.record import POLICY_STREAM, NewEvent, Recorded, item_stream
from inbox.log.store import Log
from inbox.policy import Policy
from inbox.views import items, queue, wave_members
from inbox.views.queue import Filter, Page

ME = 7
JOINED = """
INSERT INTO vigie.checkpoints (brand_id, follower, position) VALUES ($1, 'waves', $2)
ON CONFLICT (brand_id, follower) DO UPDATE SET position = $2
"""
VIEWS = ("items", "turns", "messages", "corrections", "wave_members", "waves")


@dataclass
class World:
    """One brand. Every method that makes an event appends it; `project` brings the views up to the log."""

    log: Log
    brand: BrandId
    noon: datetime
    projected: int = 0
    joined: int = 0
    spoken: int = field(default=0)

    @property
    def pool(self) -> asyncpg.Pool:
        return self.log.pool

    def item(self, author: str = "zoe", *, channel: str = "c1", thread: str = "t1") -> ItemId:
        return self.log.keyring.ids.item(self.brand, ChannelId(channel), thread, author)

    def subject(self, author: str = "zoe") -> SubjectId:
        return self.log.keyring.ids.subject(self.brand, "generic", author)

    def message(self, author: str = "zoe", text: str | None = "bonjour", **given: Any) -> NewEvent:
        self.spoken += 1
        channel, thread = given.pop("channel", "c1"), given.pop("thread", "t1")
        at = given.pop("at", self.noon)
        fields: dict[str, Any] = {
            "network": "generic", "kind": "comment", "external_id": f"m{self.spoken}", "sent_at": at, "received_at": at,
            "author": Author(id=author, name=given.pop("name", author.title()), handle=f"@{author}",
                             followers=given.pop("followers", None)),
        }  # fmt: skip
        event = ev.MessageReceived(
            item_id=self.item(author, channel=channel, thread=thread), channel_id=channel, thread_id=thread, text=text,
            **{**fields, **given},
        )  # fmt: skip
        return self.new(event, author)

    async def says(self, author: str = "zoe", text: str | None = "bonjour", **given: Any) -> ItemId:
        new = self.message(author, text, **given)
        await self.log.append(self.brand, [new])
        return ItemId(new.event.item_id)  # type: ignore[attr-defined]

    def judgement(self, item: ItemId, external_id: str = "m1", **given: Any) -> ev.MessageClassified:
        fields: dict[str, Any] = {
            "model": "m@1", "assessed": True, "sentiment": "neutral", "urgency": 0.1, "level": 0, "lang": "fr",
            "at": self.noon,
        }  # fmt: skip
        return ev.MessageClassified(item_id=item, external_id=external_id, **{**fields, **given})

    def new(self, event: ev.Event, author: str = "zoe") -> NewEvent:
        stream = item_stream(event.item_id) if isinstance(event, ev.ItemEvent) else "other"
        return NewEvent(event, stream, DedupeKey(uuid.uuid4()), self.subject(author) if event.SEALED else None)

    async def happens(self, *events: ev.Event, author: str = "zoe") -> None:
        await self.log.append(self.brand, [self.new(event, author) for event in events])

    async def policy(self, policy: Policy) -> None:
        event = ev.PolicyChanged(policy=policy.model_dump(mode="json"), at=self.noon)
        await self.log.append(self.brand, [NewEvent(event, POLICY_STREAM, DedupeKey(uuid.uuid4()))])

    async def forgets(self, author: str = "zoe", *item_ids: ItemId) -> None:
        event = ev.AuthorForgotten(subject_id=self.subject(author), item_ids=item_ids, by=ME, at=self.noon)
        async with self.pool.acquire() as connection, connection.transaction():
            await self.log.forget(connection, self.brand, self.subject(author))
            new = NewEvent(event, f"subject:{self.subject(author)}", DedupeKey(uuid.uuid4()))
            await self.log.append(self.brand, [new], connection=connection)

    async def project(self, batch: int = 500) -> None:
        """As the projector does, in batches of this size, checkpoint included."""
        while events := await self.log.read(self.brand, self.projected, batch):
            await self.fold(events)

    async def fold(self, events: Sequence[Recorded]) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            await items.project(connection, self.brand, events, self.log.keyring.ids)
            await connection.execute(items.sql.set_checkpoint, self.brand, events[-1].position)
        self.projected = events[-1].position

    async def project_waves(self, leave: int = 0) -> None:
        """As the waves' follower does, but for the last events."""
        events = (await self.log.read(self.brand, self.joined, 1000))[: -leave or None]
        if events:
            async with self.pool.acquire() as connection, connection.transaction():
                await wave_members.project(connection, self.brand, events)
                await connection.execute(JOINED, self.brand, events[-1].position)
            self.joined = events[-1].position

    async def page(self, filter: Filter | None = None, *, now: datetime | None = None, **given: Any) -> Page:
        async with self.pool.acquire() as connection:
            return await queue.page(connection, self.brand, filter or Filter(), now=now or self.noon, **given)

    async def row(self, item: ItemId, *, now: datetime | None = None) -> queue.Row:
        (row,) = [row for row in (await self.page(now=now)).rows if row.id == item]
        return row

    def minutes(self, count: float) -> datetime:
        return self.noon + timedelta(minutes=count)


async def tables(pool: asyncpg.Pool, brand: BrandId) -> dict[str, list[tuple[Any, ...]]]:
    """All view rows of a brand as they are stored, byte for byte."""
    found = {}
    for table in VIEWS:
        rows = await pool.fetch(f"SELECT v.* FROM vigie.{table} v WHERE brand_id = $1 ORDER BY 2, 3", brand)
        found[table] = [tuple(row.values()) for row in rows]
    return found
