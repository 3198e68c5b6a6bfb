"""An item that is slow to come, or does not come: the pane says so, to the eye and to whoever hears the page."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

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


async def at_an_item(site: Site, lang: str) -> Page:
    """Whose browser's time goes on only where it is told to."""
    item = await site.world.hear("La batterie fume", author="zoe")
    page = await (await site.visitor("cm", lang=lang)).new_page()
    await page.clock.install()
    await page.goto(site.path(f"/items/{item}"))
    await expect(page.locator("#live-state .presence[data-is=here]")).to_be_attached()
    now_ms = await page.evaluate("Date.now()")
    await page.clock.pause_at(datetime.fromtimestamp(now_ms / 1000, UTC) + timedelta(seconds=1))
    return page


async def more(site: Site) -> None:
    site.world.clock.advance(timedelta(seconds=1))
    await site.world.hear("Et maintenant ça brûle !", author="zoe")


@pytest.mark.parametrize(
    ("status", "lang", "said"),
    [(403, "en", "no longer shown to you"), (404, "fr", "ne vous est plus montré"), (410, "en", "no longer shown")],
)
async def test_an_item_that_is_refused_meanwhile_says_so_and_is_not_asked_for_again(
    site: Site, status: int, lang: str, said: str
) -> None:
    page = await at_an_item(site, lang)
    asked = list[str]()

    async def refuse(route: Route, request: Request) -> None:
        asked.append(request.url)
        await route.fulfill(status=status, body="")

    await page.route(ITEMS, refuse)
    await more(site)
    while not asked:
        await page.clock.run_for(100)
    told = page.locator("#item #shut")
    await expect(told).to_be_visible()
    await expect(told).to_contain_text(said)
    await expect(told.get_by_role("link")).to_have_attribute("href", page.url.removeprefix(site.base))
    await expect(page.locator("#item-title")).to_be_visible()
    await page.clock.run_for(100)
    await expect(page.locator("#announce")).to_contain_text(said)
    await page.clock.run_for(120_000)
    assert len(asked) == 1


async def test_an_item_that_does_not_answer_is_asked_for_ever_more_seldom_until_it_does(site: Site) -> None:
    page = await at_an_item(site, "en")
    asked, answered = list[str](), asyncio.Event()

    async def fail(route: Route, request: Request) -> None:
        asked.append(request.url)
        await route.fulfill(status=503, body="")
        answered.set()

    async def paused() -> int:
        """How long it is until it is asked for again, in tenths of a second of the page: while an answer is on its way,
        which takes this machine's time, the page's stands still."""
        before, tenths = len(asked), 0
        answered.clear()
        while len(asked) == before:
            await page.clock.run_for(100)
            tenths += 1
        await answered.wait()
        await page.evaluate("null")
        return tenths

    await page.route(ITEMS, fail)
    await more(site)
    await paused()
    pauses = [await paused() for _ in range(3)]
    assert pauses[0] < pauses[1] < pauses[2]
    await page.unroute(ITEMS)
    await page.clock.run_for(30_000)
    await expect(page.locator("#thread")).to_contain_text("Et maintenant ça brûle")
    await expect(page.locator("#item #shut")).to_be_hidden()
