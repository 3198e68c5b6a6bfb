"""A real Chromium on the whole queue, and an observer in it that notes when each message was there, read."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from playwright.async_api import Page, async_playwright

from tests import chromium

OBSERVE = r"""
  window.seen = {}; window.full = {}; window.top1 = {};
  const look = (change) => {
    const { html, facets } = JSON.parse(change.data);
    const mark = /bench-(\d+)/.exec(html);
    if (!mark || html.includes("#i-help")) return;
    const now = Date.now();  // not performance.timeOrigin, which may stand seconds beside the clock of the load
    window.seen[mark[1]] ??= now;
    if (facets.priority === 1) window.top1[mark[1]] ??= now;
    if (!html.includes("#i-eye")) window.full[mark[1]] ??= now;
  };
  window.EventSource = class extends EventSource {
    addEventListener(type, taken) {
      super.addEventListener(type, type === "item" ? (change) => { taken(change); look(change); } : taken);
    }
  };
"""
"""Notes when the page has taken a change: its row stands on the list, or is told in the bar above. A row that says "not
read yet" does not count; one that says "first look" does, and is counted apart until it was read in full."""

Seen = dict[int, float]


@contextlib.asynccontextmanager
async def opened(demo: dict[str, Any]) -> AsyncIterator[Page]:
    """The queue with everything in it, signed in, its live stream open, observed."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await page.add_init_script(OBSERVE)
        await page.goto(demo["sign_in_url"])
        await page.locator("main form button[type=submit]").first.click()
        await page.wait_for_url("**/account/**")
        await page.goto(f"{demo['base_url']}/b/{demo['brand_id']}/queue?view=all")
        await page.wait_for_function("document.querySelector('#live-state .presence')?.dataset.is === 'here'")
        try:
            yield page
        finally:
            await browser.close()


async def seen(page: Page, name: str) -> Seen:
    """`name`: seen (read at least at first sight), full (read in full), top1 (stood at P1)."""
    return {int(number): at / 1000 for number, at in (await page.evaluate(f"window.{name}")).items()}


async def until_all(page: Page, count: int, within_s: float) -> None:
    """Until so many rows were seen, or the time is up."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while await page.evaluate("Object.keys(window.seen).length") < count:
                await asyncio.sleep(0.5)
