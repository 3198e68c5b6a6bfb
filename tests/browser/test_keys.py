"""Keys and commands: on every page of who is signed in, and as each member chose them."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Site
from tests.browser.rules import faults
from tests.browser.test_queue import live
from tests.browser.test_undoing import muted

pytestmark = [pytest.mark.browser, pytest.mark.postgres]


@pytest.mark.parametrize("rest", ["/waves", "/settings/policy", "/promises", "/sla", "account"])
async def test_commands_and_the_sheet_of_keys_open_on_pages_that_are_no_queue(site: Site, rest: str) -> None:
    item = await site.world.hear("La batterie fume", author="zoe")
    page = await (await site.visitor("owner")).new_page()
    await page.goto(site.path(rest) if rest.startswith("/") else f"{site.base}/{rest}")
    await page.keyboard.press("?")
    sheet = page.locator("#keys[open]")
    await expect(sheet).to_contain_text("Commands")
    await expect(sheet).not_to_contain_text("Acknowledge")  # there is nothing here to acknowledge
    assert await faults(page) == []
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox", name="Commands, views, items")).to_be_focused()
    assert await faults(page) == []
    if rest == "account":
        await page.keyboard.type("batterie")
        await expect(page.locator("#palette-list [role=option]")).to_have_count(0)  # of no brand: nothing to search
        await page.locator("#palette-q").fill("queue")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/queue")
    else:
        await page.keyboard.type("batterie")
        await page.get_by_role("option", name="Nom zoe").click()
        await page.wait_for_url(f"**/items/{item}")
    assert site.complaints == []


async def test_whoever_is_not_signed_in_is_given_no_keys(site: Site) -> None:
    page = await (await site.visitor(None)).new_page()
    await page.goto(f"{site.base}/sign-in")
    await expect(page.locator("#keys, #palette, script[src*='keys.js']")).to_have_count(0)


async def test_rows_are_chosen_and_commands_opened_by_the_keys_that_were_chosen_for_it(site: Site) -> None:
    for author in ("zoe", "ana", "eve"):
        await site.world.hear(author=author)
    page = await site.open("cm", "/keys")
    await page.get_by_label("Choose the row").fill("y")
    await page.get_by_label("Choose all up to the row").fill("Y")
    await page.get_by_label("Commands, with Ctrl").fill("m")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("main")).to_contain_text("Saved.")
    await page.goto(site.path("/queue"))
    await live(page)
    for key in ("j", "x", "Control+k"):  # the usual ones are free again
        await page.keyboard.press(key)
    await expect(page.locator("#selecting, #palette[open]")).to_be_hidden()
    await page.keyboard.press("y")
    await expect(page.locator("[data-selected]")).to_have_text("1 chosen")
    for key in ("j", "j", "Shift+Y"):
        await page.keyboard.press(key)
    await expect(page.locator("[data-selected]")).to_have_text("3 chosen")
    await page.locator("#q").focus()
    await page.keyboard.press("Control+m")
    await expect(page.locator("#palette[open]")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.goto(site.path("/waves"))
    await page.keyboard.press("Control+m")
    await expect(page.locator("#palette[open]")).to_be_visible()


async def test_on_pages_of_no_brand_what_was_done_is_taken_back_by_ones_own_key(site: Site) -> None:
    item = await site.world.hear("La batterie fume", author="zoe")
    page = await site.open("cm", "/keys")
    await page.get_by_label("Undo").fill("Q")
    await page.get_by_label("Commands, with Ctrl").fill("m")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("main")).to_contain_text("Saved.")
    for rest in ("account", "account/devices", "design"):
        await page.goto(site.path(f"/items/{item}"))
        await live(page)
        await muted(page)
        await page.goto(f"{site.base}/{rest}")
        undo = page.get_by_role("button", name="Undo")
        await expect(undo).to_have_attribute("aria-keyshortcuts", "Shift+Q")
        await page.keyboard.press("z")
        await expect(undo).to_be_visible()
        await page.keyboard.press("Shift+Q")
        await expect(page.locator("#toasts")).to_contain_text("Taken back")
        await page.keyboard.press("Control+m")  # the others are one's own there, too
        await expect(page.locator("#palette[open]")).to_be_visible()
    assert await faults(page) == []
    assert site.complaints == []
