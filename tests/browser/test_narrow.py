"""What a narrow or a wide window makes of tables and charts: all of it is read without pushing anything sideways."""

from __future__ import annotations

import uuid

import pytest
from playwright.async_api import expect

from inbox.bulk import jobs
from inbox.bulk.orders import Orders
from inbox.reports import store
from inbox.reports.store import Report
from tests.browser.conftest import PHONE, Site

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

HIDDEN_BY = "box => box.scrollWidth - box.clientWidth"
TABLET = (768, 1024)
OUTSIDE = """(within) => {
  const pane = document.querySelector("#item").getBoundingClientRect();
  const [from, to] = pane.width ? [pane.left, pane.right] : [0, document.documentElement.clientWidth];
  return [...document.querySelectorAll(`${within} :is(button, select, textarea, label, summary, a)`)]
    .filter((one) => one.checkVisibility() && !one.matches(".sr"))
    .filter((one) => one.getBoundingClientRect().left < from || one.getBoundingClientRect().right > to)
    .map((one) => one.textContent.trim() || one.id);
}"""
"""What can be pressed or filled in and stands, in part, beyond the edges of the item: nobody sees it there."""


@pytest.mark.parametrize("path", ["/bulk", "/reports"])
async def test_a_table_on_a_phone_is_rows_of_named_values_and_still_a_table(site: Site, path: str) -> None:
    world, now = site.world, site.world.clock.now()
    lead, item = world.people["lead"], await world.hear()
    job = await jobs.draft(world.log, world.brand, Orders(what="mute"), [(item, 1, None)], by=lead, now=now)
    await jobs.begin(world.log, world.brand, job, by=lead, now=now)
    report = Report(report_id=uuid.uuid4(), name="Mensuel de la direction de la marque", lang="fr")
    await store.save(world.log, world.brand, report, by=lead, now=now)
    await store.want(world.log, world.brand, report.report_id, now.date(), now.date(), by=lead, now=now)
    page = await site.open("lead", path, size=PHONE)
    tables = page.get_by_role("table")
    for table in await tables.all():
        wide = await table.locator("xpath=..").evaluate(HIDDEN_BY)
        assert wide <= 0
        heads = await table.get_by_role("columnheader").all_inner_texts()
        rows = table.get_by_role("row")
        await expect(rows).to_have_count(2)
        cells = rows.last.locator("[role=rowheader], [role=cell]")
        assert [await cell.get_attribute("data-label") for cell in await cells.all()] == heads
        said = await cells.evaluate_all("all => all.map(one => getComputedStyle(one, '::before').content)")
        assert [text.partition(" / ")[0].strip('"') for text in said] == heads
    assert await tables.count() == {"/bulk": 1, "/reports": 2}[path]


async def test_the_members_of_a_brand_are_managed_on_a_phone(site: Site) -> None:
    page = await site.open("lead", "/settings/members", size=PHONE)
    table = page.get_by_role("table")
    assert await table.locator("xpath=..").evaluate(HIDDEN_BY) <= 0
    cells = table.locator("tbody :is(th, td):not(:empty)")
    named = await cells.evaluate_all("all => all.map(one => one.dataset.label)")
    assert set(named) == set(await table.get_by_role("columnheader").all_inner_texts())


async def test_the_chart_of_the_wallboard_is_as_wide_as_its_place(site: Site) -> None:
    await site.world.hear()
    page = await site.open("lead", "/wall")
    chart = page.locator(".wall-wide .chart:visible")
    drawn = await chart.evaluate("chart => chart.querySelector('.c-axis').getBoundingClientRect().width")
    place = await page.locator(".wall-wide").evaluate("box => box.clientWidth")
    assert drawn > 0.85 * place
    phone = await site.open("lead", "/wall", size=PHONE)
    assert await phone.evaluate("document.scrollingElement.scrollWidth") == PHONE[0]
    await expect(phone.locator(".wall-wide .chart:visible")).to_have_count(1)


@pytest.mark.parametrize("size", [PHONE, TABLET, (1000, 800)], ids=["phone", "tablet", "small-desk"])
async def test_all_that_can_be_done_to_an_item_is_within_its_pane(site: Site, size: tuple[int, int]) -> None:
    item = await site.world.hear("Le robot fume", author="zoe")
    page = await site.open("owner", f"/items/{item}", size=size, lang="fr")
    for taken in (False, True):  # then the first act of the line is one with a menu
        for menu in await page.locator("#item-head details.menu > summary").all():
            await menu.click()
            assert await page.evaluate(OUTSIDE, "#item-head") == []
            assert await menu.locator("xpath=following-sibling::*").evaluate(HIDDEN_BY) <= 0
        assert await page.evaluate(OUTSIDE, "#composer") == []
        if not taken:
            await page.keyboard.press("Escape")
            await page.get_by_role("button", name="Prendre").click()
            await expect(page.get_by_role("button", name="Prendre")).to_have_count(0)
