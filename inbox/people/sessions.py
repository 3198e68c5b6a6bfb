"""Browser sessions, kept server-side: 12 hours idle, 14 days in all. The cookie holds 256 random bits, we hold their
digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from inbox.events import Role
from inbox.ids import BrandId, MemberId
from inbox.log.store import Connection
from inbox.people import bearer
from inbox.sql import beside

sql = beside(__file__, "sessions.sql")

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=14)
TOUCH_EVERY = timedelta(minutes=1)
Executor = asyncpg.Pool | Connection


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The member behind a session. `zone`: in which they read times, "" where the brand's serves. `folds_waves`,
    `compact`: how their lists show rows."""

    member: MemberId
    name: str
    email: str
    locale: str
    theme: str
    zone: str
    folds_waves: bool
    compact: bool
    csrf: str
    roles: Mapping[BrandId, Role]


@dataclass(frozen=True, slots=True)
class Session:
    """A row of the account page. `digest` names it."""

    digest: bytes
    created_at: datetime
    last_seen_at: datetime
    user_agent: str


async def open_for(executor: Executor, member: MemberId, *, user_agent: str, now: datetime) -> str:
    """The token for the cookie: shown once, never stored."""
    token = bearer.new()
    shown = "".join(c for c in user_agent if c.isprintable())[:200]
    await executor.execute(sql.open, bearer.digest(token), member, bearer.new(), now, now + ABSOLUTE, shown)
    return token


async def find(executor: Executor, token: str, *, now: datetime) -> SignedIn | None:
    """None for what is unknown, run out, signed out, or of a deactivated member."""
    digest = bearer.digest(token)
    row = await executor.fetchrow(sql.signed_in, digest, now, now - IDLE)
    if row is None:
        return None
    if now - row["last_seen_at"] > TOUCH_EVERY:
        await executor.execute(sql.touch, digest, now)
    roles = {BrandId(brand): role for brand, role in zip(row["brands"], row["roles"], strict=True)}
    return SignedIn(
        MemberId(row["member_id"]),
        row["name"],
        row["email"],
        row["locale"],
        row["theme"],
        row["zone"],
        row["folds_waves"],
        row["compact"],
        row["csrf"],
        roles,
    )


async def close(executor: Executor, token: str) -> None:
    await executor.execute(sql.close, bearer.digest(token))


async def close_one(executor: Executor, member: MemberId, digest: bytes) -> None:
    """One of the member's own sessions; a foreign digest changes nothing."""
    await executor.execute(sql.close_one, member, digest)


async def close_all(executor: Executor, member: MemberId, *, keep: bytes | None = None) -> None:
    """Sign-out everywhere; `keep` is the digest of the session that may go on."""
    await executor.execute(sql.close_all, member, keep)


async def of_member(executor: Executor, member: MemberId, *, now: datetime) -> list[Session]:
    rows = await executor.fetch(sql.of_member, member, now, now - IDLE)
    return [Session(r["token_hash"], r["created_at"], r["last_seen_at"], r["user_agent"]) for r in rows]


async def standing(executor: Executor, brand: BrandId, digests: Sequence[bytes], *, now: datetime) -> dict[bytes, Role]:
    """Of these sessions, those that may still see the brand, each with its role there."""
    rows = await executor.fetch(sql.standing, brand, list(digests), now)
    return {row["token_hash"]: row["role"] for row in rows}


async def purge(executor: Executor, *, now: datetime) -> None:
    """Forgets what has run out; harmless at any time."""
    await executor.execute(sql.purge, now, now - IDLE)
