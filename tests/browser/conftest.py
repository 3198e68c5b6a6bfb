"""Fixtures of the browser tests: a real Chromium on the whole inbox over real HTTP, with people in it.

One Chromium serves all tests of a process, since its start takes longer than most of them: each has visitors of its
own, who share nothing. It belongs to one event loop, and so do the tests that use it."""

from __future__ import annotations

import inspect
import os
import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from inbox.clock import SimulatedClock
from inbox.log.pulse import Pulse
from inbox.log.seal import Keyring
from inbox.log.store import Log
from inbox.web.security import session_cookie
from tests.databases import Server
from tests.web.world import World, a_world

HERE = Path(__file__).parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESK = (1440, 900)
PHONE = (360, 740)


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    for item in items:
        if not isinstance(item, pytest.Function) or not inspect.iscoroutinefunction(item.function):
            continue
        if "browser" in item.fixturenames and item.path.parent == HERE:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """VIGIE_CHROMIUM or CHROMIUM, one on the PATH, or Playwright's own; skipped only where there is truly none."""
    async with async_playwright() as playwright:
        given = os.environ.get("VIGIE_CHROMIUM") or os.environ.get("CHROMIUM")
        path = given or next((found for name in NAMES if (found := shutil.which(name))), None)
        path = path or playwright.chromium.executable_path
        if not Path(path).exists():
            pytest.skip("no Chromium: install Debian's package, or run `playwright install chromium`")
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()


@dataclass
class Site:
    """The inbox and a browser. What the browser complains about is kept: a page of ours says nothing on the console."""

    world: World
    browser: Browser
    complaints: list[str]

    @property
    def base(self) -> str:
        return self.world.deps.settings.base_url

    def path(self, rest: str) -> str:
        return f"{self.base}/b/{self.world.brand}{rest}"

    async def visitor(
        self, who: str | None = "cm", *, size: tuple[int, int] = DESK, lang: str = "en", installed: bool = False
    ) -> BrowserContext:
        """A browser of somebody who is signed in; of nobody where `who` is None. `installed`: with its service
        worker."""
        context = await self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale=lang, has_touch=size == PHONE,
            is_mobile=size == PHONE, service_workers="allow" if installed else "block",
        )  # fmt: skip
        if who is not None:
            token, _ = await self.world.session(who)
            await self.world.pool.execute(
                "UPDATE vigie.members SET locale = $2 WHERE member_id = $1", self.world.people[who], lang
            )
            await context.add_cookies([{"name": session_cookie(False), "value": token, "url": self.base}])
        context.on("page", self._listen)
        return context

    def _listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    async def open(self, who: str, rest: str, *, size: tuple[int, int] = DESK, lang: str = "en") -> Page:
        page = await (await self.visitor(who, size=size, lang=lang)).new_page()
        await page.goto(self.path(rest))
        return page


@pytest.fixture
def clock() -> SimulatedClock:
    """Not far from the browser's own clock, so that its cookies hold."""
    return SimulatedClock(datetime.now(UTC))


@asynccontextmanager
async def a_site(postgres: Server, keyring: Keyring, clock: SimulatedClock, browser: Browser) -> AsyncIterator[Site]:
    name, dsn = await postgres.fresh()
    async with (
        asyncpg.create_pool(dsn, min_size=1, max_size=10) as pool,
        a_world(Log(pool, keyring, Pulse()), clock) as world,
    ):
        yield Site(world, browser, [])
        for context in browser.contexts:  # they hold streams open, which the server would wait for
            await context.close()
    await postgres.drop(name)


@pytest_asyncio.fixture(loop_scope="session")
async def site(postgres: Server, keyring: Keyring, clock: SimulatedClock, browser: Browser) -> AsyncIterator[Site]:
    async with a_site(postgres, keyring, clock, browser) as site:
        yield site
