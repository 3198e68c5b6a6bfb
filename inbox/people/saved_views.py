"""Saved views: a search under a name, of one member or of a brand's whole team.

Everybody keeps their own. Who may act for the brand may share one with the team; a shared one is changed by whoever
made it, and by leads. Deleting keeps it for a while, so that it can be taken back. What a team shares leaves an audit
line.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from inbox.errors import NotFound, Refused
from inbox.ids import BrandId
from inbox.log.store import Connection, Log
from inbox.people import audit
from inbox.people.brands import clean_name
from inbox.sql import beside

sql = beside(__file__, "saved_views.sql")

MOST = 30
KEPT = timedelta(hours=1)
"""How long a deleted one can be brought back."""
ICONS = ("", "flame", "bell", "clock", "wave", "user", "scale", "press", "money", "shield")
"""How it is drawn; "" draws its first letter."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """`view`: the built-in view that it looks into; `q`: its search, in canonical text."""

    id: uuid.UUID
    owner: int
    shared: bool
    name: str
    icon: str
    view: str
    q: str
    deleted: bool

    @property
    def letter(self) -> str:
        return next((c for c in self.name if c.isalnum()), self.name[0]).upper()


@dataclass(frozen=True, slots=True)
class Who:
    """Who changes one: `shares`, may share with the team; `leads`, may change what others shared."""

    member: int
    shares: bool
    leads: bool


async def of_member(log: Log, brand: BrandId, member: int, now: datetime) -> list[SavedView]:
    """In the order of the rail; one's own deleted ones last, while they can be brought back."""
    rows = await log.pool.fetch(sql.of_member, brand, member, now - KEPT)
    return [
        SavedView(
            row["view_id"], row["owner"], row["shared"], row["name"], row["icon"], row["view"], row["q"],
            row["deleted_at"] is not None,
        )
        for row in rows
    ]  # fmt: skip


async def save(
    log: Log, brand: BrandId, who: Who, *, name: str, icon: str, view: str, q: str, shared: bool, now: datetime
) -> uuid.UUID:
    """Refused: `name_bad`, `too_many_views`, `may_not_share`."""
    view_id, clean = uuid.uuid4(), clean_name(name)
    if shared and not who.shares:
        raise _may_not_share()
    async with _changing(log, brand, view_id, "saved", who, shared=shared, now=now) as connection:
        await connection.execute(sql.purge, brand, now - KEPT)
        if await connection.fetchval(sql.how_many, brand, who.member) >= MOST:
            raise Refused("too_many_views", f"You keep {MOST} views already. Delete one first.", status=409)
        await connection.execute(
            sql.insert, brand, view_id, who.member, shared, clean, icon if icon in ICONS else "", view, q, now
        )
    return view_id


async def change(
    log: Log, brand: BrandId, view_id: uuid.UUID, who: Who, *, name: str, icon: str, shared: bool, now: datetime
) -> None:
    """Refused: `name_bad`, `may_not_share`, `not_yours`."""
    clean = clean_name(name)
    was_shared = await _may_change(log, brand, view_id, who)
    if shared and not was_shared and not who.shares:
        raise _may_not_share()
    async with _changing(log, brand, view_id, "changed", who, shared=shared or was_shared, now=now) as connection:
        await connection.execute(sql.change, brand, view_id, clean, icon if icon in ICONS else "", shared)


async def delete(log: Log, brand: BrandId, view_id: uuid.UUID, who: Who, *, now: datetime) -> None:
    """Refused: `not_yours`."""
    shared = await _may_change(log, brand, view_id, who)
    async with _changing(log, brand, view_id, "deleted", who, shared=shared, now=now) as connection:
        await connection.execute(sql.set_deleted, brand, view_id, now)


async def restore(log: Log, brand: BrandId, view_id: uuid.UUID, who: Who, *, now: datetime) -> None:
    """Raises NotFound once it is gone for good."""
    shared = await _may_change(log, brand, view_id, who)
    async with _changing(log, brand, view_id, "restored", who, shared=shared, now=now) as connection:
        await connection.execute(sql.set_deleted, brand, view_id, None)


async def put_in_order(log: Log, brand: BrandId, ids: Sequence[uuid.UUID]) -> None:
    await log.pool.execute(sql.set_places, brand, list(ids))


async def _may_change(log: Log, brand: BrandId, view_id: uuid.UUID, who: Who) -> bool:
    """Whether it is shared. Raises NotFound for what they do not see."""
    row = await log.pool.fetchrow(sql.one, brand, view_id, who.member)
    if row is None:
        raise NotFound
    if row["owner"] != who.member and not who.leads:
        raise Refused("not_yours", "Only who made this view, or a lead, changes it.", status=403)
    return bool(row["shared"])


def _may_not_share() -> Refused:
    return Refused("may_not_share", "You may keep views for yourself, not share them with the team.", status=403)


@asynccontextmanager
async def _changing(
    log: Log, brand: BrandId, view_id: uuid.UUID, action: str, who: Who, *, shared: bool, now: datetime
) -> AsyncIterator[Connection]:
    """A transaction; with an audit line where the team sees the view."""
    if shared:
        async with audit.changing(log, brand, "view", action, str(view_id), by=who.member, now=now) as connection:
            yield connection
        return
    async with log.pool.acquire() as connection, connection.transaction():
        yield connection
