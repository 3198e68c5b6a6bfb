"""Choosing rows: what the bar says of how many, and that on a phone it is in nobody's way."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import PHONE, Site
from tests.browser.rules import faults
from tests.browser.test_queue import live

pytestmark = [pytest.mark.browser, pytest.mark.postgres]
PLACES = (
    "() => [...document.querySelectorAll('#rows .row')].map(row => [row.dataset.id, row.getBoundingClientRect().top])"
)
COVERED = """(row) => {
  const {left, top, width, height} = row.getBoundingClientRect();
  const there = [0.1, 0.5, 0.9].map((part) => document.elementFromPoint(left + width / 2, top + height * part));
  return there.filter((one) => one?.closest(".row") !== row).length;
}"""
"""How many of three points of a row something else lies over."""
IN_SIGHT = """() => {
  const {top, bottom} = document.querySelector("#rows").getBoundingClientRect();
  return [...document.querySelectorAll("#rows .row")].map((row) => row.getBoundingClientRect())
    .map((box, at) => [at, box.top >= top && box.bottom <= bottom]).filter(([, seen]) => seen).map(([at]) => at);
}"""


async def test_all_that_fit_are_told_in_their_number_and_not_in_that_of_the_rows(site: Site) -> None:
    for number in range(60):
        await site.world.hear("Le robot fume", author=f"a{number}")
    await site.world.hear("Merci", author="eve")
    page = await site.open("cm", "/queue?q=robot")
    await live(page)
    said = page.locator("[data-selected]")
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await expect(said).to_have_text("1 chosen")
    await page.get_by_label("all that fit this list").check()
    await expect(said).to_have_text("60 chosen")
    await page.get_by_label("all that fit this list").uncheck()
    await expect(said).to_have_text("1 chosen")
    await page.route("**/queue/count*", lambda route: route.abort())
    await page.get_by_label("all that fit this list").check()
    await expect(said).to_have_text("All that fit are chosen")
    await page.locator("[data-select-none]").click()
    await page.keyboard.press("x")
    await expect(said).to_have_text("1 chosen")
    assert [one for one in site.complaints if "Failed to load" not in one] == []


@pytest.mark.parametrize("which", [0, -1], ids=["first", "last"])
async def test_on_a_phone_the_bar_moves_no_row_and_hides_none_that_is_chosen(site: Site, which: int) -> None:
    for number in range(14):
        await site.world.hear("Ma commande n’est pas arrivée, et personne ne répond", author=f"a{number}")
    page = await site.open("cm", "/queue", size=PHONE)
    await live(page)
    at = (await page.evaluate(IN_SIGHT))[which]
    row, before = page.locator("#rows .row").nth(at), await page.evaluate(PLACES)
    await row.locator(".row-mark").tap()
    await expect(page.locator("#selecting")).to_be_visible()
    assert await page.evaluate(PLACES) == before
    assert await row.evaluate(COVERED) == 0
    assert await faults(page) == []
    await end(page)


async def end(page: Page) -> None:
    """The last row can be scrolled to above the bar, which is at the foot again then."""
    last = page.locator("#rows .row").last
    await page.locator("#rows").evaluate("(list) => list.scrollTo(0, list.scrollHeight)")
    await expect(page.locator("#selecting")).not_to_have_attribute("data-above", "")
    assert await last.evaluate(COVERED) == 0
