"""Searching in a browser: the field offers what may stand next, and a list that is narrowed stays true by itself."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import DESK, PHONE, Site
from tests.browser.test_queue import live, rows, taken_in

pytestmark = [pytest.mark.browser, pytest.mark.postgres]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_filter_is_put_together_from_what_is_offered(site: Site, size: tuple[int, int]) -> None:
    await site.world.hear("Le colis brûle", author="zoe")
    page = await site.open("cm", "/queue", size=size)
    await live(page)
    async with page.expect_response("**/queue/words"):
        await page.locator("#q").focus()
    await page.keyboard.type("assi")
    offers = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    await expect(offers).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("#q")).to_have_attribute("aria-activedescendant", "q-offers-0")
    await page.keyboard.press("Enter")
    await expect(page.locator("#q")).to_have_value("assignee:")
    await offers.filter(has_text="nobody").click()
    await expect(page.locator("#q")).to_have_value("assignee:none ")
    await page.keyboard.type("colis")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**assignee%3Anone+colis**")
    await expect(page.locator("[data-matching]")).to_have_text("1 item")
    await page.locator("#q").fill("")
    await expect(page.get_by_role("option", name="assignee:none colis")).to_be_visible()
    assert site.complaints == []


async def test_a_narrowed_list_takes_in_what_fits_and_nothing_else(site: Site) -> None:
    await site.world.hear("Le colis brûle", author="zoe")
    page = await site.open("cm", "/queue?q=colis")
    await live(page)
    await site.world.hear("Rien à voir", author="ana")
    await site.world.hear("Et mon colis ?", author="bob")
    await taken_in(page, 2)
    assert sorted(await page.locator("#rows .row .row-link").all_text_contents()) == ["Nom bob", "Nom zoe"]
    await expect(page.locator("[data-matching]")).to_have_text("2 items")
    assert len(await rows(page)) >= 1
    assert site.complaints == []
