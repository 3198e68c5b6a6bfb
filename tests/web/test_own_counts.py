"""What waits for each person is told to their pages as it comes and goes; a reader of the API is no such person."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.test_approval import page, press
from tests.web.test_live import Listener, listening
from tests.web.world import World

pytestmark = pytest.mark.postgres


async def until(lead: Listener, **said: int) -> dict[str, Any]:
    while not said.items() <= (counts := (await lead.until("counts")).data).items():
        pass
    return counts  # type: ignore[no-any-return]


async def test_a_mention_counts_on_an_open_page_until_it_is_read(world: World) -> None:
    item = await world.hear()
    cookie, _ = await world.session("lead")
    async with listening(world, cookie=cookie, path="/live?lang=en") as lead, listening(world) as api:
        await until(lead, unread=0, to_approve=0, promised=0)
        await press(world, "cm", f"/items/{item}/note", text="@Lead Test, tu vois ?")
        await world.project()
        await until(lead, unread=1)
        await page(world, "lead", f"/items/{item}")
        await until(lead, unread=0)
        assert "unread" not in (await api.until("counts")).data


async def test_each_person_is_told_of_their_own(world: World) -> None:
    item = await world.hear()
    (cm, _), (lead, _) = await world.session("cm"), await world.session("lead")
    await press(world, "cm", f"/items/{item}/note", text="@Lead Test, tu vois ?")
    await world.project()
    path = "/live?lang=en"
    async with listening(world, cookie=cm, path=path) as theirs, listening(world, cookie=lead, path=path) as leads:
        await until(leads, unread=1)
        await until(theirs, unread=0)
