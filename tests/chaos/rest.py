"""A site that has come to rest: nobody has anything left to do, so that what stands somewhere stands everywhere.

On a machine that is busy with something else the classifier may be hours behind, and each of its words moves the log
on. Then nobody is waited for any more: the workers are ended, and what only follows the log (rows, late edits) is done
here until its end. How many items nobody has read is told; everything else must be as it would be.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence

from inbox.ids import BrandId
from inbox.log.follow import Runner
from services.workers.link import Link
from services.workers.project import Projector
from tests.chaos.world import World, until
from tests.product.many import Tenant

PATIENCE_S = 120.0
"""How long all may take to be still by themselves."""
FOLLOWED_S = 600.0
ALONE = "inbox"
FOLLOWERS = ("project", "link")


async def rest(world: World, tenants: Sequence[Tenant]) -> tuple[float, int]:
    """Seconds until all was still, and how many items nobody has read. Raises `TimeoutError` where rows never come."""
    begun, brands = time.monotonic(), [tenant.brand for tenant in tenants]
    if world.desk.role != ALONE:
        try:
            await until(lambda: _still(world, brands), PATIENCE_S)
        except TimeoutError:
            await _without_workers(world, brands)
    return time.monotonic() - begun, await _unread(world, brands)


async def quiet(world: World, tenants: Sequence[Tenant], within_s: float) -> None:
    """All have nothing left to do; on a machine that is too slow for that, what they did in time."""
    with contextlib.suppress(TimeoutError):
        await until(lambda: _still(world, [tenant.brand for tenant in tenants]), within_s)


async def followed(world: World, brands: Sequence[BrandId]) -> None:
    """Rows and late edits are brought to the end of the log, whoever does it."""
    await until(lambda: _followed(world, brands), FOLLOWED_S)


async def _without_workers(world: World, brands: Sequence[BrandId]) -> None:
    """The desk goes on serving people, and nothing else."""
    for member in world.here.members:
        if "workers" in member.role and member.process is not None and member.process.returncode is None:
            await member.kill()
    async with _following(world):
        await followed(world, brands)
    world.desk.role = ALONE
    await world.desk.again()


async def awake(world: World) -> None:
    """All work again, for the next round."""
    if world.desk.role == ALONE:
        await world.desk.stop()
        world.desk.role = f"{ALONE} workers"
        await world.desk.again()


@contextlib.asynccontextmanager
async def _following(world: World) -> AsyncIterator[None]:
    log = world.here.shared.log
    tasks = [asyncio.create_task(Runner(log, one).run()) for one in (Projector(log), Link(log))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _still(world: World, brands: Sequence[BrandId]) -> bool:
    """Nobody has anything left to do: twice in a row, since one follower's last word may be another's first."""
    return await _caught_up(world, brands) and await _caught_up(world, brands)


async def _followed(world: World, brands: Sequence[BrandId]) -> bool:
    """Each of them has a checkpoint of each brand, at the end of its log."""
    return bool(
        await world.here.shared.pool.fetchval(
            "SELECT count(*) = cardinality($1::bigint[]) * cardinality($2::text[]) FROM vigie.heads h"
            " JOIN vigie.checkpoints c USING (brand_id)"
            " WHERE brand_id = ANY ($1) AND follower = ANY ($2) AND c.position = h.last_position",
            list(brands), list(FOLLOWERS),
        )
    )  # fmt: skip


async def _unread(world: World, brands: Sequence[BrandId]) -> int:
    count: int = await world.here.shared.pool.fetchval(
        "SELECT count(*) FROM vigie.items WHERE brand_id = ANY ($1) AND to_score", list(brands)
    )
    return count


async def _caught_up(world: World, brands: Sequence[BrandId]) -> bool:
    return not await world.here.shared.pool.fetchval(
        "SELECT EXISTS (SELECT FROM vigie.heads h JOIN vigie.checkpoints c USING (brand_id)"
        " WHERE brand_id = ANY ($1) AND c.position < h.last_position)"
        " OR EXISTS (SELECT FROM vigie.items WHERE brand_id = ANY ($1) AND to_score)"
        " OR (SELECT count(*) FROM vigie.checkpoints WHERE brand_id = ANY ($1) AND follower = 'project')"
        " < cardinality($1)",
        list(brands),
    )  # fmt: skip
