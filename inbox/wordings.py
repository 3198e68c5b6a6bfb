"""A brand's wordings: kept, changed, approved, removed, and counted as they are used.

Each change is an event of the brand's log with all of the new words, in the transaction of the change: who changed
what, and what it said before, can always be read there. Two leads who edit at once do not overwrite each other: a
change names the version it was made on.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import asyncpg

from inbox.errors import NotFound, Refused
from inbox.events import Event, ReplyQueued, WordingRemoved, WordingSaved
from inbox.ids import BrandId, DedupeKey
from inbox.log.record import NewEvent
from inbox.log.store import Connection, Log
from inbox.people import members
from inbox.sql import beside
from inbox.wording import Draft, Wording, checked

sql = beside(__file__, "wordings.sql")

STREAM = "wordings"
MOST = 500


async def create(
    log: Log, brand: BrandId, draft: Draft, *, networks: Collection[str], by: int, now: datetime
) -> uuid.UUID:
    """Refused: as `wording.checked`; `owner_unknown`; `too_many`."""
    clean, wording_id = checked(draft, networks), uuid.uuid4()
    await _check_owner(log, brand, clean)
    approval = (by, now) if clean.approved else (None, None)
    async with log.pool.acquire() as connection, connection.transaction():
        row = (brand, wording_id, written(clean), *approval, by, now, MOST)
        if await connection.fetchval(sql.add, *row) is None:
            raise Refused("too_many", f"A brand has at most {MOST} of these.", status=409)
        await _tell(log, connection, brand, _saved(wording_id, clean, by, now))
    log.pulse.beat("log", brand)
    return wording_id


async def change(
    log: Log, brand: BrandId, wording_id: uuid.UUID, draft: Draft, *, version: int, networks: Collection[str], by: int,
    now: datetime,
) -> None:  # fmt: skip
    """`version`: the one that was edited. Refused: as `create`; `conflict` (409) where somebody was faster."""
    clean = checked(draft, networks)
    await _check_owner(log, brand, clean)
    async with log.pool.acquire() as connection, connection.transaction():
        held = await connection.fetchrow(sql.for_change, brand, wording_id)
        if held is None:
            raise NotFound
        if held["version"] != version:
            raise Refused("conflict", "Somebody changed it meanwhile. Load the page again.", status=409)
        approval = _approval(held, clean, by, now)
        await connection.execute(sql.change, brand, wording_id, written(clean), *approval, by, now)
        await _tell(log, connection, brand, _saved(wording_id, clean, by, now))
    log.pulse.beat("log", brand)


async def remove(log: Log, brand: BrandId, wording_id: uuid.UUID, *, by: int, now: datetime) -> None:
    async with log.pool.acquire() as connection, connection.transaction():
        if await connection.execute(sql.remove, brand, wording_id) != "DELETE 1":
            raise NotFound
        await _tell(log, connection, brand, WordingRemoved(wording_id=wording_id, by=by, at=now))
    log.pulse.beat("log", brand)


async def of_brand(connection: Connection | asyncpg.Pool, brand: BrandId) -> list[Wording]:
    """By title."""
    found = [_wording(row) for row in await connection.fetch(sql.of_brand, brand, None)]
    return sorted(found, key=lambda one: one.draft.title.casefold())


async def one(connection: Connection | asyncpg.Pool, brand: BrandId, wording_id: uuid.UUID) -> Wording:
    row = await connection.fetchrow(sql.of_brand, brand, wording_id)
    if row is None:
        raise NotFound
    return _wording(row)


async def in_waves(connection: Connection, brand: BrandId, waves: Collection[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    """How often each was used in these waves."""
    rows = await connection.fetch(sql.in_waves, brand, list(waves)) if waves else []
    return {uuid.UUID(int=row["wording_id"].int): row["uses"] for row in rows}


async def count(connection: Connection, brand: BrandId, events: Sequence[Event]) -> None:
    """The replies among these events that were written with a wording."""
    used = [e for e in events if isinstance(e, ReplyQueued) and e.wording is not None]
    if used:
        rows = [(event.wording, event.reply_id, event.item_id, event.at) for event in used]
        await connection.execute(sql.count_uses, brand, *map(list, zip(*rows, strict=True)))


def written(draft: Draft) -> bytes:
    return draft.model_dump_json().encode()


def _wording(row: asyncpg.Record) -> Wording:
    # The driver's UUIDs are a subclass that JSON writers do not know.
    draft = Draft.model_validate_json(row["draft"])
    fields = {name: row[name] for name in Wording.__dataclass_fields__ if name not in {"wording_id", "draft"}}
    return Wording(wording_id=uuid.UUID(int=row["wording_id"].int), draft=draft, **fields)


def _approval(held: asyncpg.Record, new: Draft, by: int, now: datetime) -> tuple[int | None, datetime | None]:
    """It is approved as it stands: other words are approved by whoever changed them, or not at all."""
    if not new.approved:
        return None, None
    same = Draft.model_validate_json(held["draft"]).variants == new.variants
    kept = same and held["approved_by"] is not None
    return (held["approved_by"], held["approved_at"]) if kept else (by, now)


def _saved(wording_id: uuid.UUID, draft: Draft, by: int, now: datetime) -> WordingSaved:
    return WordingSaved(wording_id=wording_id, wording=draft.model_dump(mode="json"), by=by, at=now)


async def _tell(log: Log, connection: Connection, brand: BrandId, event: Event) -> None:
    await log.append(brand, [NewEvent(event, STREAM, DedupeKey(uuid.uuid4()))], connection=connection)


async def _check_owner(log: Log, brand: BrandId, draft: Draft) -> None:
    if draft.owner is not None and await members.role_in(log, brand, draft.owner) is None:
        raise Refused("owner_unknown", "Nobody of this brand has that id.")
