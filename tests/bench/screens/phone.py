"""A phone in a Chromium: how soon it shows the queue on a slow line, and how soon it answers a hand in a storm."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from playwright.async_api import CDPSession, Page, async_playwright

from tests import chromium
from tests.bench.screens.queue import Shown

FAST_4G = {"latency": 60 * 2.75, "downloadThroughput": 9e6 / 8 * 0.9, "uploadThroughput": 1.5e6 / 8 * 0.9}
SLOW_4G = {"latency": 150 * 3.75, "downloadThroughput": 1.6e6 / 8 * 0.9, "uploadThroughput": 0.75e6 / 8 * 0.9}
"""As Chromium's developer tools define the lines of these names: milliseconds of every request, bytes a second."""
RATE = 50.0
LEAST_MS = 16.0
"""Event Timing tells of what took longer; the others count as this long."""
TIMED = """
  window.paints = {}; window.took = {};
  new PerformanceObserver((seen) => { for (const one of seen.getEntries()) window.paints[one.name] = one.startTime; })
    .observe({ type: "paint", buffered: true });
  new PerformanceObserver((seen) => { for (const one of seen.getEntries()) window.paints.largest = one.startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((seen) => { for (const { interactionId: of, duration } of seen.getEntries())
    if (of) window.took[of] = Math.max(window.took[of] ?? 0, duration); })
    .observe({ type: "event", durationThreshold: 16, buffered: true });
"""
LIVE = "#live-state .presence[data-is=here]"


@dataclass(slots=True)
class View:
    """Seconds from the start of the navigation; kB are thousands of bytes as they came over the line, heads too."""

    first_s: float = 0.0
    largest_s: float = 0.0
    requests: int = 0
    transferred: dict[str, float] = field(default_factory=dict)

    @property
    def transfer_kb(self) -> float:
        return sum(self.transferred.values()) / 1000

    def hear(self, session: CDPSession) -> None:
        session.on("Network.requestWillBeSent", lambda told: self._brings(told["requestId"], 0))
        session.on("Network.dataReceived", lambda told: self._brings(told["requestId"], told["encodedDataLength"]))
        session.on("Network.loadingFinished", lambda told: self._brought(told["requestId"], told["encodedDataLength"]))

    def _brings(self, request: str, size: float) -> None:
        """Of a stream nothing else is ever told."""
        self.transferred[request] = self.transferred.get(request, 0) + size

    def _brought(self, request: str, size: float) -> None:
        self.transferred[request] = size


@contextlib.asynccontextmanager
async def opened(shown: Shown, slowdown: int) -> AsyncIterator[tuple[Page, CDPSession]]:
    """An empty page of a phone that has never been here, but whose owner is signed in."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        context = await browser.new_context(
            viewport={"width": 412, "height": 823}, device_scale_factor=1.75, is_mobile=True, has_touch=True
        )
        name, _, value = shown.cookie.partition("=")
        await context.add_cookies([{"name": name, "value": value, "url": shown.url}])
        page = await context.new_page()
        await page.add_init_script(TIMED)
        session = await context.new_cdp_session(page)
        await session.send("Network.enable")
        await session.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
        try:
            yield page, session
        finally:
            await browser.close()


async def first_view(shown: Shown, line: dict[str, float], slowdown: int) -> View:
    view = View()
    async with opened(shown, slowdown) as (page, session):
        await session.send("Network.emulateNetworkConditions", {"offline": False, **line})
        view.hear(session)
        await page.goto(shown.url, wait_until="load")
        await page.locator(LIVE).wait_for(state="attached")
        paints = await page.evaluate("window.paints")
        view.first_s, view.largest_s = paints["first-contentful-paint"] / 1000, paints["largest"] / 1000
        view.requests = len(view.transferred)
    return view


async def worked(shown: Shown, seconds: float, slowdown: int) -> list[float]:
    """Milliseconds of each interaction to its paint, sorted, while changes arrive."""
    async with opened(shown, slowdown) as (page, _):
        await page.goto(shown.url)
        await page.locator(LIVE).wait_for(state="attached")
        changing = asyncio.create_task(_storm(shown))
        try:
            await _hand(page, seconds)
        finally:
            changing.cancel()
        took: list[float] = list((await page.evaluate("window.took")).values())
        told = int(await page.evaluate("performance.interactionCount"))
    return sorted(took + [LEAST_MS] * (told - len(took)))


async def _storm(shown: Shown) -> None:
    start = time.perf_counter()
    for number in itertools.count():
        await asyncio.sleep(max(0.0, start + number / RATE - time.perf_counter()))
        await shown.change(number)


async def _hand(page: Page, seconds: float) -> None:
    """Down the list by keys, an item opened by thumb, a few words written and given up, back; and again."""
    end = time.perf_counter() + seconds
    for row in itertools.count():
        for key in ("j", "j", "k"):
            await page.keyboard.press(key)
        await page.locator("#rows .row-link").nth(row % 20).tap()
        await page.locator("#item-title").wait_for()
        await page.keyboard.press("n")
        await page.keyboard.type("vu")
        await page.keyboard.press("Escape")
        await page.keyboard.press("Escape")
        await page.locator(".app:not([data-open])").wait_for()
        if time.perf_counter() > end:
            return
