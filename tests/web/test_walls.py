"""The wallboard: figures on a screen in the room, by a link that leads make and revoke."""

from __future__ import annotations

import re

from inbox.people import wall_links
from inbox.people.bearer import digest
from tests.web.world import Answer, World


async def page(world: World, who: str, path: str, fields: dict[str, str] | None = None) -> Answer:
    cookie, csrf = await world.session(who)
    method, form = ("GET", None) if fields is None else ("POST", {"csrf": csrf, **fields})
    return await world.ask(method, f"/b/{world.brand}{path}", headers=world.cookie(cookie), form=form)


async def a_link(world: World) -> str:
    made = await page(world, "lead", "/walls", {"name": "Salle", "lang": "fr"})
    found = re.search(r"/wall/\d+/[\w-]{43}", made.text)
    assert found is not None
    return found[0]


async def test_a_screen_sees_figures_and_no_word_of_anybody(world: World) -> None:
    await world.hear("Ma cafetière a pris feu")
    link = await a_link(world)
    shown, part = await world.ask("GET", link), await world.ask("GET", f"{link}/figures")
    assert (shown.status, part.status) == (200, 200)
    assert 'class="wall-v">1<' in part.text
    for text in (shown.text, part.text):
        assert "Nom zoe" not in text
        assert "cafetière" not in text
    async with world.http.get(f"{world.deps.settings.base_url}{link}/live?after=0") as stream:
        assert stream.status == 200
        said = b""
        while b"event: ready" not in said:
            said += await stream.content.readany()
    assert b"event: item" in said
    assert b"zoe" not in said
    assert b"feu" not in said


async def test_a_revoked_link_shows_nothing_more(world: World) -> None:
    link = await a_link(world)
    listed = await page(world, "lead", "/walls")
    revoke = re.search(r"/walls/\w+/revoke", listed.text)
    assert revoke is not None
    token = link.rpartition("/")[2]
    assert await wall_links.standing(world.pool, world.brand, [digest(token)]) == {digest(token)}
    assert (await page(world, "lead", revoke[0], {})).status == 303
    assert await wall_links.standing(world.pool, world.brand, [digest(token)]) == set()
    assert {(await world.ask("GET", link + rest)).status for rest in ("", "/figures", "/live")} == {410}
    assert token not in listed.text


async def test_a_link_is_good_for_its_brand_alone_and_dies_with_its_maker(world: World) -> None:
    link = await a_link(world)
    token = link.rpartition("/")[2]
    assert (await world.ask("GET", f"/wall/{world.other}/{token}")).status == 410
    await world.pool.execute("UPDATE vigie.memberships SET role = 'cm' WHERE brand_id = $1", world.brand)
    assert (await world.ask("GET", link)).status == 410
