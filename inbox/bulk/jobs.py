"""Jobs: kept from the first draft to the report, begun, stopped, taken back, followed up.

A draft holds what was chosen, at the positions that were seen; orders can be changed until it is begun, by whoever
made it alone, since it is carried out in their name and with what their role may send unseen. From then on only the
worker (`services/workers/bulk.py`) changes what becomes of its items.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import asyncpg

from inbox.bulk.orders import UNDOABLE, Orders, key
from inbox.errors import NotFound, Refused
from inbox.events import ReplyWithheld
from inbox.ids import BrandId, ItemId, dedupe_key, reply_id
from inbox.log.record import NewEvent, item_stream
from inbox.log.store import Connection, Log
from inbox.sql import beside

sql = beside(__file__, "bulk.sql")

State = Literal["draft", "running", "stopped", "done"]
MOST = 10_000
MOST_SHOWN = 30
KEPT_DRAFTS = timedelta(days=1)
Choice = tuple[uuid.UUID, int, int | None]
"""An item, the position at which it was seen, and whose it was where that is given back."""


@dataclass(frozen=True, slots=True)
class Job:
    job_id: uuid.UUID
    state: State
    orders: Orders
    made_by: int
    made_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    why: str | None
    follows: uuid.UUID | None

    @property
    def undoable(self) -> bool:
        return self.state in {"stopped", "done"} and self.orders.what in UNDOABLE and not self.orders.undo


@dataclass(frozen=True, slots=True)
class Count:
    """So many items of one fate."""

    state: str
    code: str | None
    receipt: str | None
    reason: str | None
    items: int


def job_of(row: asyncpg.Record) -> Job:
    fields: dict[str, Any] = {name: row[name] for name in Job.__dataclass_fields__}
    fields["job_id"] = plain(row["job_id"])
    fields["follows"] = plain(row["follows"]) if row["follows"] else None
    fields["orders"] = Orders.model_validate_json(row["orders"])
    return Job(**fields)


async def draft(
    log: Log, brand: BrandId, orders: Orders, chosen: Sequence[Choice], *, by: int, now: datetime,
    follows: uuid.UUID | None = None, job_id: uuid.UUID | None = None,
) -> uuid.UUID:  # fmt: skip
    """`job_id`: of a key of the caller's; the same again answers as the first time. Refused: `nothing_chosen`;
    `too_many_chosen`, with `most`; `idempotency_key_reused` (422)."""
    if not chosen:
        raise Refused("nothing_chosen", "Choose at least one item.")
    if len(chosen) > MOST:
        raise Refused("too_many_chosen", f"At most {MOST:,} items at once.", details={"most": MOST})
    job_id = job_id or uuid.uuid4()
    items, seen, before = zip(*chosen, strict=True)
    async with log.pool.acquire() as connection, connection.transaction():
        row_of_job = (job_id, written(orders), by, now, follows, orders.writes)
        if await connection.fetchval(sql.add, brand, *row_of_job) is None:
            await repeated(connection, brand, job_id, orders.asked)
            return job_id
        row = (list(items), list(seen), list(before), orders.undo)
        await connection.execute(sql.add_items, brand, job_id, *row)
        dead = [r["job_id"] for r in await connection.fetch(sql.drop_drafts, brand, now - KEPT_DRAFTS)]
        await connection.execute(sql.drop_items, brand, dead)
    return job_id


async def repeated(connection: Connection | asyncpg.Pool, brand: BrandId, job_id: uuid.UUID, asked: str | None) -> bool:
    """Whether there is such a job already. Refused: `idempotency_key_reused` (422), where something else was asked."""
    row = await connection.fetchrow(sql.one, brand, job_id)
    if row is not None and job_of(row).orders.asked != asked:
        raise Refused("idempotency_key_reused", "This idempotency key was used for another command.", status=422)
    return row is not None


async def one(connection: Connection | asyncpg.Pool, brand: BrandId, job_id: uuid.UUID) -> Job:
    row = await connection.fetchrow(sql.one, brand, job_id)
    if row is None:
        raise NotFound
    return job_of(row)


async def of_brand(connection: Connection | asyncpg.Pool, brand: BrandId) -> list[Job]:
    """The latest that were begun, newest first."""
    return [job_of(row) for row in await connection.fetch(sql.of_brand, brand, MOST_SHOWN)]


async def counts(connection: Connection | asyncpg.Pool, brand: BrandId, job_id: uuid.UUID) -> list[Count]:
    rows = await connection.fetch(sql.counts, brand, job_id)
    return [Count(*(row[name] for name in Count.__dataclass_fields__)) for row in rows]


async def order(log: Log, brand: BrandId, job_id: uuid.UUID, orders: Orders, *, by: int) -> None:
    """Refused: `not_your_draft` (403), `already_begun` (409)."""
    if await log.pool.fetchval(sql.order, brand, job_id, written(orders), orders.writes, by) is None:
        _refuse_others(await one(log.pool, brand, job_id), by)
        raise Refused("already_begun", "It was begun already.", status=409)


async def begin(log: Log, brand: BrandId, job_id: uuid.UUID, *, by: int, now: datetime) -> None:
    """Pressed twice, it is begun once. Refused: `not_your_draft` (403)."""
    if await log.pool.fetchval(sql.begin, brand, job_id, now, by) is None:
        _refuse_others(await one(log.pool, brand, job_id), by)


def _refuse_others(job: Job, by: int) -> None:
    if job.made_by != by:
        raise Refused("not_your_draft", "Only who made this draft changes and begins it.", status=403)


async def stop(log: Log, brand: BrandId, job_id: uuid.UUID, *, by: int, now: datetime, why: str = "by_hand") -> None:
    """What was done stays; what has not left is held back. Refused: `not_running` (409)."""
    if await log.pool.fetchval(sql.stop, brand, job_id, now, why) is None:
        await one(log.pool, brand, job_id)
        raise Refused("not_running", "It has ended already.", status=409)
    await hold_back(log, brand, job_id, by=by, now=now)


async def hold_back(log: Log, brand: BrandId, job_id: uuid.UUID, *, by: int, now: datetime) -> None:
    """Replies of the job that nobody has begun to send."""
    job = await one(log.pool, brand, job_id)
    if not job.orders.writes:
        return
    for row in await log.pool.fetch(sql.written_by, brand, job_id):
        await _hold_back(log, brand, job_id, ItemId(plain(row["item_id"])), by=by, now=now)
    log.pulse.beat("log", brand)


async def hold_back_from(log: Log, brand: BrandId, person: Collection[uuid.UUID], *, by: int, now: datetime) -> None:
    """Replies of any job to this person that nobody has begun to send."""
    for row in await log.pool.fetch(sql.written_to, brand, list(person)):
        await _hold_back(log, brand, plain(row["job_id"]), ItemId(plain(row["item_id"])), by=by, now=now)
    log.pulse.beat("log", brand)


async def _hold_back(log: Log, brand: BrandId, job_id: uuid.UUID, item_id: ItemId, *, by: int, now: datetime) -> None:
    ident = reply_id(item_id, key(job_id))
    async with log.pool.acquire() as connection, connection.transaction():
        if await connection.fetchval(sql.hold_back, brand, ident, item_id, now) is not None:
            event = ReplyWithheld(item_id=item_id, reply_id=ident, by=by, at=now)
            once = dedupe_key("reply withheld", str(brand), str(ident))
            await log.append(brand, [NewEvent(event, item_stream(item_id), once)], connection=connection)


async def undo(
    log: Log, brand: BrandId, job_id: uuid.UUID, *, by: int, now: datetime, as_id: uuid.UUID | None = None
) -> uuid.UUID:
    """A draft that takes back what the job did, as far as nothing came in between. `as_id`: as of `draft`. Refused:
    `not_undoable` (409)."""
    if as_id and await repeated(log.pool, brand, as_id, f"undo {job_id}"):
        return as_id
    job = await one(log.pool, brand, job_id)
    if not job.undoable:
        raise Refused("not_undoable", "This cannot be taken back.", status=409)
    rows = await log.pool.fetch(sql.done_of, brand, job_id, None)
    chosen = [(row["item_id"], row["position"], row["before"]) for row in rows]
    orders = job.orders.model_copy(update={"undo": True, "asked": f"undo {job_id}" if as_id else None})
    return await draft(log, brand, orders, chosen, by=by, now=now, follows=job_id, job_id=as_id)


async def follow_up(
    log: Log, brand: BrandId, job_id: uuid.UUID, *, by: int, now: datetime, as_id: uuid.UUID | None = None
) -> uuid.UUID:
    """A draft to write again to those whom the job's words reached. `as_id`: as of `draft`. Refused: `nothing_chosen`,
    `not_written` (409)."""
    if as_id and await repeated(log.pool, brand, as_id, f"follow {job_id}"):
        return as_id
    job = await one(log.pool, brand, job_id)
    if not job.orders.writes or job.state == "draft":
        raise Refused("not_written", "Nobody was written to by this.", status=409)
    rows = await log.pool.fetch(sql.done_of, brand, job_id, True)
    chosen = [(row["item_id"], row["position"], None) for row in rows]
    orders = Orders(what="reply", asked=f"follow {job_id}" if as_id else None)
    return await draft(log, brand, orders, chosen, by=by, now=now, follows=job_id, job_id=as_id)


def written(orders: Orders) -> bytes:
    """Without what nobody said: a process of the version before reads the rest."""
    return orders.model_dump_json(exclude_defaults=True).encode()


def plain(ident: uuid.UUID) -> uuid.UUID:
    """The driver's UUIDs are a subclass that JSON writers do not know."""
    return uuid.UUID(int=ident.int)
