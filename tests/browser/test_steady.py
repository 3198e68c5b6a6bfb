"""A storm while a hand is on the list: every row keeps its place and its height, the one that was meant opens, and one
press of the bar brings the order of a reload."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from inbox import events as ev
from inbox.ids import DedupeKey, ItemId
from inbox.log.record import NewEvent, item_stream
from tests.browser.conftest import PHONE, Site
from tests.browser.test_queue import live

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

FEW = 14
MEANT = 2
"""The row under the hand, from the top."""
WATCHED = """() => {
  const list = document.querySelector('#rows');
  const seen = list.getBoundingClientRect();
  const places = () => new Map([...list.querySelectorAll('.row')].map((row) => [row, row.getBoundingClientRect()])
    .filter(([, { top, bottom }]) => bottom > seen.top && top < seen.bottom)
    .map(([row, { top, height }]) => [row.dataset.id, `${top} ${height}`]));
  const first = places();
  window.moved = [];
  const look = () => {
    const now = places();
    for (const [id, place] of first) if (now.get(id) !== place) window.moved.push([id, place, now.get(id) ?? 'gone']);
    requestAnimationFrame(look);
  };
  look();
}"""
"""From now on each row in sight is looked at before each paint: to stand elsewhere for a single one is to be missed."""
KEPT_BACK = """
const add = EventSource.prototype.addEventListener;
window.kept = [];
EventSource.prototype.addEventListener = function (name, hear) {
  const later = (event) => { if (window.kept) window.kept.push({ event, hear }); else hear(event); };
  return add.call(this, name, name === 'item' ? later : hear);
};
addEventListener('touchstart', () => {
  const all = window.kept;
  window.kept = null;
  for (const { event, hear } of all) hear(event);
}, { capture: true, once: true });
"""
"""All changes reach the page in the moment a finger comes down, before it is lifted."""
SAME = "Et la suite, assez longue pour deux lignes sur un téléphone, puis davantage encore."


@dataclass
class Storm:
    """Everything that changes how a row looks, where it belongs, and whether it belongs here at all."""

    site: Site
    items: list[ItemId]

    async def blow(self) -> ItemId:
        """The item that came last."""
        lead, now = self.site.world.people["lead"], self.site.world.clock.now()
        for number, item in enumerate(self.items):
            told: list[ev.Event] = [ev.ItemAssigned(item_id=item, assignee=lead, by=lead, at=now)]
            if number % 3 == 0:
                told.append(ev.PriorityOverridden(item_id=item, priority=1 + number // 3 % 4, by=lead, at=now))
            if number % 4 == 1:
                told.append(ev.ItemResolved(item_id=item, by=lead, at=now))
            if number % 5 == 2:
                told.append(ev.ItemAcknowledged(item_id=item, by=lead, at=now))
            for event in told:
                new = NewEvent(event, item_stream(item), DedupeKey(uuid.uuid4()))
                await self.site.world.log.append(self.site.world.brand, [new])
            if number % 2 == 0:
                await self.site.world.hear(SAME, author=f"a{number}")
            await self.site.world.project()
        return await self.site.world.hear("La batterie fume", author="new")

    async def is_over(self, page: Page) -> None:
        """All of it has reached the rows that are shown."""
        for number, item in enumerate(self.items):
            row = page.locator(f'.row[data-id="{item}"]')
            await expect(row.locator(".row-who [data-member]")).to_have_count(1)
            if number % 2 == 0:
                await expect(row.locator(".row-text")).to_have_text(SAME)
        await expect(page.locator("#livebar")).to_be_visible()
        await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


async def a_storm(site: Site) -> Storm:
    items = []
    for number in range(FEW):
        site.world.clock.advance(timedelta(seconds=1))
        items.append(await site.world.hear("La batterie fume", author=f"a{number}"))
    return Storm(site, items)


async def order(page: Page) -> list[str]:
    shown: list[str] = await page.locator("#rows .row").evaluate_all("rows => rows.map((row) => row.dataset.id)")
    return shown


async def middle(page: Page, item: str) -> tuple[float, float]:
    box = await page.locator(f'.row[data-id="{item}"] .row-text').bounding_box()
    assert box is not None
    return box["x"] + 20, box["y"] + box["height"] / 2


async def moved(page: Page) -> Any:
    return await page.evaluate("window.moved")


async def test_a_press_opens_the_row_it_began_on_whatever_changes_meanwhile(site: Site) -> None:
    storm = await a_storm(site)
    page = await site.open("cm", "/queue")
    await live(page)
    meant = (await order(page))[MEANT]
    await page.mouse.move(*await middle(page, meant))
    await page.evaluate(WATCHED)
    await page.mouse.down()
    await storm.blow()
    await storm.is_over(page)
    assert await moved(page) == []
    await page.mouse.up()
    await expect(page.locator("#item-head")).to_have_attribute("data-item", meant)
    assert await moved(page) == []
    assert site.complaints == []


async def test_a_finger_opens_the_row_it_touched_though_all_changes_between_touch_and_lift(site: Site) -> None:
    storm = await a_storm(site)
    page = await (await site.visitor("cm", size=PHONE)).new_page()
    await page.add_init_script(KEPT_BACK)
    await page.goto(site.path("/queue"))
    await live(page)
    meant = (await order(page))[MEANT]
    last = await storm.blow()
    await page.wait_for_function(
        "id => window.kept.some(({ event }) => JSON.parse(event.data).id === id)", arg=str(last)
    )
    await page.evaluate(WATCHED)
    await page.touchscreen.tap(*await middle(page, meant))
    await expect(page.locator("#item-head")).to_have_attribute("data-item", meant)
    assert await page.evaluate("window.kept") is None
    await page.locator("[data-close]").tap()
    await storm.is_over(page)


async def test_on_a_phone_no_row_moves_before_a_finger_comes_down(site: Site) -> None:
    """Nobody sees it come."""
    storm = await a_storm(site)
    page = await site.open("cm", "/queue", size=PHONE)
    await live(page)
    await page.evaluate(WATCHED)
    await storm.blow()
    await storm.is_over(page)
    assert await moved(page) == []


async def test_while_keys_walk_the_list_no_row_moves_and_the_focus_goes_down_by_one(site: Site) -> None:
    storm = await a_storm(site)
    page = await site.open("cm", "/queue")
    await live(page)
    shown = await order(page)
    await page.keyboard.press("j")
    await page.evaluate(WATCHED)
    blowing = asyncio.create_task(storm.blow())
    for at in range(1, 5):
        await page.keyboard.press("j")
        assert await page.evaluate("document.activeElement.closest('.row').dataset.id") == shown[at]
    await blowing
    await storm.is_over(page)
    assert await moved(page) == []
    assert await page.evaluate("document.activeElement.closest('.row').dataset.id") == shown[4]


async def test_one_press_brings_the_order_of_a_reload(site: Site) -> None:
    storm = await a_storm(site)
    page = await site.open("cm", "/queue")
    await live(page)
    before = await order(page)
    await page.keyboard.press("j")
    await storm.blow()
    await storm.is_over(page)
    assert await order(page) == before
    await page.locator("#livebar").click()
    await expect(page.locator("#livebar")).to_be_hidden()
    settled = await order(page)
    await expect(page.locator("#list .pane-head [data-count]")).to_have_text(str(len(settled)))
    assert await page.locator("#rows [data-held]").count() == 0
    await page.reload()
    assert settled == await order(page)
    assert site.complaints == []


async def test_a_row_that_only_changed_its_place_waits_in_a_quiet_bar(site: Site) -> None:
    storm = await a_storm(site)
    page = await site.open("cm", "/queue", lang="fr")
    await expect(page.locator("#live-state .presence[data-is=here]")).to_be_attached()
    top = (await order(page))[0]
    item = next(one for one in storm.items if str(one) == top)
    lead, now = site.world.people["lead"], site.world.clock.now()
    event = ev.PriorityOverridden(item_id=item, priority=4, by=lead, at=now)
    await site.world.log.append(site.world.brand, [NewEvent(event, item_stream(item), DedupeKey(uuid.uuid4()))])
    await site.world.project()
    await expect(page.locator("#livebar.is-quiet")).to_contain_text("Remettre la liste en ordre")
    assert (await order(page))[0] == top
    await page.keyboard.press("Shift+N")
    await expect(page.locator("#livebar")).to_be_hidden()
    assert (await order(page))[-1] == top


async def test_what_is_new_is_put_nowhere_while_rows_stand_in_a_wrong_place(site: Site) -> None:
    """Where it belongs cannot be told from rows that belong elsewhere themselves: it would push some of them down."""
    world = site.world
    items = []
    for number in range(3):
        world.clock.advance(timedelta(seconds=1))
        items.append(await world.hear("La batterie fume", author=f"a{number}"))
    page = await site.open("cm", "/queue")
    await live(page)
    before = await order(page)
    lead, now = world.people["lead"], world.clock.now()
    for item, priority in ((items[1], 4), (items[2], 1)):
        event = ev.PriorityOverridden(item_id=item, priority=priority, by=lead, at=now)
        await world.log.append(world.brand, [NewEvent(event, item_stream(item), DedupeKey(uuid.uuid4()))])
        await world.project()
        await expect(page.locator(f'.row[data-id="{item}"]')).to_have_attribute("data-p", str(priority))
    world.clock.advance(timedelta(seconds=1))
    await world.hear("La batterie fume", author="new")
    await expect(page.locator("#list .pane-head [data-count]")).to_have_text("4")
    assert await order(page) == before
    await expect(page.locator("#livebar")).to_contain_text("2 new urgent")
    await page.locator("#livebar").click()
    settled = await order(page)
    await page.reload()
    assert settled == await order(page)
