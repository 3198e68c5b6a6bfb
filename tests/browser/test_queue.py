"""The queue in a browser: what is new announces itself, nothing moves under the hand, keys do what the sheet says."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from playwright.async_api import Page, Route, expect

from inbox import events as ev
from inbox.ids import DedupeKey
from inbox.log.record import NewEvent, item_stream
from tests.browser.conftest import DESK, PHONE, Site

pytestmark = [pytest.mark.browser, pytest.mark.postgres]


async def rows(page: Page) -> list[str]:
    return await page.locator("#rows .row .row-link").all_text_contents()  # those out of sight, too


async def live(page: Page) -> None:
    await expect(page.locator("#live-state")).to_contain_text("Live")


async def taken_in(page: Page, count: int) -> None:
    """So many rows on the list: one more may have come to its end by itself, or wait in the bar for a press."""
    bar = page.locator("#livebar")
    await expect(page.locator("#rows .row, #livebar:not([hidden])")).to_have_count(count)
    if await bar.is_visible():
        await bar.click()
    await expect(page.locator("#rows .row")).to_have_count(count)


async def lower(site: Site, item: uuid.UUID) -> None:
    """A colleague says that this one can wait."""
    seen = (await site.world.api("GET", f"/items/{item}")).json()["position"]
    answer = await site.world.api("POST", f"/items/{item}/priority", json={"priority": 4, "expected_position": seen})
    assert answer.status == 200, answer.text
    await site.world.project()


async def danger(site: Site, author: str, score: float) -> str:
    """Somebody says something that is read as a danger, no word of it bearing that out. Gives their name."""
    world = site.world
    world.clock.advance(timedelta(seconds=1))
    item = await world.hear("Ça fait trois jours que ça dure", author=author)
    read = ev.MessageClassified(
        item_id=item, external_id=f"m{world.heard}", model="m@1", assessed=True, sentiment="negative", lang="fr",
        urgency=0.8, level=3, categories=("safety",), reasons=(ev.ReasonGiven(category="safety", score=score),),
        at=world.clock.now(),
    )  # fmt: skip
    subject = world.log.keyring.ids.subject(world.brand, "generic", author)
    await world.log.append(world.brand, [NewEvent(read, item_stream(item), DedupeKey(uuid.uuid4()), subject)])
    await world.project()
    return f"Nom {author}"


async def test_a_sure_danger_comes_above_earlier_suspicions_live_as_after_a_reload(site: Site) -> None:
    faint = [await danger(site, author, 0.06) for author in ("ana", "bob")]
    page = await site.open("cm", "/queue?view=urgent")
    await live(page)
    sure = await danger(site, "zoe", 0.9)
    late = await danger(site, "eve", 0.06)
    await taken_in(page, 4)
    assert await rows(page) == [sure, *faint, late]
    await page.reload()
    assert await rows(page) == [sure, *faint, late]
    await page.get_by_role("link", name=faint[0]).click()
    await expect(page.locator("#item")).to_contain_text("it stands below the sure ones of P1")
    assert site.complaints == []


async def test_what_is_new_and_urgent_waits_in_the_bar_until_it_is_asked_for(site: Site) -> None:
    ana = await site.world.hear("Ma commande n'est pas arrivée", author="ana")
    await lower(site, ana)
    page = await site.open("cm", "/queue")
    await live(page)
    await page.keyboard.press("j")
    before = await rows(page)
    await site.world.hear("La batterie fume", author="zoe")
    await expect(page.locator("#livebar")).to_be_visible()
    await expect(page.locator("#livebar")).to_contain_text("1 new")
    assert await rows(page) == before
    await page.keyboard.press("Shift+N")
    await expect(page.locator("#livebar")).to_be_hidden()
    await expect(page.locator("#rows .row")).to_have_count(len(before) + 1)
    assert site.complaints == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_the_bar_of_news_moves_no_row_and_leaves_the_first_to_be_read(site: Site, size: tuple[int, int]) -> None:
    """Whoever is about to press must not press another row."""
    await lower(site, await site.world.hear("Ma commande n'est pas arrivée", author="ana"))
    page = await site.open("cm", "/queue", size=size)
    await live(page)
    first = page.locator("#rows .row").first
    before = await first.bounding_box()
    await site.world.hear("La batterie fume", author="zoe")
    await expect(page.locator("#livebar")).to_be_visible()
    assert await first.bounding_box() == before
    bar, words = await page.locator("#livebar").bounding_box(), await first.locator(".row-link bdi").bounding_box()
    assert bar is not None
    assert words is not None
    assert bar["y"] + bar["height"] <= words["y"]


async def test_a_row_changes_where_it_stands_and_keeps_the_focus(site: Site) -> None:
    item = await site.world.hear(author="zoe")
    page = await site.open("cm", "/queue")
    await live(page)
    await page.keyboard.press("j")
    row = page.locator(f'.row[data-id="{item}"]')
    await expect(row.locator(".row-link")).to_be_focused()
    site.world.clock.advance(timedelta(seconds=2))
    await site.world.hear("Et maintenant ça brûle !", author="zoe")
    await expect(row).to_contain_text("Et maintenant ça brûle")
    await expect(row.locator(".row-link")).to_be_focused()


async def test_an_item_is_acknowledged_by_keyboard_alone(site: Site) -> None:
    item = await site.world.hear(author="zoe")
    page = await site.open("cm", "/queue")
    await live(page)
    await page.keyboard.press("j")
    await page.keyboard.press("a")
    text = page.locator("#text")
    await expect(text).to_be_focused()
    assert "Nous revenons vers vous" in await text.input_value() or "We will come back" in await text.input_value()
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".toast")).to_contain_text("Acknowledgement on its way")
    recorded = await site.world.log.read(site.world.brand, 0)
    types = [r.event.TYPE for r in recorded if getattr(r.event, "item_id", None) == item]
    assert types[-2:] == ["ItemAcknowledged", "ReplyQueued"]
    assert site.complaints == []


async def test_of_two_who_take_at_once_one_gets_it_and_the_other_reads_who(site: Site) -> None:
    item = await site.world.hear(author="zoe")
    first, second = await site.open("lead", f"/items/{item}"), await site.open("cm", f"/items/{item}")
    await first.locator("[data-key=t]").click()
    await expect(first.locator(".toast")).to_contain_text("It is yours")
    await second.locator("[data-key=t]").click()
    await expect(second.locator("#item-body .banner")).to_contain_text("took charge")


async def test_a_text_survives_a_conflict_and_a_reload_and_goes_at_sign_out(site: Site) -> None:
    item = await site.world.hear(author="zoe")
    page = await site.open("cm", f"/items/{item}")
    await page.locator("label", has_text="Reply").click()
    await page.locator("#text").fill("Nous arrivons.")
    other = await site.open("lead", f"/items/{item}")
    await other.locator("[data-key=t]").click()
    await expect(other.locator(".toast")).to_be_visible()
    await page.locator(".for-reply[data-send]").click()
    await expect(page.locator("#item-body .banner")).to_contain_text("your text is kept")
    await expect(page.locator("#text")).to_have_value("Nous arrivons.")
    await page.reload()
    await expect(page.locator("#text")).to_have_value("Nous arrivons.")
    await page.locator("details.switch > summary").click()
    await page.locator(".switch-menu [data-sign-out] button").click()
    await page.wait_for_url("**/sign-in")
    assert await page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('vigie.draft')).length") == 0


async def test_no_key_acts_inside_a_field(site: Site) -> None:
    await site.world.hear(author="zoe")
    page = await site.open("cm", "/queue")
    await page.keyboard.press("/")
    await page.keyboard.type("jane?")
    await expect(page.locator("#q")).to_have_value("jane?")
    await expect(page.locator("#keys")).to_be_hidden()


async def test_the_sheet_of_keys_opens_and_closes(site: Site) -> None:
    page = await site.open("cm", "/queue")
    await page.keyboard.press("?")
    await expect(page.locator("#keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#keys")).to_be_hidden()


async def test_an_observer_is_offered_nothing_to_do(site: Site) -> None:
    item = await site.world.hear(author="zoe")
    page = await site.open("observer", f"/items/{item}")
    await expect(page.locator("#item-title")).to_be_visible()
    assert await page.locator("#item form, #composer, .item-acts").count() == 0


HOSTILE = (
    "<script>window.pwned=1</script><img src=x onerror='window.pwned=1'>",
    "'\"><svg onload=window.pwned=1>{{7*7}}${7*7}",
    "</template><iframe srcdoc='<script>parent.pwned=1</script>'>\u202e\u2066",
)


async def test_hostile_words_stay_words(site: Site) -> None:
    for number, text in enumerate(HOSTILE):
        await site.world.hear(text, author=f"a{number}")
    page = await site.open("cm", "/queue")
    await live(page)
    await site.world.hear(HOSTILE[0], author="<b onmouseover=window.pwned=1>late")
    await taken_in(page, len(HOSTILE) + 1)
    await page.locator("#rows .row-link").first.click()
    await expect(page.locator("#item-title")).to_be_visible()
    assert await page.evaluate("window.pwned") is None
    assert await page.locator("#rows img, #rows script, #rows iframe, #item img").count() == 0


async def test_on_a_phone_the_item_covers_the_list_and_the_thumb_writes(site: Site) -> None:
    await site.world.hear(author="zoe")
    page = await site.open("cm", "/queue", size=PHONE)
    await page.locator("#rows .row-link").first.tap()
    await expect(page.locator("#item-title")).to_be_visible()
    await expect(page.locator("#list")).to_be_hidden()
    await page.locator("[data-write=acknowledge]").tap()
    await expect(page.locator("#text")).to_be_focused()
    await page.locator("[data-close]").tap()
    await expect(page.locator("#list")).to_be_visible()


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_nothing_scrolls_sideways_on_a_phone(site: Site, lang: str) -> None:
    item = await site.world.hear("Donaudampfschifffahrtsgesellschaftskapitän" * 4, author="zoe")
    context = await site.visitor("owner", size=PHONE, lang=lang)
    page = await context.new_page()
    for rest in ("/queue", f"/items/{item}", "/sla", "/settings/policy", "/settings/members", "/settings/channels"):
        await page.goto(site.path(rest))
        wide, window = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= window, f"{rest} in {lang}: {wide} px"


async def test_an_empty_field_with_the_focus_follows_what_is_true(site: Site) -> None:
    item = await site.world.hear(author="zoe")
    page = await site.open("cm", f"/items/{item}")
    await live(page)
    await page.locator("label", has_text="Reply").click()
    await page.locator("#text").focus()
    site.world.clock.advance(timedelta(seconds=2))
    await site.world.hear("Je précise une chose", author="zoe")
    await expect(page.locator("#thread")).to_contain_text("Je précise une chose")
    await expect(page.locator("#changed")).to_have_count(0)
    await page.locator("#text").fill("Merci de la précision.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".toast")).to_contain_text("Reply on its way")


async def test_new_words_of_the_author_stand_in_the_way_of_an_answer_begun_before_them(site: Site) -> None:
    item = await site.world.hear(author="zoe")
    page = await site.open("cm", f"/items/{item}")
    await live(page)
    await page.locator("label", has_text="Reply").click()
    await page.locator("#text").fill("Une réponse.")
    site.world.clock.advance(timedelta(seconds=2))
    await site.world.hear("Oubliez, tout va bien", author="zoe")
    await expect(page.locator("#changed")).to_be_visible()
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#item-body .banner")).to_contain_text("your text is kept")
    await expect(page.locator("#text")).to_have_value("Une réponse.")


async def test_the_banner_tells_since_when_the_stream_is_lost(site: Site) -> None:
    page = await site.open("cm", "/queue")
    await live(page)
    await expect(page.locator("#offline")).to_be_hidden()
    await page.context.set_offline(True)
    await expect(page.locator("#offline")).to_contain_text("Offline since")
    await page.context.set_offline(False)
    await expect(page.locator("#offline")).to_be_hidden(timeout=15_000)


async def test_show_more_brings_the_next_page_into_its_groups(site: Site) -> None:
    for number in range(53):
        await site.world.hear("Encore une", author=f"a{number}")
    page = await site.open("cm", "/queue")
    await expect(page.locator("#rows .row")).to_have_count(50)
    await page.locator("#more").click()
    await expect(page.locator("#rows .row")).to_have_count(53)
    await expect(page.locator("#more")).to_have_count(0)
    assert await page.locator("[data-group='2']").count() == 1


async def test_a_sent_text_does_not_come_back_into_the_field(site: Site) -> None:
    """It would be sent twice by the next Ctrl+Enter."""
    item = await site.world.hear("La batterie fume", author="zoe")
    page = await site.open("cm", f"/items/{item}")
    await live(page)
    await page.keyboard.press("n")
    await page.keyboard.type("Appelée, tout va bien.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#thread .msg-note")).to_contain_text("Appelée")
    await expect(page.locator("#text")).not_to_have_value("Appelée, tout va bien.")
    assert site.complaints == []


async def test_a_stream_that_falls_silent_is_noticed_and_opened_anew(site: Site) -> None:
    page = await (await site.visitor("cm")).new_page()
    await page.clock.install()
    await page.goto(site.path("/queue"))
    await live(page)
    opened: list[str] = []

    async def lost(route: Route) -> None:
        opened.append(route.request.url)
        await route.abort()

    await page.route("**/live?*", lost)
    await page.clock.fast_forward(30_000)
    assert opened == []
    async with page.expect_request("**/live?*"):
        await page.clock.fast_forward(60_000)  # long enough even if a beat came in just now
    await expect(page.locator("#offline")).to_contain_text("Offline since")
    await page.unroute("**/live?*")
    await page.locator("[data-reconnect]").click()
    await expect(page.locator("#offline")).to_be_hidden()


async def test_the_groups_of_a_long_list_add_up_to_its_view(site: Site) -> None:
    for number in range(60):
        await site.world.hear("Bonjour", author=f"a{number}")
    page = await site.open("cm", "/queue")
    counts = await page.locator("[data-group]:visible [data-group-count]").all_inner_texts()
    assert sum(int(count) for count in counts if count) == 60
    assert await page.locator("#more").count() == 1


async def test_who_lost_the_acknowledgement_to_a_colleague_can_still_write(site: Site) -> None:
    item = await site.world.hear("La batterie fume", author="zoe")
    page = await site.open("cm", f"/items/{item}")
    await live(page)
    await page.route("**/live?*", lambda route: route.abort())
    stale = await page.locator("#composer [name=expected_position]").input_value()
    answer = await site.world.api("POST", f"/items/{item}/acknowledge", json={"expected_position": int(stale)})
    assert answer.status == 200, answer.text
    form = page.locator("#composer")
    await form.evaluate("(form, seen) => { form.querySelector('[name=expected_position]').value = seen }", stale)
    await page.keyboard.press("a")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#item-body .banner")).to_be_visible()
    await expect(page.locator("#composer button.for-reply")).to_be_visible()


async def test_a_list_whose_last_row_leaves_says_what_a_reload_says_until_a_row_comes(site: Site) -> None:
    item = await site.world.hear(author="zoe")
    page = await site.open("cm", "/queue")
    await live(page)
    empty = page.locator("#empty")
    await expect(empty).to_be_hidden()
    seen = (await site.world.api("GET", f"/items/{item}")).json()["position"]
    body = {"reason": "answered", "expected_position": seen}
    answer = await site.world.api("POST", f"/items/{item}/resolve", json=body)
    assert answer.status == 200, answer.text
    await site.world.project()
    await expect(page.locator("#rows .row.is-ghost")).to_be_visible()
    await expect(empty).to_be_hidden()
    await page.keyboard.press("Shift+N")
    await expect(page.locator("#rows .row")).to_have_count(0)
    await expect(empty).to_be_visible()
    await expect(page.locator("#rows")).to_be_focused()
    said = await empty.inner_html()
    await page.reload()
    await live(page)
    await expect(empty).to_be_visible()
    assert await empty.inner_html() == said
    await site.world.hear(author="ana")
    await taken_in(page, 1)
    await expect(empty).to_be_hidden()
    assert site.complaints == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("place", ["queue", "item"])
async def test_a_banner_that_comes_moves_and_covers_nothing(site: Site, size: tuple[int, int], place: str) -> None:
    item = await site.world.hear(author="zoe")
    page = await site.open("cm", "/queue" if place == "queue" else f"/items/{item}", size=size)
    await expect(page.locator("#live-state .presence[data-is=here]")).to_be_attached()
    seen = [one for one in await page.locator("#rows .row, #q, .btn, .tabs a").all() if await one.is_visible()]
    before = [await one.bounding_box() for one in seen]
    await page.context.set_offline(True)
    bar = page.locator("#offline")
    await expect(bar).to_be_visible()
    assert [await one.bounding_box() for one in seen] == before
    over = await bar.bounding_box()
    assert over is not None
    for box in before:
        assert box is not None
        apart = box["y"] >= over["y"] + over["height"] or box["y"] + box["height"] <= over["y"]
        assert apart or box["x"] >= over["x"] + over["width"] or box["x"] + box["width"] <= over["x"]
    await expect(page.locator("#announce")).to_contain_text("Offline since")
    again = bar.get_by_role("button", name="Try now")
    await again.focus()
    await expect(again).to_be_focused()
