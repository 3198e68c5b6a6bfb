"""Many at once, by keyboard alone: prepared words beside an answer, rows chosen, what would come of it, the report."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from inbox import wordings
from inbox.bulk import jobs
from inbox.bulk.orders import Orders
from inbox.events import MessageReceived, ReplyQueued
from inbox.wording import Draft, Variant
from services.channels import registry
from services.workers.bulk import Bulk
from tests.browser.conftest import DESK, PHONE, Site
from tests.browser.rules import OPTIONS
from tests.browser.test_queue import live

pytestmark = [pytest.mark.browser, pytest.mark.postgres]


async def accessible(page: Page) -> None:
    found = (await Axe().run(page, options=OPTIONS)).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


async def test_rows_are_chosen_foretold_and_written_to_by_keyboard(site: Site) -> None:
    world = site.world
    draft = Draft(title="Panne", variants=(Variant(text="Bonjour {name|à vous}, nous y travaillons."),), approved=True)
    await wordings.create(
        world.log, world.brand, draft, networks=(), by=int(world.people["lead"]), now=world.clock.now()
    )  # fmt: skip
    for author in ("ana", "bob", "zoe"):
        await world.hear("Ma box est en panne", author=author)
    page = await site.open("cm", "/queue")
    await live(page)
    await page.keyboard.press("j")
    await page.keyboard.press("x")
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await page.keyboard.press("Shift+X")
    await expect(page.locator("[data-selected]")).to_have_text("3 chosen")
    await accessible(page)
    await page.get_by_label("What is to be done").focus()
    await page.keyboard.press("w")
    await expect(page.get_by_label("What is to be done")).to_have_value("reply")
    await page.get_by_role("button", name="See what would come of it").press("Enter")
    await page.wait_for_url("**/bulk/*")
    await page.get_by_label("Take the words of a wording").select_option(label="Panne ✓")
    await page.get_by_role("button", name="Show what would come of it").press("Enter")
    await expect(page.get_by_text("Bonjour Nom, nous y travaillons.").first).to_be_visible()
    await accessible(page)
    await page.locator("#bulk-begin").press("Enter")
    await expect(page.get_by_role("button", name="Stop")).to_be_visible()
    await Bulk(world.log, world.deps.channels, registry.networks(), world.clock, rest=False).look()
    await world.project()
    await expect(page.get_by_role("button", name="Write to the same people again…")).to_be_visible()
    assert len([r for r in await world.log.read(world.brand) if isinstance(r.event, ReplyQueued)]) == 3
    assert site.complaints == []


async def test_prepared_words_are_chosen_by_keyboard_and_gaps_are_said(site: Site) -> None:
    world = site.world
    for title, text in (("Retard", "Bonjour, commande {order} ?"), ("Merci", "Merci !")):
        draft = Draft(title=title, variants=(Variant(text=text),))
        await wordings.create(
            world.log, world.brand, draft, networks=(), by=int(world.people["lead"]), now=world.clock.now()
        )  # fmt: skip
    item = await world.hear("Où est mon colis ?")
    page = await site.open("cm", f"/items/{item}", size=PHONE)
    await live(page)
    await page.keyboard.press("w")
    offered = page.get_by_role("listbox", name="Wordings").get_by_role("option")
    await expect(offered).to_have_count(2)
    await page.keyboard.type("retard")
    await expect(offered).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.locator("#text")).to_have_value("Bonjour, commande {order} ?")
    await expect(page.locator("#wording-gaps")).to_have_text("Still to fill in: {order}")
    await page.keyboard.type("A-12345")
    await expect(page.locator("#text")).to_have_value("Bonjour, commande A-12345 ?")
    await expect(page.locator("#wording-gaps")).to_be_hidden()
    assert site.complaints == []


@pytest.mark.parametrize("size", [DESK, PHONE])
@pytest.mark.parametrize("lang", ["en", "fr"])
async def test_what_chosen_rows_are_about_is_ticked_and_seen_before_it_is_set(
    site: Site, size: tuple[int, int], lang: str
) -> None:
    world = site.world
    await world.hear("Plus de réseau")
    await world.hear("Toujours rien", author="bob")
    heard = [r for r in await world.log.read(world.brand) if isinstance(r.event, MessageReceived)]
    chosen = [(r.event.item_id, r.position, None) for r in heard if isinstance(r.event, MessageReceived)]
    cm = int(world.people["cm"])
    job = await jobs.draft(world.log, world.brand, Orders(what="tag"), chosen, by=cm, now=world.clock.now())
    page = await site.open("cm", f"/bulk/{job}", size=size, lang=lang)
    await page.locator('[name="category"][value="outage"]').press("Space")
    await page.locator('form[action$="/orders"] button').press("Enter")
    then = {"en": "Then: outage.", "fr": "Ensuite\u202f: panne."}[lang]
    await expect(page.get_by_text(then)).to_have_count(2)
    await expect(page.locator("#bulk-begin")).to_contain_text("(2)")
    assert await page.evaluate("document.scrollingElement.scrollWidth") == size[0]
    await accessible(page)
    assert site.complaints == []
