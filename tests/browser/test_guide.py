"""A new organisation's owner, from the link an operator gave them to a message in the queue, by the pages alone."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from inbox.ids import BrandId
from inbox.people import brands, links, members
from tests.browser.conftest import PHONE, Site

pytestmark = pytest.mark.postgres


async def _beginning(site: Site) -> tuple[BrandId, str]:
    """What an operator does from the shell: the brand, its owner, and the link that the owner is sent."""
    log, now = site.world.log, site.world.clock.now()
    async with log.pool.acquire() as connection:
        org = await brands.create_organisation(connection, "Alba", now=now)
    brand = await brands.create(log, org, "Alba", now=now)
    owner = await members.add(
        log, brand, email="lea@alba.test", name="Léa Alba", role="owner", by=None, now=now, locale="en"
    )
    return brand, site.base + links.path(await links.create(log.pool, owner, lasts=links.FIRST_OWNER, now=now))


async def _step(page: Page, number: int, name: str) -> None:
    await expect(page.get_by_role("heading", name=f"{number}. {name}")).to_be_visible()


async def test_a_new_owner_walks_from_the_first_sign_in_to_an_item_in_the_queue(site: Site) -> None:
    brand, link = await _beginning(site)
    page = await (await site.visitor(None, size=PHONE)).new_page()
    await page.goto(link)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_label("New password").fill("a lighthouse at night")
    await page.get_by_role("button", name="Save the password").click()

    await _step(page, 1, "Your brand")
    await page.get_by_label("Name of the brand").fill("Alba & daughters")
    await page.get_by_role("button", name="Save, and go on").click()
    await _step(page, 2, "Your hours")
    await page.get_by_label("Saturday").uncheck()
    await page.get_by_role("button", name="Save, and go on").click()
    await _step(page, 3, "A first channel")
    await page.get_by_role("button", name="Connect it").click()
    await page.get_by_label("Name of the channel").fill("Our site")
    await page.get_by_role("button", name="Connect", exact=True).click()
    await page.goto(f"{site.base}/")  # whoever leaves and signs in again goes on where they were
    await _step(page, 4, "A first colleague")
    await page.get_by_role("button", name="Skip this step").click()
    await _step(page, 5, "A test message")
    await page.get_by_role("button", name="Send a test message").click()
    await expect(page.get_by_text("On its way")).to_be_visible()
    await site.world.project(brand)
    await expect(page.get_by_text("It is in your queue")).to_be_visible()
    await page.get_by_role("link", name="Open it in the queue").click()
    await expect(page.get_by_role("article").get_by_text("my parcel has not come")).to_be_visible()

    (channel,) = await site.world.deps.channels.list(brand)
    health = (await site.world.deps.channels.health(brand))[channel.channel_id]
    assert (health.deliveries, health.messages) == (1, 1)
    policy = (await site.world.log.policies(brand))[-1].event.policy  # type: ignore[attr-defined]
    assert {span["weekday"] for span in policy["calendar"]["spans"]} == set(range(5))
    await page.goto(f"{site.base}/")
    await expect(page).to_have_url(f"{site.base}/b/{brand}/queue")
    assert site.complaints == []
