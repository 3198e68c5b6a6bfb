"""Does a master key open what is stored? Asked before anything is read or written with it.

A few keys and secrets are tried, of several kinds. One that opens is proof: a row that is damaged keeps nobody from
working, and a key that belongs to another database opens none.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace

import asyncpg

from inbox.ids import BrandId
from inbox.log import ciphers
from inbox.log.seal import CannotOpen, Keyring
from inbox.sql import beside

sql = beside(__file__, "proof.sql")

Connection = asyncpg.Pool | asyncpg.Connection


async def is_needed(there: Connection) -> bool:
    """Whether anything is stored that only its own master key opens."""
    for query in (sql.subject_keys, sql.delivery_keys, sql.channels):
        if await there.fetchrow(query) is not None:
            return True
    return False


async def opens(there: Connection, ring: Keyring) -> bool:
    """Whether it is the key of what is stored, without reading it from disk anew. True where nothing is."""
    ring, empty = replace(ring, reread=None), True
    for query, opened in ((sql.subject_keys, _subject), (sql.delivery_keys, _day), (sql.channels, _channel)):
        for row in await there.fetch(query):
            empty = False
            with contextlib.suppress(CannotOpen):
                opened(ring, row)
                return True
    return empty


def _subject(ring: Keyring, row: asyncpg.Record) -> None:
    ring.unwrap(row["secret"], ciphers.subject_binding(BrandId(row["brand_id"]), row["id"]))


def _day(ring: Keyring, row: asyncpg.Record) -> None:
    ring.unwrap(row["secret"], ciphers.day_binding(BrandId(row["brand_id"]), row["id"]))


def _channel(ring: Keyring, row: asyncpg.Record) -> None:
    ring.open_settings(row["secret"], f"channel/{row['brand_id']}/{row['id']}".encode())
