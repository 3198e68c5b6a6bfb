"""An item that is slow to come, or does not come: the pane says so, to the eye and to whoever hears the page."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from playwright.async_api import Page, Request, Route, expect

from tests.browser.conftest import DESK, PHONE, Site
from tests.browser.test_queue import live
from tests.screens.states import ITEMS

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

SHOWN = """() => [['#item', '::after'], ['#list', '::before']].some(([at, part]) => {
  const box = document.querySelector(at), look = getComputedStyle(box, part);
  return box.checkVisibility() && look.content !== 'none' && look.display !== 'none' && look.visibility === 'visible';
})"""
"""Whether the lines of a text to be stand over the pane, or the bar along the list."""


async def at_the_queue(site: Site, size: tuple[int, int]) -> Page:
    await site.world.hear("La batterie fume", author="zoe")
    page = await site.open("cm", "/queue", size=size)
    await live(page) if size == DESK else await page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_an_item_that_is_slow_to_come_is_waited_for_visibly(site: Site, size: tuple[int, int]) -> None:
    page = await at_the_queue(site, size)
    assert not await page.evaluate(SHOWN)
    answer = asyncio.Event()

    async def slow(route: Route, request: Request) -> None:
        await answer.wait()
        await route.continue_()

    await page.route(ITEMS, slow)
    await page.locator("#rows .row-link").first.click()
    await expect(page.locator("#item")).to_have_attribute("aria-busy", "true")
    await page.wait_for_function(SHOWN)
    answer.set()
    await expect(page.locator("#item-title")).to_be_visible()
    await expect(page.locator("#item")).not_to_have_attribute("aria-busy", "true")
    assert not await page.evaluate(SHOWN)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_an_item_that_is_refused_says_why_and_waits_no_longer(site: Site, size: tuple[int, int]) -> None:
    page = await at_the_queue(site, size)
    gone = site.path(f"/items/{uuid.UUID(int=7, version=4)}")
    await page.route(ITEMS, lambda route: route.continue_(url=gone))
    await page.locator("#rows .row-link").first.click()
    await expect(page.locator("#item").get_by_role("heading", name="There is nothing here")).to_be_visible()
    await expect(page.locator("#item").get_by_role("link", name="To the queue")).to_be_visible()
    await expect(page.locator("#item")).not_to_have_attribute("aria-busy", "true")


async def test_an_item_that_is_not_reached_leaves_the_pane_as_it_was(site: Site) -> None:
    page = await at_the_queue(site, DESK)
    await page.route(ITEMS, lambda route: route.abort())
    await page.locator("#rows .row-link").first.click()
    await expect(page.locator("#toasts > *")).to_be_visible()
    await expect(page.locator("#item")).not_to_have_attribute("aria-busy", "true")
    await expect(page.locator("#item").get_by_role("heading", name="Choose an item")).to_be_visible()
