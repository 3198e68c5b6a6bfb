"""Everything that a master key wraps or seals, brought under the present one, row by row, while all runs.

A row is changed only as it was read: who was forgotten meanwhile stays forgotten, and a secret that was changed
meanwhile is the new one. An append that remembers a key as it was wrapped before is refused once, and asks anew.
"""

from __future__ import annotations

from collections.abc import Callable

import asyncpg

from inbox.ids import BrandId
from inbox.log import ciphers
from inbox.log.store import Log
from inbox.sql import beside

sql = beside(__file__, "rewrap.sql")
PAGE = 500
Rewrapped = Callable[[asyncpg.Record], bytes | None]


async def rewrap(log: Log, *, count_only: bool = False) -> int:
    """How many were wrapped under an older master; with `count_only` they stay so."""
    count = 0
    for row in await log.pool.fetch(sql.brands):
        count += await _brand(log, BrandId(row["brand_id"]), count_only)
    return count + await _devices(log, count_only)


async def _devices(log: Log, count_only: bool) -> int:
    """Members' own, of no brand."""
    count, after = 0, None
    while rows := await log.pool.fetch(sql.push_devices, after, PAGE):
        for row in rows:
            fresh = log.keyring.resealed_settings(row["secret"], b"push/" + row["endpoint_hash"])
            if fresh is not None:
                count += 1
                if not count_only:
                    await log.pool.execute(sql.put_push_device, row["id"], row["secret"], fresh)
        after = rows[-1]["id"]
    return count


async def _brand(log: Log, brand: BrandId, count_only: bool) -> int:
    ring = log.keyring

    def subject(row: asyncpg.Record) -> bytes | None:
        return ring.rewrapped(row["secret"], ciphers.subject_binding(brand, row["id"]))

    def day(row: asyncpg.Record) -> bytes | None:
        return ring.rewrapped(row["secret"], ciphers.day_binding(brand, row["id"]))

    def channel(row: asyncpg.Record) -> bytes | None:
        return ring.resealed_settings(row["secret"], f"channel/{brand}/{row['id']}".encode())

    def subscription(row: asyncpg.Record) -> bytes | None:
        return ring.resealed_settings(row["secret"], f"subscription/{brand}/{row['id']}".encode())

    def translator(row: asyncpg.Record) -> bytes | None:
        return ring.resealed_settings(row["secret"], f"translator/{brand}".encode())

    return (
        await _table(log, brand, (sql.subject_keys, sql.put_subject_key), subject, count_only)
        + await _table(log, brand, (sql.delivery_keys, sql.put_delivery_key), day, count_only)
        + await _table(log, brand, (sql.channels, sql.put_channel), channel, count_only)
        + await _table(log, brand, (sql.subscriptions, sql.put_subscription), subscription, count_only)
        + await _table(log, brand, (sql.translators, sql.put_translator), translator, count_only)
    )


async def _table(log: Log, brand: BrandId, queries: tuple[str, str], rewrapped: Rewrapped, count_only: bool) -> int:
    """Page by page, by the rows' ids."""
    read, put = queries
    count, after = 0, None
    while rows := await log.pool.fetch(read, brand, after, PAGE):
        for row in rows:
            fresh = rewrapped(row)
            if fresh is not None:
                count += 1
                if not count_only:
                    await log.pool.execute(put, brand, row["id"], row["secret"], fresh)
        after = rows[-1]["id"]
    return count
