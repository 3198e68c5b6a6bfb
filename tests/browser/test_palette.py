"""Commands, keys, taking back and colleagues, by keyboard."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.browser.conftest import Site
from tests.browser.rules import OPTIONS
from tests.browser.test_queue import live

pytestmark = [pytest.mark.browser, pytest.mark.postgres]


async def test_a_command_is_found_by_typing_and_acts_on_the_row_under_the_hand(site: Site) -> None:
    await site.world.hear("La batterie fume", author="zoe")
    page = await site.open("cm", "/queue")
    await live(page)
    await page.keyboard.press("j")
    await page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Commands, views, items")
    await expect(field).to_be_focused()
    await page.keyboard.type("ackn")
    await expect(page.locator("#palette-list [role=option]").first).to_have_attribute("aria-selected", "true")
    result = await Axe().run(page, options=OPTIONS)
    assert result.violations_count == 0, result.generate_report()
    await page.keyboard.press("Enter")
    await expect(page.locator("#text")).to_be_focused()
    await expect(page.locator("#palette")).to_be_hidden()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("batterie")
    await expect(page.get_by_role("option", name="Nom zoe")).to_be_visible()
    assert site.complaints == []


async def test_what_was_resolved_is_taken_back_from_the_next_page(site: Site) -> None:
    item = await site.world.hear("La batterie fume", author="zoe")
    page = await site.open("cm", f"/items/{item}")
    await live(page)
    await page.keyboard.press("e")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Undo")).to_be_visible()
    await page.goto(site.path("/queue"))
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#toasts")).to_contain_text("Taken back")
    recorded = await site.world.log.read(site.world.brand, 0)
    types = [r.event.TYPE for r in recorded if getattr(r.event, "item_id", None) == item]
    assert types[-2:] == ["ItemResolved", "ItemReopened"]
    assert site.complaints == []


async def test_two_at_one_item_see_each_other_and_a_note_calls_the_other_by_name(site: Site) -> None:
    item = await site.world.hear("La batterie fume", author="zoe")
    mine, theirs = await site.open("cm", f"/items/{item}"), await site.open("lead", "/queue")
    await live(mine)
    await live(theirs)
    mark = theirs.locator(f'.row[data-id="{item}"] .row-people')
    await expect(mark).to_have_attribute("title", "Cm Test is looking.")
    await theirs.goto(site.path(f"/items/{item}"))
    await expect(mine.locator("#people")).to_have_text("Lead Test is looking.")
    await theirs.locator("label", has_text="Note").click()
    await theirs.locator("#text").press_sequentially("Voir avec @c")
    await expect(mine.locator("#people")).to_have_text("Lead Test is writing.")
    offered = theirs.get_by_role("listbox", name="Colleagues").get_by_role("option", name="Cm Test")
    await expect(offered).to_have_attribute("aria-selected", "true")
    result = await Axe().run(theirs, options=OPTIONS)
    assert result.violations_count == 0, result.generate_report()
    await theirs.keyboard.press("Enter")
    await expect(theirs.locator("#text")).to_have_value("Voir avec @Cm Test ")
    await theirs.keyboard.press("Control+Enter")
    await expect(theirs.locator(".toast")).to_contain_text("Note added")
    await theirs.close()
    await expect(mine.locator("#people")).to_be_hidden()
    noted = (await site.world.log.read_stream(site.world.brand, str(item)))[-1].event
    assert getattr(noted, "text", None) == "Voir avec @Cm Test "
    assert site.complaints == []
