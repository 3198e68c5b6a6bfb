"""In one hand: acts without network leave once, a swipe can be taken back, nothing stays after signing out."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from inbox.events import ReplyQueued
from inbox.log.record import item_stream
from inbox.people import brands
from inbox.push import bundling
from inbox.push.bundling import Shows
from inbox.web import push_words
from inbox.web.i18n import Speech
from tests.browser.conftest import PHONE, Site
from tests.browser.rules import faults

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

LEFT = "async () => [...(await caches.keys()), ...(await indexedDB.databases()).map((one) => one.name)]"
DRAWN = """(row, far) => {
  const at = (x) => [new Touch({ identifier: 1, target: row, clientX: x, clientY: 200 })];
  const made = (type, x) => new TouchEvent(type, { touches: at(x), bubbles: true, cancelable: true });
  const said = (type, x) => row.dispatchEvent(made(type, x));
  said("touchstart", 20); said("touchmove", 60); said("touchmove", 20 + far);
  row.dispatchEvent(new TouchEvent("touchend", { touches: [], bubbles: true }));
}"""


DRAWN_DOWN = """(list, far) => {
  const at = (y) => [new Touch({ identifier: 1, target: list, clientX: 180, clientY: y })];
  const made = (type, y) => new TouchEvent(type, { touches: at(y), bubbles: true, cancelable: true });
  const said = (type, y) => list.dispatchEvent(made(type, y));
  said("touchstart", 200); said("touchmove", 230); said("touchmove", 200 + far);
  list.dispatchEvent(new TouchEvent("touchend", { touches: [], bubbles: true }));
}"""


async def on_the_phone(site: Site, rest: str) -> Page:
    page = await (await site.visitor("cm", size=PHONE, installed=True)).new_page()
    await page.goto(site.path(rest))
    await page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    return page


def row_of(page: Page, item: uuid.UUID) -> Locator:
    return page.locator(f'#rows .row[data-id="{item}"]')


async def queued(site: Site, item: uuid.UUID) -> int:
    recorded = await site.world.log.read_stream(site.world.brand, item_stream(item))
    return sum(isinstance(one.event, ReplyQueued) for one in recorded)


async def test_what_is_done_without_network_leaves_once_or_says_what_came_between(site: Site) -> None:
    zoe, ana = await site.world.hear(author="zoe"), await site.world.hear(author="ana")
    page = await on_the_phone(site, f"/items/{zoe}")
    await page.context.set_offline(True)
    await page.locator("[data-write=acknowledge]").tap()
    await page.locator("#composer .for-acknowledge[data-send]").tap()
    await expect(page.locator("#kept")).to_contain_text("1 action waits")
    await expect(page.locator("#text")).to_have_value("")
    await page.locator("[data-close]").tap()
    await expect(row_of(page, zoe)).to_have_attribute("data-kept", "")
    await row_of(page, ana).locator("[data-ack]").tap()
    await expect(row_of(page, ana)).to_have_attribute("data-kept", "")
    await page.goto(site.path("/queue"))
    await expect(page.locator("h1")).to_have_text("No network")
    await expect(page.locator("[data-kept-count]")).to_contain_text("2")
    seen = (await site.world.api("GET", f"/items/{ana}")).json()["position"]
    await site.world.api("POST", f"/items/{ana}/acknowledge", json={"text": "Hello", "expected_position": seen})
    await page.context.set_offline(False)
    await expect(page.locator("#kept")).to_contain_text("1 action was refused", timeout=15_000)
    await page.locator("#kept summary").tap()
    await expect(page.locator("[data-kept-list]")).to_contain_text("Acknowledgement for Nom ana")
    await expect(page.locator("[data-kept-why]")).to_contain_text("Owner Test")
    assert await faults(page) == []
    await page.reload()
    await expect(page.locator("#kept")).to_contain_text("1 action was refused")
    assert (await queued(site, zoe), await queued(site, ana)) == (1, 1)
    await page.goto(f"{site.base}/account")
    await page.locator(".topbar [data-sign-out] button").tap()
    await expect(page.locator("#email")).to_be_visible()
    assert await page.evaluate(LEFT) == []


async def test_a_row_is_acknowledged_by_a_swipe_which_can_be_taken_back(site: Site) -> None:
    zoe = await site.world.hear(author="zoe")
    page = await on_the_phone(site, "/queue")
    await row_of(page, zoe).evaluate(DRAWN, 60)
    await expect(row_of(page, zoe)).not_to_have_attribute("data-kept", "")
    await row_of(page, zoe).evaluate(DRAWN, 120)
    await expect(page.locator(".toast")).to_contain_text("Acknowledgement to Nom zoe")
    await page.locator(".toast .btn").tap()
    await expect(page.locator(".toast")).to_contain_text("nothing was sent")
    await expect(row_of(page, zoe)).not_to_have_attribute("data-kept", "")
    await row_of(page, zoe).evaluate(DRAWN, 120)
    await page.reload()  # who leaves the page means it
    await expect(page.locator(".toast")).to_contain_text("Acknowledgement on its way")
    assert await queued(site, zoe) == 1
    assert site.complaints == []


async def test_the_list_drawn_down_at_its_top_is_fetched_anew(site: Site) -> None:
    await site.world.hear(author="zoe")
    page = await on_the_phone(site, "/queue")
    await page.evaluate("window.before = true")
    await page.locator("#rows").evaluate(DRAWN_DOWN, 60)
    await expect(page.locator("#pull")).not_to_have_attribute("data-drawn", "")
    await page.wait_for_timeout(300)
    assert await page.evaluate("window.before"), "not far enough"
    await page.locator("#rows").evaluate(DRAWN_DOWN.replace("touchend", "touchcancel"), 120)
    await page.wait_for_timeout(300)
    assert await page.evaluate("window.before"), "the hand did not let go"
    async with page.expect_navigation():
        await page.locator("#rows").evaluate(DRAWN_DOWN, 120)
    assert await page.evaluate("window.before") is None
    assert site.complaints == []


async def test_a_list_that_is_not_at_its_top_only_scrolls(site: Site) -> None:
    for number in range(14):
        await site.world.hear(author=f"a{number}")
    page = await on_the_phone(site, "/queue")
    await page.evaluate("window.before = true")
    await page.locator("#rows").evaluate("(list) => { list.scrollTop = 200; }")
    await page.locator("#rows").evaluate(DRAWN_DOWN, 120)
    await page.wait_for_timeout(300)
    assert await page.evaluate("window.before")


async def test_what_is_kept_is_told_in_a_banner_sent_by_its_button_or_given_up(site: Site) -> None:
    zoe, ana = await site.world.hear(author="zoe"), await site.world.hear(author="ana")
    page = await on_the_phone(site, "/queue")
    await page.context.set_offline(True)
    for item in (zoe, ana):
        await row_of(page, item).locator("[data-ack]").tap()
    kept = page.locator("#kept")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(kept).to_contain_text("2 actions wait for the network", timeout=15_000)
    await expect(page.locator(".toast")).to_be_hidden(timeout=15_000)
    await kept.locator("summary").tap()
    await expect(kept.locator("[data-kept-what]").first).to_have_text("Acknowledgement for Nom zoe")
    await kept.get_by_role("button", name="Give it up").first.tap()
    await expect(kept).to_contain_text("1 action waits for the network")
    await page.context.route("**/account/here", lambda route: route.abort())
    await page.context.set_offline(False)
    await kept.get_by_role("button", name="Send now").tap()
    await expect(kept).to_contain_text("1 action waits for the network")
    await page.context.unroute("**/account/here")
    await page.locator("[data-kept-send]").dispatch_event("click")  # unless it has just gone by itself
    await expect(kept).to_be_hidden()
    assert (await queued(site, zoe), await queued(site, ana)) == (0, 1)


async def pushed(site: Site, item: uuid.UUID, shows: Shows) -> Page:
    """A phone on which a message about the item has just come."""
    context = await site.visitor("cm", size=PHONE, installed=True)
    await context.grant_permissions(["notifications"], origin=site.base)
    page = await context.new_page()
    await page.goto(f"{site.base}/account/devices")
    await expect(page.get_by_role("button", name="Tell me on this device")).to_be_enabled()
    brand = await brands.get(site.world.log, site.world.brand)
    seen = await site.world.log.head(site.world.brand)
    told = bundling.bundle([bundling.Untold(str(item), 1, "c", seen, "Nom zoe", "Le robot fume")])
    message = push_words.message(told, brand, site.world.people["cm"], shows, Speech("en"), acts=True)
    await deliver(page, json.dumps(message))
    await shown(page, f"{brand.name}: 1 new, 1 urgent")
    return page


async def press(page: Page, action: str) -> None:
    """The first message that stands there, or by its button."""
    await page.context.service_workers[0].evaluate(PRESSED, action)


async def test_an_item_is_taken_from_the_message_on_the_phone(site: Site) -> None:
    zoe = await site.world.hear(author="zoe")
    page = await pushed(site, zoe, "channels")
    await press(page, "take")
    await shown(page, "It is yours.")
    recorded = await site.world.log.read_stream(site.world.brand, item_stream(zoe))
    assert [one.event.TYPE for one in recorded].count("ItemAcknowledged") == 1


async def test_an_item_is_acknowledged_once_from_the_message_with_the_usual_words(site: Site) -> None:
    zoe = await site.world.hear(author="zoe")
    page = await pushed(site, zoe, "words")
    assert await page.context.service_workers[0].evaluate(OFFERED) == ["acknowledge", "take"]
    await press(page, "acknowledge")
    await shown(page, "Acknowledgement on its way.")
    recorded = await site.world.log.read_stream(site.world.brand, item_stream(zoe))
    (reply,) = [one.event for one in recorded if isinstance(one.event, ReplyQueued)]
    assert "Nom" in str(reply.text)
    assert [one.event.TYPE for one in recorded].count("ItemAcknowledged") == 1


async def test_one_who_was_overtaken_reads_it_in_the_message(site: Site) -> None:
    zoe = await site.world.hear(author="zoe")
    page = await pushed(site, zoe, "words")
    seen = (await site.world.api("GET", f"/items/{zoe}")).json()["position"]
    await site.world.api("POST", f"/items/{zoe}/acknowledge", json={"text": "Hello", "expected_position": seen})
    await press(page, "acknowledge")
    await shown(page, "Owner Test")
    assert await queued(site, zoe) == 1


TOLD = """async (title) => {
  const registration = await navigator.serviceWorker.ready;
  const there = async () => (await registration.getNotifications()).map((one) => one.title);
  while (!(await there()).some((one) => one.includes(title))) await new Promise((again) => setTimeout(again, 50));
}"""
PRESSED = """async (action) => {
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification, action }));
}"""
OFFERED = """async () => {
  const [notification] = await self.registration.getNotifications();
  return notification.actions.map((one) => one.action);
}"""


async def shown(page: Page, title: str) -> None:
    async with asyncio.timeout(30):
        await page.evaluate(TOLD, title)


async def deliver(page: Page, data: str) -> None:
    """As the browser does when its push service hands it a message, already opened."""
    await page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    session = await page.context.new_cdp_session(page)
    known: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def told(said: Any) -> None:
        if said["registrations"] and not known.done():
            known.set_result(said["registrations"][0]["registrationId"])

    session.on("ServiceWorker.workerRegistrationUpdated", told)
    await session.send("ServiceWorker.enable")
    where = {"origin": page.url.partition("/account")[0], "registrationId": await known}
    await session.send("ServiceWorker.deliverPushMessage", {**where, "data": data})
