"""A brand that the planner's statistics do not know yet: its first minute, which in a crisis is the one that counts."""

from __future__ import annotations

from collections.abc import Mapping

import asyncpg

from inbox.log import migrate
from inbox.sql import beside
from tests.bench.append.ours import Producers
from tests.bench.measure import Bench, Figure, interleaved, ratio, tabled

sql = beside(__file__, "cold.sql")

PAST = 200_000
WARM, COLD = "a brand the statistics know", "a brand they do not know"


async def ratio_of(bench: Bench, why: Mapping[str, str]) -> Figure:
    """`cold_brand_ratio`: 64 producers on each, in one database, autovacuum off so that nothing comes to know it."""
    dsn = await bench.database("cold")
    await migrate.migrate(dsn)
    warm, cold = Producers(WARM, dsn, 64), Producers(COLD, dsn, 64)
    await warm.open()
    try:
        await _as_known(dsn, warm, PAST // 10 if bench.quick else PAST)
        await cold.open()
        samples = await interleaved((warm, cold), bench.rounds, bench.seconds)
        await cold.close()
    finally:
        await warm.close()
    bench.rows["A new brand, 64 producers"] = tabled(samples)
    return ratio("cold_brand_ratio", samples[COLD], samples[WARM], 0.8, why=why.get("cold_brand_ratio", ""))


async def _as_known(dsn: str, brand: Producers, events: int) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql.no_autovacuum)
        await brand.grow(events)
        await connection.execute(sql.analyze)
    finally:
        await connection.close()
