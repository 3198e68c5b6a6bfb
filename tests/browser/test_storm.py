"""Ten thousand open items: the list shows what is near, goes on by itself, and nothing moves under the hand."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Site
from tests.browser.test_queue import live

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

MANY = 10_000
COPIES = """
INSERT INTO vigie.items (
  brand_id, item_id, position, subject_id, channel_id, network, status, priority, rank_due_at, lang, assignee,
  ack_due_at, response_due_at, warn_at, next_alarm_at, missed, scored, to_score, uncertain, words, card, state,
  heard_at)
SELECT i.brand_id, n.id, i.position, i.subject_id, i.channel_id, i.network, i.status, i.priority,
  i.rank_due_at + n.n * interval '1 millisecond', i.lang, i.assignee, i.ack_due_at, i.response_due_at, i.warn_at, NULL,
  i.missed, i.scored, false, i.uncertain, i.words,
  convert_to(replace(convert_from(i.card, 'UTF8'), i.item_id::text, n.id::text), 'UTF8'), i.state, i.heard_at
FROM vigie.items i CROSS JOIN (SELECT n, md5(n::text)::uuid AS id FROM generate_series(1, $3::int) n) n
WHERE i.brand_id = $1 AND i.item_id = $2
"""


async def test_ten_thousand_items_are_walked_by_one_key(site: Site) -> None:
    item = await site.world.hear("La batterie fume", author="zoe")
    await site.world.pool.execute(COPIES, site.world.brand, item, MANY - 1)
    page = await site.open("cm", "/queue")
    await live(page)
    first = page.locator("#rows .row").first
    await expect(first).to_have_attribute("aria-setsize", str(MANY))
    assert await page.locator("#rows .row").count() <= 150
    shown = await page.locator("#rows .row").count()
    await page.keyboard.press("G")
    await page.wait_for_function("before => document.querySelectorAll('#rows .row').length > before", arg=shown)
    at = await page.evaluate("document.activeElement.closest('.row').ariaPosInSet")
    await page.keyboard.press("j")
    assert await page.evaluate("document.activeElement.closest('.row').ariaPosInSet") == str(int(at) + 1)
    stood = await page.evaluate("document.activeElement.getBoundingClientRect().top")
    await site.world.hear("Le feu, encore", author="bob")
    await expect(page.locator("#list [data-count=waiting]")).to_have_text("10,001")
    assert await page.evaluate("document.activeElement.getBoundingClientRect().top") == stood
    await page.goto(site.path("/queue?q=batterie+since%3A1h"))
    await expect(page.locator("[data-matching]")).to_have_text("10,000 items")
    assert site.complaints == []
