"""Guessing passwords is slowed down, per account and per address, with rising delays.

Five tries are free; then each waits twice as long as the one before, up to a quarter of an hour. So a key gets fewer
than twenty tries an hour, and nobody can lock a victim out for longer than that quarter (a sign-in link works
meanwhile, too). A try that is refused here counts for nothing.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from datetime import datetime, timedelta

import asyncpg

from inbox.errors import Refused
from inbox.sql import beside

sql = beside(__file__, "throttle.sql")

FREE = 5
WINDOW = timedelta(hours=1)
LONGEST = timedelta(minutes=15)


def delay_after(tries: int) -> timedelta:
    """How long to wait after so many tries: 0 for fewer than five, then 2 s, 4 s, 8 s … 15 min."""
    return timedelta() if tries < FREE else min(LONGEST, timedelta(seconds=2 ** min(20, tries - FREE + 1)))


def _key(kind: str, value: str) -> bytes:
    return hashlib.blake2b(f"{kind}\x1f{value}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


def account_key(email: str) -> bytes:
    return _key("account", email.strip().lower())


def address_key(address: str) -> bytes:
    """An IPv6 customer holds a /64 at the least: it counts as one address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return _key("address", address)
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return _key("address", str(mapped or ipaddress.ip_network((parsed, 64), strict=False)))
    return _key("address", str(parsed))


async def admit(pool: asyncpg.Pool, keys: list[bytes], *, now: datetime) -> None:
    """Notes a try, or refuses it: `too_many_attempts`, 429, with `retry_after_s`."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(sql.hold, keys)
        recent = await connection.fetch(sql.recent, keys, now - WINDOW)
        wait = max((row["last_at"] + delay_after(row["tries"]) - now for row in recent), default=timedelta())
        if wait > timedelta():
            raise Refused(
                "too_many_attempts", "Too many attempts. Wait a while, or ask for a sign-in link.",
                status=429, details={"retry_after_s": math.ceil(wait.total_seconds())},
            )  # fmt: skip
        await connection.execute(sql.note, keys, now)


async def succeeded(pool: asyncpg.Pool, account: bytes, address: bytes, *, now: datetime) -> None:
    await pool.execute(sql.clear, account)
    await pool.execute(sql.take_back, address, now)


async def purge(pool: asyncpg.Pool, *, now: datetime) -> None:
    await pool.execute(sql.purge, now - WINDOW)
