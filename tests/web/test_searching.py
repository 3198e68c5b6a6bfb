"""Searches over HTTP: the same grammar on the page, in the API, and for what a list asks about itself."""

from __future__ import annotations

import re
from urllib.parse import quote

from tests.views.test_grammar import random_queries
from tests.web.world import Answer, World


async def page(world: World, rest: str, who: str = "cm") -> Answer:
    cookie, _ = await world.session(who)
    return await world.ask("GET", f"/b/{world.brand}{rest}", headers=world.cookie(cookie))


async def test_the_api_takes_the_grammar_and_names_what_it_cannot_read(world: World) -> None:
    zoe = await world.hear("Le colis est en feu", author="zoe")
    await world.hear("Bonjour", author="ana")
    typed = quote('is:open author:zoe -merci "colis"')
    found = await world.api("GET", f"/items?q={typed}")
    assert [item["id"] for item in found.json()["items"]] == [str(zoe)]
    refused = await world.api("GET", f"/items?q={quote('since:soon')}")
    assert (refused.status, refused.json()["errors"][0]["pointer"]) == (400, "q")
    assert "“soon” is no time" in refused.json()["detail"]


async def test_without_the_right_to_names_words_are_refused_and_states_are_not(world: World) -> None:
    await world.hear(author="zoe")
    for personal in ("colis", '"colis"', "-colis", "author:zoe"):
        assert (await world.api("GET", f"/items?q={quote(personal)}", token="reader")).status == 403
    open_ones = await world.api("GET", f"/items?q={quote('is:open since:2h has:attachment')}", token="reader")
    assert open_ones.status == 200


async def test_a_list_asks_how_many_fit_and_which(world: World) -> None:
    zoe, ana = await world.hear("colis perdu", author="zoe"), await world.hear("merci", author="ana")
    stranger = await world.hear("colis", author="bob", brand=world.other)
    counted = await page(world, f"/queue/count?view=waiting&q={quote('author:zoe colis')}")
    assert counted.json() == {"count": 1}
    asked = await page(world, f"/queue/fits?view=waiting&q=colis&ids={zoe},{ana},{stranger}")
    assert asked.json() == {"fits": [str(zoe)]}
    assert (await page(world, "/queue/fits?ids=x")).status == 400


async def test_the_field_is_offered_values_of_this_brand_in_the_readers_language(world: World) -> None:
    offered = (await page(world, "/queue/words")).json()
    assert offered["keys"]["since"] == "dernier message depuis"
    assert ["me", "moi"] in offered["values"]["assignee"]
    assert {"waiting", "overdue"} <= {value for value, _ in offered["values"]["is"]}


async def test_a_search_that_cannot_be_read_says_so_and_shows_nothing(world: World) -> None:
    await world.hear("Le colis est en feu", author="zoe")
    shown = (await page(world, f"/queue?q={quote('colis is:heureux')}")).text
    assert "is:heureux" in shown
    assert "ne veut rien dire ici" in shown
    assert "Nom zoe" not in shown


async def test_the_form_of_filters_writes_into_the_search(world: World) -> None:
    await world.hear(author="zoe")
    shown = (await page(world, "/queue?view=waiting&q=-lang%3Aen+colis&priority=2&assignee=none&lang=")).text
    assert 'value="p:2 -lang:en assignee:none colis"' in shown


async def test_no_search_breaks_a_page_or_the_api(world: World) -> None:
    """A sample; the whole of it is asked beside the suite."""
    stranger = await world.hear("colis é mot entier pas ça", author="bob", brand=world.other)
    cookie, _ = await world.session("cm")
    for typed in random_queries(60):
        asked = quote(typed.encode("utf-8", "surrogatepass"))
        seen = await world.ask("GET", f"/b/{world.brand}/queue?view=all&q={asked}", headers=world.cookie(cookie))
        told = await world.api("GET", f"/items?q={asked}")
        assert (seen.status, told.status in {200, 400}) == (200, True), typed
        assert str(stranger) not in seen.text + told.text


async def test_the_browser_is_told_of_every_module_at_once(world: World) -> None:
    """Else it would find them one behind the other, a round trip each."""
    told = re.findall(r'rel="modulepreload" href="([^"]+)"', (await page(world, "/queue")).text)
    assert {"rows.js", "combobox.js", "clocks.js", "page.js"} <= {path.rpartition("/")[2] for path in told}
    for path in told:
        assert (await world.ask("GET", path)).status == 200
