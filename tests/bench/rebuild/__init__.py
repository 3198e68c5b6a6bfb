"""Rebuilding the views of one brand: how fast, and against the same fold as set-based SQL.

`rebuild_rate` is measured as an operator meets it: the brand has its views, and their rows come out as they were. The
table also has a rebuild of a brand without views, where each row is written twice. Both include the switch.
"""

from __future__ import annotations

import time

import asyncpg

from inbox.ids import BrandId
from inbox.log.pulse import Pulse
from inbox.log.seal import Keyring
from inbox.log.store import Log
from inbox.views import rebuild as rebuilding
from inbox.views.rebuild_share import Elsewhere
from services import database
from services.workers.project import Projector
from tests.bench.measure import Bench, Figure, Sample, figure, ratio
from tests.bench.rebuild import setbased, story

MASTER = bytes(range(32))
WHY = (
    "A processor spends about 3 µs an event on opening it, 16 on decoding, 38 on the rules and 40 on its share of a row"
    " (two JSON documents, the words, clocks); set-based SQL spends 5 in all, without any of these but the sums."
    " Next: the queue's document and the item's as one, and the rules of the commonest events compiled."
)
"""Measured in one process on a machine that others use: it may be half of that on a quiet one."""


async def run(bench: Bench) -> list[Figure]:
    count = 20_000 if bench.quick else 1_000_000
    rounds = 1 if bench.quick else 3
    pool = await database.connect(bench.dsn, most=4)
    try:
        log = Log(pool, Keyring(MASTER), Pulse())
        brand = await _brand(pool)
        async with pool.acquire() as connection:
            await story.fill(connection, brand, log.keyring, count)
            await connection.execute("VACUUM ANALYZE vigie.events")
        async with setbased.opened(bench.dsn, brand, log.keyring, count) as sql:
            ours, theirs, empty = list[Sample](), list[Sample](), await _rebuilt(log, bench.dsn, brand, count)
            for n in range(rounds):
                print(f"  round {n + 1} of {rounds}: rebuild, set-based SQL", flush=True)
                ours.append(await _rebuilt(log, bench.dsn, brand, count))
                theirs.append(await sql.round(0))
        projected = await _projected(log, min(count, 20_000))
    finally:
        await pool.close()
    bench.rows["rebuild"] = [
        {"what": "from nothing", "events/s": empty.rate, "projector held, s": empty.extra["held_s"]},
        {"what": "where views stand", "events/s": ours[0].rate, "projector held, s": ours[0].extra["held_s"]},
        {"what": "set-based SQL", "events/s": theirs[0].rate, "projector held, s": None},
    ]
    return [
        figure("rebuild_rate", [one.rate for one in ours], "events/s", least=50_000, why=WHY),
        ratio("rebuild_vs_sql", ours, theirs, least=0.5, why=WHY),
        figure("rebuild_from_nothing_rate", [empty.rate], "events/s"),
        figure("project_us_per_event", [projected], "µs"),
    ]


async def _brand(pool: asyncpg.Pool) -> BrandId:
    """A brand with an empty log, and nothing else."""
    number = 1 + await pool.fetchval("SELECT coalesce(max(brand_id), 0) FROM vigie.heads")
    await pool.execute("INSERT INTO vigie.heads (brand_id) VALUES ($1)", number)
    return BrandId(number)


async def _rebuilt(log: Log, dsn: str, brand: BrandId, count: int) -> Sample:
    begun = time.perf_counter()
    done = await rebuilding.rebuild(log, brand, processes=Elsewhere(dsn, log.keyring))
    assert done.position == count
    return Sample(count / (time.perf_counter() - begun), extra={"held_s": done.held_s, "changed": done.changed})


async def _projected(log: Log, count: int) -> float:
    """Microseconds an event, as the projector folds batches of 500, its commits included."""
    brand, projector, position = await _brand(log.pool), Projector(log), 0
    async with log.pool.acquire() as connection:
        await story.fill(connection, brand, log.keyring, count)
        begun = time.perf_counter()
        while events := await log.read(brand, position, 500, connection=connection):
            async with connection.transaction():
                await projector.handle(connection, brand, events)
            position = events[-1].position
    return (time.perf_counter() - begun) / count * 1e6
