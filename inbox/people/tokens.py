"""API tokens: `vg_{brand}_{secret}`, of one brand, with rights of their own.

A token names its brand so that it is found under that brand's key; the whole text is what is digested, so a changed
brand fits nothing. It acts as the member who made it, never beyond what that member may do, and dies with their
membership.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

import asyncpg

from inbox.errors import NotFound, Refused
from inbox.ids import BrandId, MemberId
from inbox.log.store import Log
from inbox.people import audit, bearer, members
from inbox.people.brands import clean_name
from inbox.sql import beside
from inbox.web.context import RIGHTS_OF_ROLE, Right

sql = beside(__file__, "tokens.sql")

RIGHTS: tuple[Right, ...] = get_args(Right)
TOUCH_EVERY = timedelta(minutes=1)
_SHAPE = re.compile(r"vg_([1-9][0-9]{0,17})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Token:
    """A row of the settings page."""

    id: str
    name: str
    rights: frozenset[Right]
    created_by: MemberId
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a presented token may do now: its rights, cut down to its maker's."""

    brand: BrandId
    id: str
    name: str
    rights: frozenset[Right]
    actor: MemberId
    locale: str


async def create(
    log: Log, brand: BrandId, *, name: str, rights: Iterable[str], by: MemberId, now: datetime
) -> tuple[str, str]:
    """(token id, the token: shown once). Refused: `name_bad`, `right_unknown`, `right_not_yours`."""
    wanted, name = _known(rights), clean_name(name)
    role = await members.role_in(log, brand, by)
    if role is None:
        raise NotFound
    if not wanted <= RIGHTS_OF_ROLE[role]:
        raise Refused("right_not_yours", "A token cannot do what you may not do yourself.", status=403)
    token_id, token = secrets.token_hex(8), f"vg_{brand}_{bearer.new()}"
    async with audit.changing(log, brand, "token", "created", token_id, by=by, now=now) as connection:
        await connection.execute(sql.create, brand, token_id, bearer.digest(token), name, sorted(wanted), by, now)
    return token_id, token


def _known(rights: Iterable[str]) -> frozenset[Right]:
    wanted = set(rights)
    known: frozenset[Right] = frozenset(right for right in RIGHTS if right in wanted)
    if not known or len(known) != len(wanted):
        raise Refused("right_unknown", f"A token has one or more of the rights {', '.join(RIGHTS)}.")
    return known


async def find(pool: asyncpg.Pool, token: str, *, now: datetime) -> Found | None:
    """None for what is unknown, revoked, or of a member who is no longer of the brand."""
    shape = _SHAPE.fullmatch(token)
    if shape is None:
        return None
    brand = BrandId(int(shape[1]))
    row = await pool.fetchrow(sql.find, brand, bearer.digest(token))
    if row is None:
        return None
    if row["last_used_at"] is None or now - row["last_used_at"] > TOUCH_EVERY:
        await pool.execute(sql.used, brand, row["token_id"], now)
    return Found(brand, row["token_id"], row["name"], _effective(row), MemberId(row["created_by"]), row["locale"])


def _effective(row: asyncpg.Record) -> frozenset[Right]:
    return RIGHTS_OF_ROLE[row["role"]] & frozenset(row["rights"])


async def standing(pool: asyncpg.Pool, brand: BrandId, digests: Sequence[bytes]) -> dict[bytes, frozenset[Right]]:
    """Of these tokens, those that still stand, each with what it may do in the brand."""
    rows = await pool.fetch(sql.standing, brand, list(digests))
    return {row["token_hash"]: _effective(row) for row in rows}


async def revoke(log: Log, brand: BrandId, token_id: str, *, by: int, now: datetime) -> None:
    async with audit.changing(log, brand, "token", "revoked", token_id, by=by, now=now) as connection:
        if await connection.execute(sql.revoke, brand, token_id, now) != "UPDATE 1":
            raise NotFound


async def of_brand(log: Log, brand: BrandId) -> list[Token]:
    """Newest first, the revoked too."""
    return [
        Token(
            row["token_id"], row["name"], frozenset(row["rights"]), MemberId(row["created_by"]),
            row["created_at"], row["last_used_at"], row["revoked_at"],
        )
        for row in await log.pool.fetch(sql.of_brand, brand)
    ]  # fmt: skip
