"""The page of what workers could not handle: a lead sees it, with its reason, and has it tried again."""

from __future__ import annotations

from inbox import spool_aside
from inbox.log import aside
from tests.web.world import World


async def test_a_lead_sees_what_was_set_aside_and_has_it_tried_again(world: World) -> None:
    pool, path = world.log.pool, f"/b/{world.brand}/settings/set-aside"
    for brand in (world.brand, world.other):
        await pool.execute("INSERT INTO vigie.set_aside VALUES ($1, 'deliver', 7, 'KeyError', now())", brand)
    cookie, csrf = await world.session("lead")
    page = await world.ask("GET", path, headers=world.cookie(cookie))
    assert "KeyError" in page.text
    asked = {"csrf": csrf, "follower": "deliver", "position": "7"}
    assert (await world.ask("POST", path, headers=world.cookie(cookie), form=asked)).status == 303
    assert [one.asked for one in await aside.of_brand(pool, world.brand)] == [True]
    assert [one.asked for one in await aside.of_brand(pool, world.other)] == [False]
    for wrong in ({"position": "8"}, {"position": "x"}, {"follower": "project"}):
        answer = await world.ask("POST", path, headers=world.cookie(cookie), form=asked | wrong)
        assert answer.status == 404


async def test_a_lead_sees_what_a_spool_set_aside_of_their_brand_and_has_it_tried_again(world: World) -> None:
    pool, path = world.log.pool, f"/b/{world.brand}/settings/set-aside"
    for brand, reason in ((world.brand, "its channel is gone"), (world.other, "it is not yours")):
        await pool.execute("INSERT INTO vigie.spool_aside VALUES ($1, 5, 7, 'c', now(), $2)", brand, reason)
    cookie, csrf = await world.session("lead")
    page = await world.ask("GET", path, headers=world.cookie(cookie))
    assert "son canal n’existe plus" in page.text
    assert "it is not yours" not in page.text
    asked = {"csrf": csrf, "spool": "5", "number": "7"}
    answer = await world.ask("POST", f"{path}/spool", headers=world.cookie(cookie), form=asked)
    assert (answer.status, answer.headers["Location"]) == (303, path)
    assert [one.asked for one in await spool_aside.of_brand(pool, world.brand)] == [True]
    assert [one.asked for one in await spool_aside.of_brand(pool, world.other)] == [False]
    assert "nouvel essai" in (await world.ask("GET", path, headers=world.cookie(cookie))).text
    for wrong in ({"number": "8"}, {"number": "x"}, {"spool": "6"}, {"spool": ""}):
        answer = await world.ask("POST", f"{path}/spool", headers=world.cookie(cookie), form=asked | wrong)
        assert answer.status == 404
