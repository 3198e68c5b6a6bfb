"""Waves on the screen and over the API: who is in them, how they grow, and what of them may be read."""

from __future__ import annotations

import json
import re
import uuid
from datetime import timedelta

import pytest

from inbox import events as ev
from inbox.ids import ItemId, dedupe_key
from inbox.log.record import NewEvent
from inbox.web import charts
from inbox.web.api.shapes import WaveDetailShape, WavesShape
from services.workers.waves import Waves
from tests.web.test_items_api import fits
from tests.web.world import World
from tests.workers.test_waves import COPIES, follow

TOP, CALM = 3, 0


async def said(world: World, *levels: int, texts: tuple[str, ...] = COPIES) -> list[ItemId]:
    """As many authors as levels say nearly the same; then whoever finds waves has its turn."""
    items = []
    for n, level in enumerate(levels):
        world.clock.advance(timedelta(seconds=1))
        item = await world.hear(texts[n % len(texts)], f"a{n}")
        judged = ev.MessageClassified(
            item_id=item, external_id=f"m{world.heard}", model="m", assessed=True, sentiment="negative", lang="fr",
            urgency=0.25 * level + 0.1, level=level, at=world.clock.now(),
        )  # fmt: skip
        await world.log.append(world.brand, [NewEvent(judged, str(item), dedupe_key("judged", str(item)))])
        items.append(item)
    await settle(world)
    return items


async def settle(world: World) -> None:
    await follow(world, Waves(world.log, world.clock))  # type: ignore[arg-type]
    await world.project()


async def page(world: World, path: str, who: str = "observer") -> str:
    cookie, _ = await world.session(who)
    answer = await world.ask("GET", f"/b/{world.brand}{path}", headers=world.cookie(cookie))
    assert answer.status == 200, answer.text
    return answer.text


async def test_the_list_and_the_wave_are_as_documented(world: World) -> None:
    items = await said(world, CALM, CALM, TOP, CALM)
    listed = (await world.api("GET", "/waves")).json()
    fits(WavesShape, listed)
    (wave,) = listed["waves"]
    assert (wave["messages"], wave["authors"], wave["level"], wave["last_hour"]) == (4, 4, 3, 4)
    assert (wave["example"], wave["langs"], wave["channels"]) == (COPIES[0], ["fr"], ["c"])
    shown = (await world.api("GET", f"/waves/{wave['id']}")).json()
    fits(WaveDetailShape, shown)
    assert [member["id"] for member in shown["members"]] == [str(item) for item in reversed(items)]
    assert {member["wave"] for member in shown["members"]} == {wave["id"]}
    assert {member["priority"] for member in shown["members"]} == {1}


async def test_pages_of_members_follow_each_other(world: World) -> None:
    items = await said(world, *[CALM] * 5)
    (wave,) = (await world.api("GET", "/waves")).json()["waves"]
    first = (await world.api("GET", f"/waves/{wave['id']}?limit=3")).json()
    second = (await world.api("GET", f"/waves/{wave['id']}?limit=3&after={first['next']}")).json()
    assert [m["id"] for m in first["members"] + second["members"]] == [str(item) for item in reversed(items)]
    assert second["next"] is None
    for wrong in ("x", "W10", "a" * 300):
        assert (await world.api("GET", f"/waves/{wave['id']}?after={wrong}")).status == 400


async def test_without_the_right_to_words_a_wave_shows_figures_only(world: World) -> None:
    await said(world, CALM, CALM, CALM)
    answer = await world.api("GET", "/waves", token="reader")
    (wave,) = answer.json()["waves"]
    assert (wave["example"], wave["messages"]) == (None, 3)
    assert "savait" not in answer.text + (await world.api("GET", f"/waves/{wave['id']}", token="reader")).text


@pytest.mark.parametrize("name", [str(uuid.UUID(int=1)), "nonsense", "%00"])
async def test_a_wave_that_is_not_there_is_not_found(world: World, name: str) -> None:
    assert (await world.api("GET", f"/waves/{name}")).status == 404
    cookie, _ = await world.session("cm")
    assert (await world.ask("GET", f"/b/{world.brand}/waves/{name}", headers=world.cookie(cookie))).status == 404


async def test_another_brand_sees_nothing_of_it(world: World) -> None:
    await said(world, CALM, CALM, CALM)
    (wave,) = (await world.api("GET", "/waves")).json()["waves"]
    path = f"/api/v1/brands/{world.other}/waves"
    headers = world.bearer("foreign")
    assert (await world.ask("GET", path, headers=headers)).json() == {"waves": []}
    assert (await world.ask("GET", f"{path}/{wave['id']}", headers=headers)).status == 404


async def test_a_row_and_the_pane_show_the_wave_and_lead_to_it(world: World) -> None:
    items = await said(world, CALM, CALM, TOP)
    (wave,) = (await world.api("GET", "/waves")).json()["waves"]
    badge = re.compile(rf'<a class="chip chip-wave[^>]*href="/b/{world.brand}/waves/{wave["id"]}"[^>]*>.*?vague · 3<')
    assert len(badge.findall(await page(world, "/queue?view=all&q=savait"))) == 3
    pane = await page(world, f"/items/{items[0]}")
    assert badge.search(pane[pane.index('id="item-head"') :])
    assert "Dans une vague où un message est dangereux" in pane


async def test_the_search_offers_the_waves_that_are_alive_without_their_words(world: World) -> None:
    await said(world, CALM, CALM, TOP)
    (wave,) = (await world.api("GET", "/waves")).json()["waves"]
    offered = json.loads(await page(world, "/queue/words"))["values"]["wave"]
    assert [value for value, _ in offered] == [wave["id"]]
    assert offered[0][1].startswith("3 messages · ")
    assert COPIES[0] not in offered[0][1]


async def test_a_wave_opens_as_a_list_of_the_queue_that_its_chip_leads_out_of(world: World) -> None:
    await said(world, CALM, CALM, CALM)
    await world.hear("Merci beaucoup pour tout", "eve")
    await world.project()
    (wave,) = (await world.api("GET", "/waves")).json()["waves"]
    assert f'href="/b/{world.brand}/queue?view=waiting&amp;q=wave:{wave["id"]}"' in await page(
        world, f"/waves/{wave['id']}"
    )
    opened = await page(world, f"/queue?view=waiting&q=wave:{wave['id']}+lang:fr")
    assert opened.count('<li class="row') == 3
    assert '<code class="asked-q">lang:fr</code>' in opened
    assert (
        f'<a class="chip chip-wave" href="/b/{world.brand}/queue?view=waiting&amp;q=lang%3Afr#wave-{wave["id"]}">'
        in opened
    )
    whole = await page(world, "/queue?view=waiting")
    assert whole.count('<li class="row') == 2
    assert f'href="/b/{world.brand}/queue?view=waiting&amp;q=wave%3A{wave["id"]}"' in whole
    assert "<span data-said>+ 2 semblables</span>" in whole
    assert '<a class="chip chip-wave" href="/b/' not in whole


async def test_the_waves_are_listed_the_most_urgent_first(world: World) -> None:
    other = (
        "Où est mon colis, je l'attends depuis deux semaines",
        "Mais où est mon colis ? je l'attends depuis deux semaines",
    )
    await said(world, *[CALM] * 6, texts=other)
    for n in range(3):
        await world.hear(COPIES[n] + " DANGER", f"b{n}")
    await settle(world)
    text = await page(world, "/waves")
    assert text.index("6 messages") < text.index("3 messages")
    raised = [w for w in (await world.api("GET", "/waves")).json()["waves"] if w["messages"] == 3]
    members = (await world.api("GET", f"/waves/{raised[0]['id']}")).json()["members"]
    item = ItemId(uuid.UUID(members[0]["id"]))
    word = ev.CategoriesCorrected(item_id=item, categories=("safety",), by=1, at=world.clock.now())
    await world.log.append(world.brand, [NewEvent(word, str(item), dedupe_key("said", str(item)))])
    await settle(world)
    text = await page(world, "/waves")
    assert text.index("3 messages") < text.index("6 messages")


async def test_the_page_of_a_wave_lists_its_items_in_both_languages(world: World) -> None:
    items = await said(world, CALM, CALM, TOP)
    (wave,) = (await world.api("GET", "/waves")).json()["waves"]
    text = await page(world, f"/waves/{wave['id']}")
    assert "Une vague de 3 messages" in text
    assert all(f"/items/{item}?view=all" in text for item in items)
    await world.pool.execute("UPDATE vigie.members SET locale = 'en'")
    assert "A wave of 3 messages" in await page(world, f"/waves/{wave['id']}")


async def test_without_waves_the_page_says_so(world: World) -> None:
    assert "Aucune vague" in await page(world, "/waves")


async def test_hostile_words_stay_words(world: World) -> None:
    await said(world, *[CALM] * 3, texts=("<script>alert(1)</script> tout le monde le dit partout",))
    (wave,) = (await world.api("GET", "/waves")).json()["waves"]
    for path in ("/waves", f"/waves/{wave['id']}"):
        assert "<script>alert" not in await page(world, path)


def test_a_sparkline_draws_what_it_is_told_and_says_it() -> None:
    drawn = str(charts.sparkline([0, 1, 4], label='six "hours"'))
    assert drawn.count('class="c-bar"') == 2
    assert 'height="24.0"' in drawn
    assert "&#34;hours&#34;" in drawn
    assert charts.sparkline([], label="")


async def test_who_stands_for_a_wave_is_told_for_lists_that_fold_and_for_no_other(world: World) -> None:
    await said(world, CALM, CALM, TOP)
    (wave,) = (await world.api("GET", "/waves")).json()["waves"]
    told = await page(world, f"/queue/standing?view=waiting&waves={wave['id']}")
    assert told.count('<li class="row') == 1
    cookie, _ = await world.session("cm")
    for query in (f"view=all&waves={wave['id']}", "view=waiting&waves=none"):
        answer = await world.ask("GET", f"/b/{world.brand}/queue/standing?{query}", headers=world.cookie(cookie))
        assert answer.status == 400, query
