"""What axe says of a page as it stands: WCAG 2.2 A and AA, and what it calls best practice. All rules are asked once;
another look is asked for what it can break, since looks differ in colours alone (tokens.css) and nothing is loaded
again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

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
LAID_OUT = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("#rows .row { content-visibility: visible !important }");
  document.adoptedStyleSheets.push(sheet);
}"""
"""Rows out of sight are not laid out: where their parts stand is a guess, and axe believes it."""
Look = Literal["light", "dark", "forced"]
"""forced: colours that the reader's system chose instead of ours."""
Fault = tuple[str, list[str]]
"""A rule, and the first elements that break it, and how."""


async def faults(page: Page, look: Look = "light", again: Sequence[Look] = ("dark",)) -> list[Fault]:
    """Of the page as it stands: all rules in one look, those of colours in others."""
    found = await _seen(page, look, OPTIONS)
    for other in again:
        found += [(f"{rule}, {other}", nodes) for rule, nodes in await _seen(page, other, COLOURS)]
    if again:
        await _turn(page, look)
    return found


async def _turn(page: Page, look: Look) -> None:
    scheme: Literal["light", "dark"] = "dark" if look == "dark" else "light"
    forced: Literal["active", "none"] = "active" if look == "forced" else "none"
    await page.emulate_media(color_scheme=scheme, forced_colors=forced, reduced_motion="reduce")


async def _seen(page: Page, look: Look, options: dict[str, Any]) -> list[Fault]:
    await _turn(page, look)
    await page.evaluate(SETTLED)
    if await page.evaluate("typeof axe === 'undefined'"):
        await page.evaluate(SCRIPT)
        await page.evaluate(LAID_OUT)
    return [(rule, nodes) for rule, nodes in await page.evaluate(RUN, options)]
