"""Waves folded in the queue: one row stands for all, its badge counts up without anything moving, and leads there and
back."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from inbox import events as ev
from inbox.desk import Commands
from inbox.events import Author, MessageReceived
from inbox.ids import DedupeKey, ItemId
from inbox.log.record import NewEvent, item_stream
from inbox.policy import Calendar, Policy
from tests.browser.conftest import DESK, PHONE, Site
from tests.browser.test_queue import live, lower, rows, taken_in

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

WAVE = uuid.UUID(int=7)


async def joins(site: Site, author: str, *, said: bool = False) -> ItemId:
    """One more says it, and is found to be of the wave before anybody sees the item; `said`: afterwards."""
    world = site.world
    world.clock.advance(timedelta(seconds=1))
    if said:
        item = await world.hear("Tout a brûlé", author=author)
    else:
        item, now = world.item(author), world.clock.now()
        world.heard += 1
        await append(site, author, MessageReceived(
            item_id=item, channel_id="c", network="generic", kind="comment", external_id=f"m{world.heard}", sent_at=now,
            received_at=now, thread_id="t", author=Author(id=author, name=f"Nom {author}"), text="Tout a brûlé",
        ))  # fmt: skip
    await append(site, author, ev.WaveJoined(
        item_id=item, external_id=f"m{world.heard}", wave_id=WAVE, alike="words", similarity=1, at=world.clock.now()
    ))  # fmt: skip
    await world.project()
    return item


async def append(site: Site, author: str, event: ev.ItemEvent) -> None:
    subject = site.world.log.keyring.ids.subject(site.world.brand, "generic", author)
    new = NewEvent(event, item_stream(event.item_id), DedupeKey(uuid.uuid4()), subject)
    await site.world.log.append(site.world.brand, [new])


async def open_at_all_hours(site: Site) -> None:
    """Whoever spoke first is due first."""
    world = site.world
    await Commands(world.log, world.clock).change_policy(
        world.brand, Policy(calendar=Calendar()), by=world.people["owner"]
    )
    await world.project()


async def wave_of(site: Site, count: int) -> list[ItemId]:
    await open_at_all_hours(site)
    return [await joins(site, f"w{n}") for n in range(count)]


async def resolve(site: Site, item: ItemId) -> None:
    seen = (await site.world.api("GET", f"/items/{item}")).json()["position"]
    body = {"reason": "answered", "expected_position": seen}
    answer = await site.world.api("POST", f"/items/{item}/resolve", json=body)
    assert answer.status == 200, answer.text
    await site.world.project()


def row_of(page: Page, item: ItemId) -> Locator:
    return page.locator(f'#rows .row[data-id="{item}"]')


async def places(page: Page) -> object:
    return await page.evaluate(
        "[...document.querySelectorAll('#rows .row')].map((row) => [row.dataset.id, row.offsetTop])"
    )


@pytest.mark.parametrize("said", [False, True], ids=["known at once", "found later"])
async def test_a_member_more_counts_up_on_the_badge_and_moves_nothing(site: Site, said: bool) -> None:
    first, *_ = await wave_of(site, 4)
    await site.world.hear("Autre chose", author="ana")
    page = await site.open("cm", "/queue")
    await live(page)
    badge = row_of(page, first).locator(".row-wave")
    await expect(badge).to_have_text("+ 3 like this: open the wave")
    await expect(page.locator("[data-fold-count]")).to_have_text("3 folded")
    assert await rows(page) == ["Nom w0", "Nom ana"]
    before = await places(page)
    await joins(site, "late", said=said)
    await expect(badge).to_have_text("+ 4 like this: open the wave")
    await expect(page.locator("[data-fold-count]")).to_have_text("4 folded")
    await expect(page.locator("#livebar")).to_be_hidden()
    await expect(page.locator("[data-group='2'] [data-group-count]")).to_have_text("6")
    assert await places(page) == before
    await page.reload()
    await expect(badge).to_have_text("+ 4 like this: open the wave")
    assert await places(page) == before
    assert site.complaints == []


@pytest.mark.parametrize("back", ["chip", "browser"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_the_badge_opens_the_wave_and_whoever_comes_back_stands_where_they_were(
    site: Site, size: tuple[int, int], back: str
) -> None:
    await site.world.hear("Autre chose", author="ana")
    first, *others = await wave_of(site, 3)
    page = await site.open("cm", "/queue?view=waiting&q=p:2", size=size)
    await live(page)
    await row_of(page, first).locator(".row-wave").click()
    await expect(page.locator("#rows .row")).to_have_count(3)
    await expect(row_of(page, others[-1])).to_be_visible()
    await expect(page.locator("#asked")).to_contain_text("p:2 3 items")
    if back == "chip":
        await page.locator(".hintline .chip-wave").click()
    else:
        await page.go_back()
    await expect(page.locator("#rows .row")).to_have_count(2)
    await expect(row_of(page, first).locator(".row-link")).to_be_focused()
    assert site.complaints == []


async def test_every_row_is_shown_to_who_wants_it_on_any_machine(site: Site) -> None:
    await wave_of(site, 3)
    page = await site.open("cm", "/queue")
    await live(page)
    await expect(page.locator("#rows .row")).to_have_count(1)
    await page.keyboard.press("f")
    await expect(page.locator("#rows .row")).to_have_count(3)
    switch = page.get_by_role("button", name="Fold waves")
    await expect(switch).to_have_attribute("aria-pressed", "false")
    await expect(switch).to_be_focused()
    await joins(site, "late")
    await taken_in(page, 4)
    other = await site.open("cm", "/queue")
    await expect(other.locator("#rows .row")).to_have_count(4)
    colleague = await site.open("lead", "/queue")
    await expect(colleague.locator("#rows .row")).to_have_count(1)
    await switch.click()
    await expect(page.locator("#rows .row")).to_have_count(1)
    await expect(page.locator("[data-fold-count]")).to_have_text("3 folded")
    assert site.complaints == []


async def test_the_switch_keeps_the_item_open_and_what_is_written_there(site: Site) -> None:
    first, *_ = await wave_of(site, 3)
    page = await site.open("cm", "/queue")
    await live(page)
    await row_of(page, first).locator(".row-link").click()
    await expect(page.locator("#text")).to_be_visible()
    await page.keyboard.press("n")
    await page.keyboard.type("À appeler")
    await page.get_by_role("button", name="Fold waves").click()
    await expect(page.locator("#rows .row")).to_have_count(3)
    await expect(page.locator("#text")).to_have_value("À appeler")


async def test_the_next_stands_for_the_wave_once_the_list_is_put_in_order(site: Site) -> None:
    first, second, *_ = await wave_of(site, 4)
    page = await site.open("cm", "/queue")
    await live(page)
    before = await places(page)
    await resolve(site, first)
    bar = page.locator("#livebar")
    await expect(bar).to_have_text("Put the list in order ⇧ N")
    assert await places(page) == before
    await page.keyboard.press("Shift+N")
    await expect(row_of(page, second).locator(".row-wave")).to_have_text("+ 2 like this: open the wave")
    await expect(row_of(page, second).locator(".row-link")).to_be_focused()
    await expect(bar).to_be_hidden()
    assert await rows(page) == ["Nom w1"]
    await resolve(site, second)
    await expect(bar).to_be_visible()
    await page.keyboard.press("Shift+N")
    await expect(page.locator("#rows .row")).to_have_count(2)
    await expect(page.locator("[data-fold-count]")).to_be_empty()
    assert site.complaints == []


async def test_who_is_more_urgent_than_its_wave_is_announced_and_takes_the_place_of_the_first(site: Site) -> None:
    first, *others = await wave_of(site, 4)
    await lower(site, first)
    for item in others:
        await lower(site, item)
    page = await site.open("cm", "/queue")
    await live(page)
    await expect(page.locator("#rows .row")).to_have_count(1)
    await joins(site, "late")
    await expect(page.locator("#livebar")).to_contain_text("1 new urgent item")
    await page.keyboard.press("Shift+N")
    await expect(page.locator("#rows .row .row-wave")).to_have_text("+ 4 like this: open the wave")
    assert await rows(page) == ["Nom late"]
    assert site.complaints == []


async def test_three_of_a_wave_fold_while_one_looks_on(site: Site) -> None:
    first, *_ = await wave_of(site, 2)
    page = await site.open("cm", "/queue")
    await live(page)
    await page.keyboard.press("j")
    await expect(page.locator("#rows .row")).to_have_count(2)
    await joins(site, "late")
    await expect(row_of(page, first).locator(".row-wave")).to_have_text("+ 2 like this: open the wave")
    await taken_in(page, 1)
    assert await rows(page) == ["Nom w0"]


async def test_a_folded_row_is_chosen_alone_or_with_its_whole_wave(site: Site) -> None:
    first, *_ = await wave_of(site, 4)
    other = await site.world.hear("Autre chose", author="ana")
    page = await site.open("cm", "/queue")
    await live(page)
    whole = page.get_by_label("with their whole wave")
    await row_of(page, other).locator(".row-link").focus()
    await page.keyboard.press("x")
    await expect(page.locator("#selecting")).to_be_visible()
    await expect(whole).to_be_hidden()
    await row_of(page, first).locator(".row-link").focus()
    await page.keyboard.press("x")
    await whole.check()
    await page.get_by_role("button", name="See what would come of it").click()
    await page.wait_for_url("**/bulk/*")
    chosen = await site.world.pool.fetch("SELECT item_id FROM vigie.bulk_items WHERE brand_id = $1", site.world.brand)
    assert len({row["item_id"] for row in chosen}) == 5


async def test_pages_of_a_folded_list_neither_skip_nor_repeat(site: Site) -> None:
    await open_at_all_hours(site)
    alone = [f"Nom {await author(site, n)}" for n in range(60)]
    await wave_of(site, 5)
    page = await site.open("cm", "/queue")
    await expect(page.locator("#rows .row")).to_have_count(50)
    await page.locator("#more").scroll_into_view_if_needed()
    await expect(page.locator("#rows .row")).to_have_count(61)
    assert await rows(page) == [*alone, "Nom w0"]
    assert site.complaints == []


async def author(site: Site, number: int) -> str:
    site.world.clock.advance(timedelta(seconds=1))
    await site.world.hear("Encore une", author=f"a{number}")
    return f"a{number}"
