"""Who watches while views are rebuilt sees what changed, also where no event speaks of it."""

from __future__ import annotations

import asyncio

import pytest

from inbox.views.rebuild import rebuild
from tests.web.test_live import listening
from tests.web.world import World


async def test_rows_that_a_rebuild_changed_make_a_page_start_anew(world: World) -> None:
    await world.hear()
    await rebuild(world.log, world.brand)
    async with listening(world) as listener:
        await listener.until("ready")
        await world.pool.execute("UPDATE vigie.items SET priority = 4, card = '{}'")
        await rebuild(world.log, world.brand)
        assert (await listener.until("reset")).data["position"] == await world.log.head(world.brand)


async def test_a_rebuild_that_changed_nothing_disturbs_nobody(world: World) -> None:
    await world.hear()
    await rebuild(world.log, world.brand)
    async with listening(world) as listener:
        await listener.until("ready")
        await rebuild(world.log, world.brand)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(4):
                await listener.until("reset")
