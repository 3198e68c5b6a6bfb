"""One running product for all tests of this folder, and a browser that is signed in to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests import chromium
from tests.product.instance import Instance

CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def instance(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:
    folder: Path = tmp_path_factory.mktemp("product")
    instance = Instance(folder / "data")
    await instance.start()
    yield instance
    if instance.process is not None and instance.process.returncode is None:
        await instance.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    path = chromium.find()
    if path is None:
        pytest.skip("no Chromium here: `make test` installs one")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(instance: Instance, browser: Browser) -> AsyncIterator[BrowserContext]:
    """The demo's owner, signed in by the one-time link, in French, at a desk."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="fr-FR")
    page = await context.new_page()
    await page.goto(instance.demo["sign_in_url"])
    await page.locator("main form button[type=submit]").first.click()
    await page.wait_for_url("**/account/**")
    await page.close()
    yield context
    await context.close()
