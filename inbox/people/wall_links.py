"""Links to a brand's wallboard: for a screen in the room, on which nobody is signed in.

A link shows figures only, no name and no word of an author, and changes nothing. Leads make and revoke them; one dies
with the membership or the role of whoever made it. The token is shown once and kept as its digest.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from inbox.errors import NotFound, Refused
from inbox.ids import BrandId, MemberId
from inbox.log.store import Log
from inbox.people import audit, bearer
from inbox.people.brands import clean_name
from inbox.sql import beside

sql = beside(__file__, "wall_links.sql")

SEEN_EVERY = timedelta(minutes=5)
MOST = 50
LANGUAGES = ("fr", "en")


@dataclass(frozen=True, slots=True)
class WallLink:
    """A row of the page."""

    id: str
    name: str
    lang: str
    made_by: MemberId
    made_at: datetime
    seen_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a link that stands shows."""

    brand: BrandId
    lang: str
    digest: bytes


async def create(log: Log, brand: BrandId, *, name: str, lang: str, by: MemberId, now: datetime) -> str:
    """The token: shown once. Refused: `name_bad`, `lang_unknown`, `too_many_links`."""
    name = clean_name(name)
    if lang not in LANGUAGES:
        raise Refused("lang_unknown", "A wallboard speaks French or English.")
    if sum(link.revoked_at is None for link in await of_brand(log, brand)) >= MOST:
        raise Refused("too_many_links", f"A brand has at most {MOST} links to its wallboard.")
    link_id, token = secrets.token_hex(8), bearer.new()
    async with audit.changing(log, brand, "wall", "created", link_id, by=by, now=now) as connection:
        await connection.execute(sql.create, brand, link_id, bearer.digest(token), name, lang, by, now)
    return token


async def find(pool: asyncpg.Pool, brand: BrandId, token: str, *, now: datetime) -> Shown | None:
    """None for what is unknown, revoked, or of somebody who is no lead of the brand any more."""
    digest = bearer.digest(token)
    row = await pool.fetchrow(sql.find, brand, digest)
    if row is None:
        return None
    if row["seen_at"] is None or now - row["seen_at"] > SEEN_EVERY:
        await pool.execute(sql.seen, brand, row["link_id"], now)
    return Shown(brand, row["lang"], digest)


async def standing(pool: asyncpg.Pool, brand: BrandId, digests: Sequence[bytes]) -> set[bytes]:
    """Of these links, those that still stand."""
    return {row["token_hash"] for row in await pool.fetch(sql.standing, brand, list(digests))}


async def revoke(log: Log, brand: BrandId, link_id: str, *, by: MemberId, now: datetime) -> None:
    async with audit.changing(log, brand, "wall", "revoked", link_id, by=by, now=now) as connection:
        if await connection.execute(sql.revoke, brand, link_id, now) != "UPDATE 1":
            raise NotFound


async def of_brand(log: Log, brand: BrandId) -> list[WallLink]:
    """Newest first, the revoked too."""
    return [
        WallLink(
            row["link_id"], row["name"], row["lang"], MemberId(row["made_by"]), row["made_at"], row["seen_at"],
            row["revoked_at"],
        )
        for row in await log.pool.fetch(sql.of_brand, brand)
    ]  # fmt: skip
