"""The tone of new urgent items: only for whoever asked for it, at most every ten seconds, and kept in this browser."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Site
from tests.browser.test_queue import danger, live, lower

pytestmark = [pytest.mark.browser, pytest.mark.postgres]
COUNTING = """
window.tones = 0;
window.later = 0;
const now = Date.now;
Date.now = () => now() + window.later;
const part = { connect: (to) => to, start: () => { window.tones += 1; }, stop() {}, frequency: {}, gain: {
  setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} } };
window.AudioContext = class {
  currentTime = 0; destination = {};
  createOscillator() { return part; } createGain() { return part; }
};
"""
"""A sound card that counts, and a clock that can be put on (`later`, in milliseconds)."""
ONE_TONE = 2
"""It is made of two notes."""


async def tones(page: Page) -> int:
    return int(await page.evaluate("window.tones"))


async def queue(site: Site) -> Page:
    await lower(site, await site.world.hear("Ma commande n'est pas arrivée", author="ana"))
    page = await (await site.visitor("cm")).new_page()
    await page.add_init_script(COUNTING)
    await page.goto(site.path("/queue"))
    await live(page)
    await page.keyboard.press("j")
    return page


async def told(page: Page, count: int) -> None:
    await expect(page.locator("#livebar")).to_contain_text(f"{count} new urgent item")


async def test_nobody_who_did_not_ask_hears_anything(site: Site) -> None:
    page = await queue(site)
    await danger(site, "zoe", 0.9)
    await told(page, 1)
    assert await tones(page) == 0
    assert site.complaints == []


async def test_what_is_new_and_urgent_rings_at_most_every_ten_seconds_and_until_it_is_switched_off(site: Site) -> None:
    page = await queue(site)
    switch = page.get_by_role("button", name="Sound for new urgent items")
    await expect(switch).to_have_attribute("aria-pressed", "false")
    await switch.click()
    await expect(switch).to_have_attribute("aria-pressed", "true")
    assert await tones(page) == ONE_TONE, "so that one knows it"
    await danger(site, "zoe", 0.9)
    await told(page, 1)
    assert await tones(page) == ONE_TONE, "not again within ten seconds"
    await page.evaluate("window.later = 11000")
    await danger(site, "bob", 0.9)
    await told(page, 2)
    assert await tones(page) == 2 * ONE_TONE
    await page.reload()
    await live(page)
    await expect(switch).to_have_attribute("aria-pressed", "true")
    await switch.click()
    assert await tones(page) == 0
    await page.keyboard.press("j")
    await danger(site, "eve", 0.9)
    await told(page, 1)
    assert await tones(page) == 0
    assert site.complaints == []


async def test_what_is_new_and_not_urgent_makes_no_sound(site: Site) -> None:
    page = await queue(site)
    await page.evaluate("localStorage.setItem('vigie.sound', 'on')")
    await page.reload()
    await live(page)
    await page.keyboard.press("j")
    late = await site.world.hear("Merci", author="eve")
    await lower(site, late)
    await expect(page.locator(f'#livebar:not([hidden]), .row[data-id="{late}"]').first).to_be_visible()
    await expect(page.locator("#livebar")).not_to_contain_text("urgent item", timeout=5000)
