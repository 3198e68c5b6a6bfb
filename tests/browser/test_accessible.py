"""axe finds nothing against WCAG 2.2 A and AA, on any page, in either theme; and no page trips over its CSP."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.browser.conftest import DESK, PHONE, Site

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

OPTIONS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
PAGES = (
    "/queue", "/queue?view=uncertain", "/items/{item}", "/items/{item}/forget", "/sla?period=today", "/sla/turns",
    "/settings/brand", "/settings/policy", "/settings/channels", "/settings/channels/new?network=generic",
    "/settings/quarantine", "/settings/retention", "/settings/subscriptions", "/settings/members", "/settings/tokens",
    "/settings/approval", "/settings/exposure", "/approvals", "/freezes", "/notices", "/items/{item}/author",
    "/promises", "/handover", "/settings/assignment",
)  # fmt: skip


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_every_page_is_accessible(site: Site, dark: bool, size: tuple[int, int]) -> None:
    await site.world.hear("البطارية تُصدر دخانًا", author="karim")
    item = await site.world.hear(author="zoe")
    page = await (await site.visitor("owner", size=size, dark=dark, lang="fr")).new_page()
    found: dict[str, object] = {}
    for rest in (*(site.path(one.replace("{item}", str(item))) for one in PAGES), f"{site.base}/account"):
        await page.goto(rest)
        result = await Axe().run(page, options=OPTIONS)
        if result.violations_count:
            violations = result.response["violations"]
            found[rest] = [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in violations]
    assert found == {}
    assert site.complaints == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_the_way_in_is_accessible(site: Site, dark: bool) -> None:
    page = await (await site.visitor(None, dark=dark)).new_page()
    for path in ("/sign-in", "/sign-in/link/dead", "/nowhere"):
        await page.goto(site.base + path)
        result = await Axe().run(page, options=OPTIONS)
        assert result.violations_count == 0, result.generate_report()
