"""Webhooks out on the screen: a subscription in trouble is told to everybody, on a desk and on a phone."""

from __future__ import annotations

import pytest

from inbox import subscriptions
from inbox.subscription import By
from tests.browser.conftest import DESK, PHONE, Site
from tests.browser.rules import faults

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

TRIED = """
INSERT INTO vigie.forward_attempts (
  brand_id, subscription_id, attempt_id, position, type, number, at, duration_ms, status, error)
SELECT $1, $2, n, n, 'MessageReceived', n, $3, CASE WHEN n < 3 THEN 1234 END, CASE WHEN n = 1 THEN 503 END,
  (ARRAY['busy', NULL, 'interrupted'])[n] FROM generate_series(1, 3) n
"""


async def in_trouble(site: Site) -> str:
    world, now = site.world, site.world.clock.now()
    made, _ = await subscriptions.create(
        world.log, world.brand, address="https://crm.example.org/a/rather/long/path/of/one/word?token=abcdef", now=now,
        by=By(world.people["lead"], personal=True), personal=True, description="CRM", types=("SlaBreached",),
    )  # fmt: skip
    await subscriptions.rotate(world.log, world.brand, made, by=By(world.people["lead"], personal=True), now=now)
    await world.pool.execute(TRIED, world.brand, made, now)
    await world.pool.execute(
        "INSERT INTO vigie.forwards (brand_id, subscription_id, position, stream_id, recorded_at, state, due_at)"
        " VALUES ($1, $2, 1, 's', $3, 'given_up', $3)", world.brand, made, now,
    )  # fmt: skip
    async with world.pool.acquire() as connection:
        await subscriptions.pause_by_itself(world.log, connection, world.brand, made, "failing", now)
    return made


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_it_is_accessible_fits_the_screen_and_can_be_resumed(site: Site, size: tuple[int, int]) -> None:
    made = await in_trouble(site)
    page = await (await site.visitor("lead", size=size, lang="fr")).new_page()
    for rest in ("/settings/subscriptions", f"/settings/subscriptions/{made}"):
        await page.goto(site.path(rest))
        assert await faults(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await page.locator(".notice-alarm").count() == 1
    await page.get_by_role("button", name="Reprendre").click()
    await page.wait_for_url("**?saved=1")
    assert await page.locator(".notice-alarm").count() == 0
    assert site.complaints == []
