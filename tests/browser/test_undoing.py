"""Taking back in a browser: by a key or a press, on the queue and on any other page, for as long as it is offered."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from inbox.ids import ItemId
from tests.browser.conftest import PHONE, Site
from tests.browser.rules import faults
from tests.browser.test_queue import live

pytestmark = [pytest.mark.browser, pytest.mark.postgres]
LEAVES = """() => {
  const [leaving] = document.querySelector("#toasts .toast").getAnimations();
  const {delay} = leaving.effect.getTiming();
  leaving.currentTime = delay - 200;
  return delay;
}"""
"""The end of its time, in a moment; how long it would have been, in milliseconds."""


async def types(site: Site, item: ItemId) -> list[str]:
    return [one.event.TYPE for one in await site.world.log.read_stream(site.world.brand, str(item))]


async def muted(page: Page) -> None:
    await page.get_by_label("More actions").click()
    await page.get_by_role("button", name="Mute this author").click()
    await expect(page.get_by_role("button", name="Undo")).to_be_visible()


async def test_what_was_done_is_taken_back_on_a_page_that_is_no_queue_and_one_stays_there(site: Site) -> None:
    item = await site.world.hear("La batterie fume", author="zoe")
    page = await site.open("cm", f"/items/{item}")
    await live(page)
    await muted(page)
    await page.goto(site.path("/waves"))
    assert await faults(page) == []
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#toasts")).to_contain_text("Taken back")
    assert page.url == site.path("/waves")
    assert (await types(site, item))[-2:] == ["AuthorMuted", "AuthorUnmuted"]
    assert site.complaints == []


async def test_by_its_key_another_item_is_taken_back_and_the_address_follows(site: Site) -> None:
    zoe, ana = await site.world.hear(author="zoe"), await site.world.hear(author="ana")
    page = await site.open("cm", f"/items/{zoe}")
    await live(page)
    await page.keyboard.press("e")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Undo")).to_be_visible()
    await page.locator(f'.row[data-id="{ana}"] .row-link').click()
    await expect(page.locator("#item-title")).to_have_text("Nom ana")
    await page.keyboard.press("z")
    await expect(page.locator("#toasts")).to_contain_text("Taken back")
    await expect(page.locator("#item-title")).to_have_text("Nom zoe")
    assert f"/items/{zoe}" in page.url
    assert (await types(site, zoe))[-1] == "ItemReopened"
    await page.go_back()
    await expect(page.locator("#item-title")).to_have_text("Nom ana")
    assert site.complaints == []


async def test_by_its_key_it_is_taken_back_on_pages_of_every_kind(site: Site) -> None:
    item = await site.world.hear("La batterie fume", author="zoe")
    page = await (await site.visitor("owner")).new_page()
    card = site.path(f"/items/{item}/author")
    brands = [site.path(rest) for rest in ("/queue", f"/items/{item}", "/waves", "/settings/policy", "/keys")]
    for url in (card, *brands, f"{site.base}/account", f"{site.base}/design"):
        await page.goto(card)
        await page.get_by_role("button", name="They want no mass replies").click()
        if url != card:
            await expect(page.get_by_role("button", name="Undo")).to_be_visible()
            await page.goto(url)
        await expect(page.get_by_role("button", name="Undo")).to_be_visible()
        await page.keyboard.press("z")
        await expect(page.locator("#toasts")).to_contain_text("Taken back")
        assert page.url == url
    assert site.complaints == []


async def test_after_ten_seconds_neither_the_button_nor_the_key_is_there(site: Site) -> None:
    item = await site.world.hear(author="zoe")
    page = await site.open("cm", f"/items/{item}")
    await live(page)
    await muted(page)
    await page.mouse.move(700, 100)  # it stays while it is under the hand
    await page.locator("#item-title").focus()
    assert await page.evaluate(LEAVES) == 10_000
    await expect(page.get_by_role("button", name="Undo")).to_be_hidden()
    await page.keyboard.press("z")
    await page.reload()
    assert (await types(site, item))[-1] == "AuthorMuted"


async def test_one_who_was_overtaken_reads_who_it_was(site: Site) -> None:
    item = await site.world.hear(author="zoe")
    page = await site.open("cm", f"/items/{item}")
    await live(page)
    await page.locator("[data-key=t]").click()
    await expect(page.get_by_role("button", name="Undo")).to_be_visible()
    lead = await site.open("lead", f"/items/{item}")
    await lead.locator("[data-key=t]").click()
    await expect(lead.locator(".toast")).to_contain_text("It is yours")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#item-body .banner[role=alert]")).to_contain_text("Lead Test")
    await expect(page.locator("#toasts")).to_contain_text("could not be taken back")
    await expect(page.get_by_role("button", name="Undo")).to_have_count(0)


async def test_what_is_being_written_stays_while_something_is_taken_back(site: Site) -> None:
    item = await site.world.hear(author="zoe")
    page = await site.open("cm", f"/items/{item}")
    await live(page)
    await page.keyboard.press("r")
    await page.keyboard.type("Nous arrivons")
    await muted(page)
    await expect(page.locator("#text")).to_have_value("Nous arrivons")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#toasts")).to_contain_text("Taken back")
    await expect(page.locator("#text")).to_have_value("Nous arrivons")


async def test_on_a_phone_the_way_back_is_large_enough_and_breaks_no_rule(site: Site) -> None:
    item = await site.world.hear(author="zoe")
    page = await site.open("cm", f"/items/{item}", size=PHONE, lang="fr")
    await page.get_by_label("Autres actions").tap()
    await page.get_by_role("button", name="Mettre l’auteur en sourdine").tap()
    button = page.get_by_role("button", name="Annuler", exact=True)
    await expect(button).to_be_visible()
    box = await button.bounding_box()
    assert box is not None
    assert min(box["height"], box["width"]) >= 44
    assert await faults(page) == []


async def test_what_cannot_be_undone_is_asked_again_and_done_once_that_is_answered(site: Site) -> None:
    page = await site.open("lead", "/freezes")
    await page.get_by_label("Why: the team reads this where it wants to reply").fill("Rappel")
    await page.get_by_label("The whole brand: nobody replies to anybody").check()
    await page.get_by_role("button", name="Freeze", exact=True).click()
    lift = page.get_by_role("button", name="Lift it")
    await lift.press("Enter")
    asked = page.get_by_role("alertdialog", name="Lift this freeze? Replies may leave again at once.")
    await expect(asked.get_by_role("button", name="Cancel")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(lift).to_be_focused()
    await lift.press("Enter")
    await asked.get_by_role("button", name="Cancel").click()
    await expect(lift).to_be_visible()
    await lift.press("Enter")
    await asked.get_by_role("button", name="Go on").click()
    await expect(page.locator("main")).to_contain_text("Nothing is frozen")
    assert site.complaints == []
