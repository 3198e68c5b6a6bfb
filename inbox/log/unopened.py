"""After the master key was lost for good: what nothing opens is let go of, so that work goes on under a new one.

Authors are as forgotten ones: their words stay closed, whoever writes again has a new key. Channels stand without
secrets, which prove nothing, until they are given anew; webhooks out get new ones that their receivers do not know yet.
Times, figures and what the views hold in the open stay.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import asyncpg
import orjson

from inbox.ids import BrandId
from inbox.log import ciphers
from inbox.log.rewrap import PAGE
from inbox.log.rewrap import sql as pages
from inbox.log.seal import CannotOpen, MasterAway
from inbox.log.store import Log
from inbox.sql import beside

sql = beside(__file__, "unopened.sql")


@dataclass(slots=True)
class LetGo:
    """How many of each opened under no key."""

    authors: int = 0
    days: int = 0
    channels: int = 0
    subscriptions: int = 0
    translators: int = 0
    devices: int = 0


async def let_go(log: Log, new_secret: Callable[[], str]) -> LetGo:
    """`log` has the new master key, and those that still open something. `new_secret`: for webhooks out."""
    done = LetGo()
    for row in await log.pool.fetch(pages.brands):
        await _brand(log, BrandId(row["brand_id"]), new_secret, done)
    devices = await _pages(
        log, log.keyring.open_settings, pages.push_devices, (), lambda row: b"push/" + row["endpoint_hash"]
    )
    done.devices = len(devices)
    await log.pool.execute(sql.drop_push_devices, [row["id"] for row in devices])
    return done


async def _brand(log: Log, brand: BrandId, new_secret: Callable[[], str], done: LetGo) -> None:
    unwrap, open_ = log.keyring.unwrap, log.keyring.open_settings
    authors = await _pages(
        log, unwrap, pages.subject_keys, (brand,), lambda row: ciphers.subject_binding(brand, row["id"])
    )
    days = await _pages(log, unwrap, pages.delivery_keys, (brand,), lambda row: ciphers.day_binding(brand, row["id"]))
    async with log.pool.acquire() as connection, connection.transaction():
        await connection.execute(sql.drop_subject_keys, brand, [row["id"] for row in authors])
        await connection.execute(sql.count_destroyed_keys, brand)
        await connection.execute(sql.drop_delivery_keys, brand, [row["id"] for row in days])
    done.authors, done.days = done.authors + len(authors), done.days + len(days)
    for row in await _pages(log, open_, pages.channels, (brand,), lambda row: f"channel/{brand}/{row['id']}".encode()):
        sealed = log.keyring.seal_settings(orjson.dumps({}), f"channel/{brand}/{row['id']}".encode())
        await log.pool.execute(pages.put_channel, brand, row["id"], row["secret"], sealed)
        done.channels += 1
    hooks = f"subscription/{brand}/"
    for row in await _pages(log, open_, pages.subscriptions, (brand,), lambda row: f"{hooks}{row['id']}".encode()):
        sealed = log.keyring.seal_settings(orjson.dumps([new_secret()]), f"{hooks}{row['id']}".encode())
        await log.pool.execute(pages.put_subscription, brand, row["id"], row["secret"], sealed)
        done.subscriptions += 1
    if await _pages(log, open_, pages.translators, (brand,), lambda _: f"translator/{brand}".encode()):
        await log.pool.execute(sql.drop_translator_key, brand)
        done.translators += 1


async def _pages(
    log: Log, opened: Callable[[bytes, bytes], bytes], query: str, of: tuple[object, ...],
    bound: Callable[[asyncpg.Record], bytes],
) -> list[asyncpg.Record]:  # fmt: skip
    """The rows that open under no key."""
    found, after = list[asyncpg.Record](), None
    while rows := await log.pool.fetch(query, *of, after, PAGE):
        for row in rows:
            try:
                opened(row["secret"], bound(row))
            except MasterAway:  # the new one: what it would open is not lost
                raise
            except CannotOpen:
                found.append(row)
        after = rows[-1]["id"]
    return found
