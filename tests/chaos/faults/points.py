"""R24: the database put back to a point in time, by PostgreSQL's own means, while people were writing. Everything that
was acknowledged before the point is there, nothing from after it; a new era begins, and deliveries go on."""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from services.postgres import Postgres
from services.postgres_host import find_binaries
from tests.chaos.figures import Asked, Measured, Round
from tests.chaos.ledger import Ledger
from tests.chaos.reckoning import reckon
from tests.chaos.size import Size
from tests.chaos.traffic import Traffic
from tests.chaos.world import World, standing, until
from tests.product.instance import REPOSITORY
from tests.product.many import Tenant

POINT = "before_the_mistake"
ASKED = (
    Asked("ready again after s", at_most=900),
    Asked("sent", at_least=1_000_000, what="events of the log (reached: what was sent)"),
)
ARCHIVED = "SELECT last_archived_wal >= $1 FROM pg_stat_archiver"


async def in_time(world: World, size: Size) -> Round:
    """On servers of its own: one that archives, and the one made of its base backup and its archive."""
    folder = world.folder / "points"
    (archive := folder / "archive").mkdir(parents=True)
    archive.chmod(0o777)
    first = Postgres(folder / "database", options={"archive_mode": "on", "archive_command": f"cp %p {archive}/%f"})
    kept = Ledger(folder / "kept.jsonl")
    dsn = await first.start()
    try:
        async with standing(folder, first, dsn, world.client, doors=1, seed=world.seed) as before:
            tenants = await before.tenants(2)
            gone = await _until_the_point(before, size, tenants, kept, folder / "restored")
    finally:
        await first.stop()
    begun = time.monotonic()
    second = Postgres(
        folder / "restored",
        options={"restore_command": f"cp {archive}/%f %p", "recovery_target_name": POINT,
                 "recovery_target_action": "promote"},
    )  # fmt: skip
    dsn = await second.start()
    try:
        await _told(before.here.environment | {"DATABASE_URL": dsn})
        async with standing(folder, second, dsn, world.client, doors=1, seed=world.seed) as after:
            return await _after(after, size, tenants, kept, gone, time.monotonic() - begun)
    finally:
        kept.close()
        await second.stop()


async def _until_the_point(world: World, size: Size, tenants: Sequence[Tenant], kept: Ledger, to: Path) -> int:
    """A base backup under load, the point, and what must be gone afterwards; how many messages that were."""
    pool = world.here.shared.pool
    traffic = Traffic(world.client, kept, world.doors)
    async with traffic.flowing(tenants, size.rate, "r24-kept"):
        await traffic.heard(time.monotonic())
        await _base_backup(world, to)
        await traffic.heard(time.monotonic())
    await pool.execute("SELECT pg_create_restore_point($1)", POINT)
    lost = world.traffic("after-the-point")
    async with lost.flowing(tenants, size.rate, "r24-gone"):
        await lost.heard(time.monotonic())
        await asyncio.sleep(size.away_s / 10)
    wal = await pool.fetchval("SELECT pg_walfile_name(pg_switch_wal())")
    await until(lambda: _archived(pool, wal))
    return len(lost.waits_s)


async def _archived(pool: asyncpg.Pool, wal: str) -> bool:
    return bool(await pool.fetchval(ARCHIVED, wal))


async def _base_backup(world: World, to: Path) -> None:
    """As an operator makes it; then where the embedded server looks for its files."""
    data, home = to / "postgres" / "data", world.folder / "database" / "postgres"
    data.parent.mkdir(parents=True)
    program = find_binaries() / "pg_basebackup"
    await _ran(str(program), "-d", world.server.dsn, "-D", str(data), "-X", "none", "--checkpoint=fast")
    (data / "recovery.signal").touch()
    owner = home.stat()
    for file in (data.parent, data, *data.rglob("*")):
        shutil.chown(file, owner.st_uid, owner.st_gid)


async def _told(environment: dict[str, str]) -> None:
    """What docs/backup.md asks for before anything else starts."""
    call = ("-m", "services.cli", "outbound", "stop", "--all", "--restored")
    await _ran(sys.executable, *call, environment=environment)


async def _ran(*call: str, environment: dict[str, str] | None = None) -> None:
    process = await asyncio.create_subprocess_exec(
        *call, cwd=REPOSITORY, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode(errors="replace")[-2000:]


async def _after(
    world: World, size: Size, tenants: Sequence[Tenant], kept: Ledger, gone: int, restored_s: float
) -> Round:
    traffic = Traffic(world.client, kept, world.doors)
    async with traffic.flowing(tenants, size.rate, "r24-since"):
        await traffic.heard(time.monotonic())
    eras = [await _era(world, tenant) for tenant in tenants]
    wrong = [f"brand {tenant.brand} has no new era" for tenant, era in zip(tenants, eras, strict=True) if era == "0"]
    measured: Measured = {
        "messages a second": size.rate, "taken after the point, and gone": gone,
        "ready again after s": round(restored_s, 1), "brands in a new era": sum(era != "0" for era in eras),
    }  # fmt: skip
    title = "the database put back to a point in time"
    return await reckon(world, traffic, tenants, "R24", title, measured, [*world.ended(), *wrong])


async def _era(world: World, tenant: Tenant) -> str:
    """Of the newest event."""
    head = await world.here.shared.log.head(tenant.brand)
    url = f"{world.desk.url}/api/v1/brands/{tenant.brand}/events?after={head - 1}"
    async with world.client.get(url, headers={"Authorization": f"Bearer {tenant.token}"}) as response:
        assert response.status == 200, await response.text()
        return str((await response.json())["era"])
