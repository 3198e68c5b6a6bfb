"""axe finds nothing against WCAG 2.2 A and AA, on any page, in either theme; and no page trips over its CSP.

A page is looked at in both themes without being loaded again: they differ in colours alone (tokens.css)."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.browser.conftest import DESK, PHONE, Site

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
COLOURS = OPTIONS | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What another theme can break."""
SETTLED = """Promise.all(
  document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished.catch(() => null))
).then(() => null)"""
"""No colour is half-way to the next one."""
PAGES = (
    "/queue", "/queue?view=uncertain", "/items/{item}", "/items/{item}/forget", "/sla?period=today", "/sla/turns",
    "/settings/brand", "/settings/policy", "/settings/channels", "/settings/channels/new?network=generic",
    "/settings", "/guide?step=hours", "/guide?step=message",
    "/settings/quarantine", "/settings/retention", "/settings/subscriptions", "/settings/members", "/settings/tokens",
    "/settings/approval", "/settings/exposure", "/approvals", "/freezes", "/notices", "/items/{item}/author",
    "/promises", "/handover", "/settings/assignment", "/sla?compare=before", "/reports", "/walls", "/wall",
)  # fmt: skip


ACCOUNT = ("/account", "/account/devices", "/offline")


async def faults(page: Page) -> list[tuple[str, list[str]]]:
    """Of the page as it stands, in the light and in the dark: each rule, and the first elements that break it."""
    light = await Axe().run(page, options=OPTIONS)
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await page.evaluate(SETTLED)
    dark = await Axe().run(page, options=COLOURS)
    await page.emulate_media(color_scheme="light")
    violations = light.response["violations"] + dark.response["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in violations]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_every_page_is_accessible(site: Site, size: tuple[int, int]) -> None:
    await site.world.hear("البطارية تُصدر دخانًا", author="karim")
    item = await site.world.hear(author="zoe")
    page = await (await site.visitor("owner", size=size, lang="fr")).new_page()
    found: dict[str, object] = {}
    for rest in (
        *(site.path(one.replace("{item}", str(item))) for one in PAGES),
        *(site.base + one for one in ACCOUNT),
    ):
        await page.goto(rest)
        if broken := await faults(page):
            found[rest] = broken
    assert found == {}
    assert site.complaints == []


async def test_the_way_in_is_accessible(site: Site) -> None:
    page = await (await site.visitor(None)).new_page()
    for path in ("/sign-in", "/sign-in/link/dead", "/nowhere"):
        await page.goto(site.base + path)
        assert await faults(page) == []
