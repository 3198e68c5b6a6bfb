"""Saved views and chosen keys: one's own are one's own, the team's are changed by who made them and by leads."""

from __future__ import annotations

import re
import uuid
from typing import Any

import orjson

from inbox.people.saved_views import sql
from tests.web.world import Answer, World


async def ask(world: World, method: str, rest: str, who: str = "cm", **fields: str) -> Answer:
    cookie, csrf = await world.session(who)
    form: Any = {"csrf": csrf, **fields} if method == "POST" else None
    return await world.ask(method, f"/b/{world.brand}{rest}", headers=world.cookie(cookie), form=form)


async def ids(world: World, who: str = "cm") -> list[str]:
    """In the order of the page."""
    return re.findall(r'aria-labelledby="v([0-9a-f]{32})"', (await ask(world, "GET", "/views", who)).text)


async def rail(world: World, who: str) -> str:
    return (await ask(world, "GET", "/queue", who)).text.split("<main")[0]


async def test_a_search_is_saved_under_a_name_and_counts_what_it_holds(world: World) -> None:
    await world.hear("Le colis brûle", author="zoe")
    await world.hear("merci", author="ana")
    saved = await ask(world, "POST", "/views", name="Colis", view="waiting", q="colis author:zoe")
    assert saved.status == 303
    assert saved.headers["Location"] == f"/b/{world.brand}/queue?view=waiting&q=author%3Azoe+colis"
    (view,) = await ids(world)
    assert "Colis" in await rail(world, "cm")
    assert "Colis" not in await rail(world, "lead")
    assert (await ask(world, "GET", "/views/counts")).json() == {view: 1}


async def test_what_is_shared_the_team_sees_and_leads_change(world: World) -> None:
    await ask(world, "POST", "/views", name="Juridique", view="waiting", q="category:legal", shared="yes")
    (view,) = await ids(world)
    assert "Juridique" in await rail(world, "observer")
    assert (await ask(world, "POST", f"/views/{view}", "observer", name="Autre", shared="yes")).status == 403
    assert (await ask(world, "POST", f"/views/{view}", "lead", name="Avocats", shared="yes")).status == 303
    assert "Avocats" in await rail(world, "cm")
    assert (await ask(world, "POST", "/views", "observer", name="Non", view="all", q="", shared="yes")).status == 403
    events = [r.event for r in await world.log.read(world.brand, 0)]
    lines = [(one.what, one.action) for one in events if one.TYPE == "SettingChanged" and one.what == "view"]  # type: ignore[attr-defined]
    assert lines == [("view", "saved"), ("view", "changed")]


async def test_a_deleted_view_comes_back_and_nobody_reaches_anothers(world: World) -> None:
    await ask(world, "POST", "/views", name="Un", view="waiting", q="p:1")
    await ask(world, "POST", "/views", name="Deux", view="waiting", q="p:2")
    one, two = await ids(world)
    assert (await ask(world, "POST", f"/views/{one}/delete", "lead")).status == 404
    await ask(world, "POST", f"/views/{one}/delete")
    assert "Un<" not in await rail(world, "cm")
    await ask(world, "POST", f"/views/{one}/restore")
    await ask(world, "POST", f"/views/{two}/move")
    assert await ids(world) == [two, one]
    assert (await ask(world, "POST", f"/views/{uuid.uuid4().hex}/delete")).status == 404
    assert (await ask(world, "POST", "/views", name="", view="waiting", q="p:2")).status == 400
    assert (await ask(world, "POST", "/views", name="Faux", view="waiting", q="p:nine")).status == 400


async def test_keys_are_chosen_refused_in_words_and_reset(world: World) -> None:
    assert (await ask(world, "POST", "/keys", acknowledge="q")).status == 303
    assert 'data-act="acknowledge" data-key-is="q"' in (await ask(world, "GET", "/queue")).text
    assert 'data-act="acknowledge" data-key-is="a"' in (await ask(world, "GET", "/queue", "lead")).text
    clash = await ask(world, "POST", "/keys", acknowledge="r")
    assert clash.status == 400
    assert "La touche r est demandée deux fois" in clash.text
    assert (await ask(world, "POST", "/keys", choose="y", choose_to="Y", commands="m")).status == 303
    page = (await ask(world, "GET", "/queue")).text
    for act, held in (("choose", "y"), ("choose_to", "Y"), ("commands", "Ctrl+m"), ("previous", "k")):
        assert f'data-act="{act}" data-key-is="{held}"' in page, act
    assert 'aria-keyshortcuts="Control+M"' in page
    assert (await ask(world, "POST", "/keys", commands="j")).status == 303, "with Ctrl it is another key"
    clash = await ask(world, "POST", "/keys", choose="a")
    assert "La touche a est demandée deux fois" in clash.text
    reserved = await ask(world, "POST", "/keys", commands="W")
    assert reserved.status == 400
    assert "Ctrl+w appartient au navigateur" in reserved.text
    await ask(world, "POST", "/keys", reset="yes")
    assert 'data-act="acknowledge" data-key-is="a"' in (await ask(world, "GET", "/queue")).text


async def test_a_key_that_somebody_gave_to_an_act_is_not_taken_by_a_newer_one(world: World) -> None:
    """`w` and `b` became keys of acts after some had chosen theirs."""
    older = {"acknowledge": "b"}
    row = world.brand, world.people["cm"], orjson.dumps(older).decode()
    await world.pool.execute(sql.set_keys, *row)
    page = (await ask(world, "GET", "/queue")).text
    assert 'data-act="acknowledge" data-key-is="b"' in page
    assert 'data-act="bulk" data-key-is=""' in page
    assert 'data-act="wordings" data-key-is="w"' in page


def hints(page: str) -> list[tuple[str, str]]:
    """What a browser is told of keys beside what can be pressed, and the cap that stands there."""
    pressed = r'aria-keyshortcuts="([^"]*)"[^>]*>(?:(?!</button>|</summary>|</form>).)*?<kbd[^>]*>([^<]*)</kbd>'
    return re.findall(pressed, page, re.DOTALL)


async def test_beside_the_buttons_stand_the_keys_that_a_member_chose(world: World) -> None:
    item = await world.hear(author="zoe")
    chosen = {"take": "y", "resolve": "E", "wordings": "+", "search": "s", "news": "h", "sheet": "!", "next": "v"}
    assert (await ask(world, "POST", "/keys", **chosen)).status == 303
    assert hints((await ask(world, "GET", f"/items/{item}")).text) == [
        ("Control+K", "Ctrl K"), ("!", "!"), ("S", "S"), ("H", "H"), ("Y", "Y"), ("Shift+E", "⇧ E"), ("Plus", "+"),
        ("Control+Enter", "Ctrl ⏎"), ("Control+Enter", "Ctrl ⏎"), ("Control+Enter", "Ctrl ⏎"),
        ("Control+Enter", "Ctrl ⏎"),
    ]  # fmt: skip
    assert "V et K déplacent, Entrée ouvre, ! montre" in (await ask(world, "GET", "/queue")).text
    usual = hints((await ask(world, "GET", f"/items/{item}", "lead")).text)
    assert usual[1:7] == [("?", "?"), ("/", "/"), ("Shift+N", "⇧ N"), ("T", "T"), ("E", "E"), ("W", "W")]
    assert "J et K déplacent" in (await ask(world, "GET", "/queue", "lead")).text
    assert "(ou X)" in (await ask(world, "GET", "/bulk", "lead")).text


async def test_an_act_that_no_key_is_left_for_shows_none(world: World) -> None:
    older = {"acknowledge": "t", "reply": "x", "note": "k"}
    await world.pool.execute(sql.set_keys, world.brand, world.people["cm"], orjson.dumps(older).decode())
    item = await world.hear(author="zoe")
    page = (await ask(world, "GET", f"/items/{item}")).text
    (take,) = re.findall(r'<button[^>]*data-key="t".*?</button>', page)
    assert "kbd" not in take
    assert "aria-keyshortcuts" not in take
    assert "déplacent, Entrée ouvre" not in (await ask(world, "GET", "/queue")).text
    assert "(ou" not in (await ask(world, "GET", "/bulk")).text
