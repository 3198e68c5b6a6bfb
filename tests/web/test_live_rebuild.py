"""Who watches while views are rebuilt sees what changed, also where no event speaks of it."""

from __future__ import annotations

import asyncio

import pytest

from inbox.views import shadow
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


async def test_who_comes_back_after_a_rebuild_they_did_not_see_starts_anew(world: World) -> None:
    await world.hear()
    await rebuild(world.log, world.brand)
    seen = await shadow.switches(world.pool, world.brand)
    await world.pool.execute("UPDATE vigie.items SET priority = 4, card = '{}'")
    await rebuild(world.log, world.brand)
    token, _ = await world.session("cm")
    path = f"/b/{world.brand}/live?after={await world.log.head(world.brand)}&views="
    for views, told in ((seen, "reset"), (seen + 1, "ready")):
        url = f"{world.deps.settings.base_url}{path}{views}"
        async with world.http.get(url, headers=world.cookie(token)) as answer:
            assert await answer.content.readuntil(b"\n\n"), views
            first = await answer.content.readuntil(b"\n\n")
            assert f"event: {told}\n".encode() in first, views


@pytest.mark.parametrize("views", ["x", "-1", "1.5", "9" * 30, "١"])
async def test_a_count_of_rebuilds_that_is_none_is_refused(world: World, views: str) -> None:
    token, _ = await world.session("cm")
    answer = await world.ask("GET", f"/b/{world.brand}/live?after=0&views={views}", headers=world.cookie(token))
    assert answer.status == 400
