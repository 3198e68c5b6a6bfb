"""Each hot query about waves walks down its index, on a brand of many members beside another's."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from inbox.ids import BrandId
from inbox.sql import Queries
from inbox.views import cursor, wave_members
from services.workers import wave_prints
from tests.conftest import new_brand
from tests.views.test_plans import plan

MANY, FEW = 20_000, 300
MEMBERS = """
INSERT INTO vigie.wave_members (brand_id, item_id, external_id, wave_id, joined_at, heard_at, channel_id, author, level,
  raised)
SELECT $1::bigint, md5($1::bigint || ':' || n)::uuid, 'm', md5('w' || n % 400)::uuid, $2::timestamptz,
  $2::timestamptz + n * interval '1 second', 'c', md5('a' || n)::uuid, n % 4, 0
FROM generate_series(1, $3::int) n
"""
PRINTS = """
INSERT INTO vigie.wave_prints (brand_id, item_id, external_id, version, author, heard_at, signature, wave_id, alike,
  similarity, joined)
SELECT brand_id, item_id, external_id, '', author, heard_at, '', wave_id, 'words', 1, true
FROM vigie.wave_members WHERE brand_id = $1
"""


@pytest.fixture
async def full(pool: asyncpg.Pool, brand: BrandId, noon: datetime) -> AsyncIterator[asyncpg.Connection]:
    async with pool.acquire() as connection:
        for owner, count in ((brand, MANY), (await new_brand(pool, "Autre"), FEW)):
            await connection.execute(MEMBERS, owner, noon, count)
            await connection.execute(PRINTS, owner)
            waves = [row[0] for row in await connection.fetch("SELECT DISTINCT wave_id FROM vigie.wave_members")]
            await connection.execute(wave_members.sql.sum_up, owner, waves)
        for table in ("wave_members", "wave_prints", "waves"):
            await connection.execute(f"ANALYZE vigie.{table}")
        yield connection  # type: ignore[misc]


A_WAVE = uuid.UUID(int=7)
VIEW, WORKER = wave_members.sql, wave_prints.sql
HOT: list[tuple[Queries, str, str, Any]] = [
    (VIEW, "members_of", "wave_members_pkey", lambda b, t: (b, [A_WAVE])),
    (VIEW, "told", "events_", lambda b, t: (b, ["s1"], ["MessageReceived"], 10)),
    (VIEW, "lower", "wave_members_heard", lambda b, t: (b, [A_WAVE], 10)),
    (VIEW, "alive", "wave_members_heard", lambda b, t: (b, t, t, 100)),
    (VIEW, "one", "waves_pkey", lambda b, t: (b, A_WAVE)),
    (VIEW, "counts", "wave_members_heard", lambda b, t: (b, [A_WAVE], t, t + timedelta(hours=6), 600)),
    (VIEW, "first_said", "wave_members_heard", lambda b, t: (b, [A_WAVE], 8)),
    (VIEW, "rows_of", "wave_members_heard", lambda b, t: (b, A_WAVE, *cursor.heard(None), 51)),
    (VIEW, "sizes", "waves_pkey", lambda b, t: (b, [A_WAVE])),
    (WORKER, "expire", "wave_prints_heard", lambda b, t: (b, t + timedelta(minutes=1))),
    (WORKER, "delete", "wave_prints_pkey", lambda b, t: (b, [A_WAVE], ["m"])),
]  # fmt: skip


async def test_each_hot_query_uses_its_index(full: asyncpg.Connection, brand: BrandId, noon: datetime) -> None:
    for queries, name, index, given in HOT:
        found = await plan(full, getattr(queries, name), *given(brand, noon))
        assert index in found, (name, found)
        assert "Seq Scan on wave_" not in found, (name, found)
