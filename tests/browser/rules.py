"""What axe says of a page as it stands: WCAG 2.2 A and AA, and what it calls best practice. All rules are asked once;
another look is asked for what it can break, since looks differ in colours alone (tokens.css) and nothing is loaded
again."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}
COLOURS = OPTIONS | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What another look can break."""
SCRIPT = Axe().axe_script
RUN = """options => axe.run(options).then(({violations}) =>
  violations.map(({id, nodes}) => [id, nodes.slice(0, 3).map(({any, html}) => `${html} ${any[0]?.message ?? ""}`)]))"""
SETTLED = """Promise.all(
  document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished.catch(() => null))
).then(() => null)"""
"""No colour is half-way to the next one."""
Fault = tuple[str, list[str]]
"""A rule, and the first elements that break it, and how."""


async def faults(page: Page) -> list[Fault]:
    """Of the page as it stands, in the light and in the dark."""
    await page.evaluate(SETTLED)
    await page.evaluate(SCRIPT)
    light = await _run(page, OPTIONS)
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await page.evaluate(SETTLED)
    dark = await _run(page, COLOURS)
    await page.emulate_media(color_scheme="light")
    return light + [(f"{rule}, dark", found) for rule, found in dark]


async def _run(page: Page, options: dict[str, Any]) -> list[Fault]:
    return [(rule, found) for rule, found in await page.evaluate(RUN, options)]
