"""Signing in: by password or by link. Unknown account and wrong password read the same and take the same time."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from inbox.errors import Refused
from inbox.ids import MemberId
from inbox.people import links, passwords, sessions, throttle
from inbox.people.members import sql as members_sql


async def with_password(pool: asyncpg.Pool, email: str, password: str, *, address: str, now: datetime) -> MemberId:
    """Refused: `sign_in_failed` (401), `too_many_attempts` (429)."""
    account, place = throttle.account_key(email), throttle.address_key(address)
    await throttle.admit(pool, [account, place], now=now)
    known = await pool.fetchrow(members_sql.by_email, _lookup(email))
    alive = known is not None and known["deactivated_at"] is None
    if not await passwords.matches(known["password_hash"] if known and alive else None, password):
        raise Refused("sign_in_failed", "This e-mail address and password do not go together.", status=401)
    await throttle.succeeded(pool, account, place, now=now)
    await _sweep(pool, now)
    return MemberId(known["member_id"] if known else 0)


async def with_link(pool: asyncpg.Pool, token: str, *, address: str, now: datetime) -> MemberId:
    """Uses the link up. Refused: `link_dead` (410), `too_many_attempts` (429)."""
    place = throttle.address_key(address)
    await throttle.admit(pool, [place], now=now)
    member = await links.use(pool, token, now=now)
    await throttle.succeeded(pool, b"", place, now=now)
    await _sweep(pool, now)
    return member


async def _sweep(pool: asyncpg.Pool, now: datetime) -> None:
    """Forgets what has run out: sign-ins are rare enough to pay for it, and often enough to keep the tables small."""
    await throttle.purge(pool, now=now)
    await sessions.purge(pool, now=now)
    await links.purge(pool, now=now)


def _lookup(email: str) -> str:
    """PostgreSQL takes neither NUL nor lone surrogates: what holds them is nobody's address."""
    clean = email.strip().lower()
    return clean if clean.isprintable() else ""
