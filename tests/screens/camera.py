"""A browser that is signed in to a demo, and what it takes of each screen: two languages, three widths, both themes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page

LANGUAGES = ("fr", "en")
WIDTHS = {360: 740, 768: 1024, 1440: 900}
"""Width → height of the window; the picture goes on below it."""
THEMES = ("light", "dark")
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140 Mobile Safari/537.36"
TALLEST = 2600
"""Pixels: of a long list the beginning is enough."""
PATIENCE_MS = 90_000
"""The machine may have other work; a picture that does not come in this time is named, and the next is taken."""
WIDE_BY = "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True, slots=True)
class Shot:
    """`wide_by`: pixels by which the page is wider than its window; more than none is a fault."""

    screen: str
    language: str
    width: int
    theme: str
    status: int
    wide_by: int

    @property
    def file(self) -> str:
        return f"{self.screen}.{self.language}.{self.width}.{self.theme}.jpg"

    @property
    def faulty(self) -> bool:
        """The page of somebody who is signed in already is refused where it asks to sign in: 4xx is an answer."""
        return self.status >= 500 or self.wide_by > 0


async def sign_in(browser: Browser, base: str, link: str) -> BrowserContext:
    """By a one-time link."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, service_workers="block")
    page = await context.new_page()
    await page.goto(link if link.startswith("http") else base + link)
    await page.locator("main form button[type=submit]").first.click()
    await page.wait_for_url("**/account/**")
    await page.close()
    return context


async def speak(context: BrowserContext, base: str, language: str) -> None:
    """As a person chooses it, in the account."""
    page = await context.new_page()
    await page.goto(f"{base}/account")
    await page.locator("#locale").select_option(language)
    await page.locator("form[action='/account/preferences'] button[type=submit]").click()
    await page.wait_for_url("**/account?saved=preferences")
    await page.close()


@asynccontextmanager
async def window(
    browser: Browser, of: BrowserContext, language: str, width: int, sharp: int = 1
) -> AsyncIterator[Page]:
    """A tab of that width with the same session: touched where it is narrow, as phones and tablets are. `sharp`: pixels
    a dot."""
    context = await browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]}, locale=language, has_touch=width < 1440,
        is_mobile=width < 1440, reduced_motion="reduce", service_workers="block",
        storage_state=await of.storage_state(), user_agent=PHONE if width < 700 else None,
        device_scale_factor=sharp,
    )  # fmt: skip
    context.set_default_timeout(PATIENCE_MS)
    yield await context.new_page()
    await context.close()


async def take(page: Page, screen: str, url: str, language: str, width: int, folder: Path) -> list[Shot]:
    response = await page.goto(url, wait_until="load")
    return await expose(page, screen, language, width, folder, response.status if response else 0)


async def expose(page: Page, screen: str, language: str, width: int, folder: Path, status: int = 200) -> list[Shot]:
    """The page as it stands, in both themes; they differ in colours alone, so it is not loaded again.

    The window is made as tall as what is shown: a picture of the whole page would have all of a long list drawn."""
    await page.evaluate("document.fonts.ready.then(() => null)")
    tall = min(TALLEST, max(WIDTHS[width], int(await page.evaluate("document.scrollingElement.scrollHeight"))))
    await page.set_viewport_size({"width": width, "height": tall})
    shots = []
    for theme in THEMES:
        await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        shot = Shot(screen, language, width, theme, status, int(await page.evaluate(WIDE_BY)))
        await page.screenshot(path=folder / shot.file, type="jpeg", quality=80, animations="disabled")
        shots.append(shot)
    await page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    return shots
