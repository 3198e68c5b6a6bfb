"""All that a brand holds of one author, for that person to have: every event of their items, words opened.

An item is what one author says in one thread, so it holds nobody else's words but the team's answers and notes,
which are about this person. Of somebody who was forgotten it gives what is left: that there was somebody, when, and
since when they are forgotten.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from inbox import history
from inbox.errors import Refused
from inbox.events import AuthorForgotten, Event, MessageReceived, PersonExported
from inbox.ids import BrandId, DedupeKey, ItemId, SubjectId
from inbox.log.record import NewEvent, Recorded
from inbox.log.store import Log
from inbox.log.store import sql as log_sql
from inbox.people.erasure import forgetting_stream

OF_THE_HOUSE = frozenset({"delivery_id", "mark", "model_sha256"})
"""Ours alone: it says nothing of anybody."""


async def of_item(log: Log, brand: BrandId, item_id: ItemId, *, by: int | None, now: datetime) -> dict[str, Any]:
    """Of this item's author, all items. JSON-ready. Refused: `nobody_here`."""
    subject = (await history.load(log, brand, item_id)).subject
    if subject is None:
        raise Refused("nobody_here", "Nothing here identifies a person.", status=409)
    return await exported(log, brand, subject, by=by, now=now)


async def exported(log: Log, brand: BrandId, subject: SubjectId, *, by: int | None, now: datetime) -> dict[str, Any]:
    """That it was done is in the log afterwards, without a name."""
    streams = [row["stream_id"] for row in await log.pool.fetch(log_sql.streams_of_subject, brand, subject)]
    recorded = await log.read_streams(brand, sorted(streams), await log.head(brand))
    mine = [r for r in recorded if r.subject in (None, subject)]
    forgotten = await log.read_stream(brand, forgetting_stream(subject))
    line = PersonExported(subject_id=uuid.UUID(int=subject.int), by=by, at=now)
    await log.append(brand, [NewEvent(line, forgetting_stream(subject), DedupeKey(uuid.uuid4()))])
    return {
        "brand_id": brand,
        "subject_id": str(subject),
        "exported_at": now.isoformat(),
        "author": _profile(mine),
        "forgotten_at": [r.event.at.isoformat() for r in forgotten if isinstance(r.event, AuthorForgotten)],
        "events": [_told(r) for r in mine],
    }


async def is_known(log: Log, brand: BrandId, subject: SubjectId) -> bool:
    """Whether anything was ever written down of them."""
    return bool(await log.pool.fetch(log_sql.streams_of_subject, brand, subject))


def _profile(recorded: Iterable[Recorded]) -> dict[str, Any] | None:
    """As the network showed them last."""
    shown = [r.event.author for r in recorded if isinstance(r.event, MessageReceived) and r.event.author is not None]
    return shown[-1].model_dump(mode="json") if shown else None


def _told(recorded: Recorded) -> dict[str, Any]:
    return {
        "position": recorded.position,
        "item_id": recorded.stream,
        "type": recorded.event.TYPE,
        "recorded_at": recorded.recorded_at.isoformat(),
        "readable": recorded.opened,
        **_fields(recorded.event),
    }


def _fields(event: Event) -> dict[str, Any]:
    return event.model_dump(mode="json", exclude=set(OF_THE_HOUSE) | {"item_id"})
