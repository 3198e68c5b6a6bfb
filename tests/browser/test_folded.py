"""Threats and slurs stay folded on every screen that the code serves, until somebody asks for them: the words of a
threat stand nowhere in a page but inside a closed fold."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

import pytest
from playwright.async_api import BrowserContext, expect

from inbox import events as ev
from inbox import trials
from inbox.comparison import Example, Report, Standing
from inbox.ids import DedupeKey, ItemId
from inbox.log.record import NewEvent, item_stream
from inbox.people import bearer, brands
from inbox.push import bundling, untold
from inbox.trials import _REPORT
from inbox.views import exposures, wave_members
from inbox.web import push_words
from inbox.web.i18n import Speech
from inbox.web.routes import Route
from tests.browser import sinks
from tests.browser.conftest import PHONE, Site
from tests.browser.test_queue import taken_in
from tests.screens import places
from tests.web.world import World

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

CANARY = "retrouverai-c4n4ry"
THREAT = f"Je te {CANARY} et je brûle ta boutique"
STANDS = f"""() => {{
  const found = [], at = (node, what) => found.push(`${{node.tagName}} ${{what}}`);
  const spared = (node) => node.closest('details.folded:not([open])') && !node.closest('summary');
  const walk = (root) => root.querySelectorAll('*').forEach((node) => {{
    if (node.content instanceof DocumentFragment) walk(node.content);
    if (spared(node)) return;
    for (const {{ name, value }} of node.attributes) if (value.includes('{CANARY}')) at(node, name);
    for (const child of node.childNodes) if (child.nodeType === 3 && child.data.includes('{CANARY}')) at(node, 'text');
    if ('value' in node && String(node.value).includes('{CANARY}')) at(node, 'value');
  }});
  walk(document);
  return found;
}}"""
"""Where the words of the threat stand outside a closed fold."""
ASKABLE = {"item", "item_author", "item_weights", "approve_by_link", "wave"}
"""Screens where the words can be asked for in place."""
LINES = {
    "queue", "item", "promises", "handover", "approvals", "waves", "wave", "bulk_job", "settings_classifier",
    "sla_turns", "sla_waiting",
}  # fmt: skip
"""Screens where a line stands for them, beside the way to the item."""


async def threatens(world: World, author: str, *, category: str = "violence") -> ItemId:
    item = await world.hear(THREAT, author=author)
    said = ev.MessageClassified(
        item_id=item, external_id=f"m{world.heard}", model="m@1", assessed=True, sentiment="negative", lang="fr",
        urgency=0.9, level=3, categories=("safety", category), at=world.clock.now(),
        reasons=tuple(
            ev.ReasonGiven(category=name, score=0.9, evidence=(CANARY,)) for name in ("safety", "legal", category)
        ),
    )  # fmt: skip
    await happens(world, item, author, [said])
    return item


async def happens(world: World, item: ItemId, author: str, told: Sequence[ev.Event]) -> None:
    subject = world.log.keyring.ids.subject(world.brand, "generic", author)
    new = [NewEvent(one, item_stream(item), DedupeKey(uuid.uuid4()), subject) for one in told]
    await world.log.append(world.brand, new)
    await world.project()


async def fill(world: World) -> tuple[ItemId, uuid.UUID]:
    """The threat on every screen that shows words: in a wave, promised, proposed, to be handed over, in a bulk draft
    and among the examples of a model on trial. Its item, and the draft."""
    now, owner = world.clock.now(), world.people["owner"]
    item = await threatens(world, "zoe")
    for author in ("ana", "bob"):
        await threatens(world, author, category="discrimination")
    later = now + timedelta(hours=2)
    proposal, reply = uuid.UUID(int=1), uuid.UUID(int=3)
    await happens(world, item, "zoe", [
        ev.ItemAssigned(item_id=item, assignee=owner, by=owner, at=now),
        ev.ReplyQueued(
            item_id=item, reply_id=reply, purpose="holding", promise_until=later, by=owner, at=now, text="Nous lisons."
        ),
        ev.ReplySending(item_id=item, reply_id=reply, attempt=1, at=now),
        ev.ReplySent(item_id=item, reply_id=reply, external_id="r1", at=now),
        ev.ReplyProposed(
            item_id=item, proposal_id=proposal, purpose="response", escalate_s=60, expires_at=later, by=owner, at=now,
            variants=("Bonjour",),
        ),
        ev.ApprovalLinkMade(
            item_id=item, link_id=uuid.UUID(int=2), proposal_id=proposal, expires_at=later, by=world.people["lead"],
            at=now, name="Me Roux", digest=bearer.digest(sinks.TOKEN).hex(),
        ),
    ])  # fmt: skip
    wave = uuid.uuid4()
    async with world.pool.acquire() as connection:
        await connection.execute(sinks.WAVED, world.brand, wave)
        await connection.execute(wave_members.sql.sum_up, world.brand, [wave])
    await world.pool.execute(sinks.WAITING, world.brand, owner)
    run = await trials.ask(world.log, world.brand, "default", since=now - timedelta(days=7), by=owner, now=now)
    moved = Example(uuid.UUID(int=item.int), "m1", Standing(3, 1), Standing(0, 4))
    report = Report(judged=1, examples=(moved,))
    await world.pool.execute(
        "UPDATE vigie.reclassifications SET state = 'tried', report = $2 WHERE run_id = $1", run,
        _REPORT.dump_json(report),
    )  # fmt: skip
    return item, await sinks.job(world, ["Bonjour"])


async def addresses(site: Site, owner: BrowserContext, item: ItemId, job: uuid.UUID) -> dict[str, str]:
    """Screen → address, of every screen that the code serves."""
    brand = str(site.world.brand)
    of_item = f"/b/{brand}/items/{item}"
    given = {
        "item": of_item, "item_author": f"{of_item}/author", "item_weights": f"{of_item}/weights",
        "item_ask_forget": f"{of_item}/forget", "approve_by_link": f"/approve/{brand}/{item}/{sinks.TOKEN}",
        "bulk_job": f"/b/{brand}/bulk/{job}", "queue": f"/b/{brand}/queue?view=all",
    }  # fmt: skip

    async def ask(_: Route, path: str) -> str | None:
        response = await owner.request.get(site.base + path)
        text = await response.text()
        return text if response.url == site.base + path and response.ok and places.is_whole(text) else None

    return {name: site.base + path for name, path in (await places.reached(brand, ask, given)).items()}


async def test_a_threat_stands_on_no_screen_outside_a_closed_fold(site: Site) -> None:
    item, job = await fill(site.world)
    context = await site.visitor("owner")
    page = await context.new_page()
    askable, lines, bare = set(), set(), dict[str, object]()
    found = await addresses(site, context, item, job)
    for screen, address in found.items():
        await page.goto(address)
        if stands := await page.evaluate(STANDS):
            bare[screen] = stands
        if CANARY in await page.content():
            askable.add(screen)
            assert await page.locator("details.folded[open]").count() == 0
        if await page.locator(".folded-line").count():
            lines.add(screen)
    assert bare == {}
    assert (askable, lines - {"design"}) == (ASKABLE, LINES)
    assert {"notices", "sla", "agreement", "freezes", "settings_quarantine", "reports"} <= found.keys()
    assert site.complaints == []


async def test_the_queue_folds_a_threat_as_it_arrives_and_when_it_is_looked_for(site: Site) -> None:
    for number, lang, line in (
        (1, "en", "Words folded: threat of violence. Open to read."),
        (2, "fr", "Mots repliés\u202f: menace de violence. Ouvrir pour lire."),
    ):
        page = await (await site.visitor("cm", lang=lang, size=PHONE)).new_page()
        await page.goto(site.path("/queue?view=all"))
        item = await threatens(site.world, f"zoe-{lang}")
        await taken_in(page, number)
        row = page.locator(f'.row[data-id="{item}"]')
        await expect(row.locator(".row-text")).to_have_text(line)
        assert await page.evaluate(STANDS) == []
        await page.goto(site.path(f"/queue?view=all&q={CANARY}"))
        await expect(row.locator(".row-text")).to_have_text(line)
        assert CANARY not in await row.inner_text()
        await page.keyboard.press("Control+k")
        await page.keyboard.type("zoe")
        await expect(page.locator("#palette-list [role=option]").first).to_contain_text(line[:12])
        assert CANARY not in await page.locator("#palette-list").inner_html()
    assert site.complaints == []


async def test_who_asks_for_the_words_of_a_wave_is_counted_as_in_the_thread(site: Site) -> None:
    world = site.world
    await fill(world)
    wave = await world.pool.fetchval("SELECT wave_id FROM vigie.waves WHERE brand_id = $1", world.brand)
    page = await site.open("cm", f"/waves/{wave}")
    fold = page.locator("details.folded")
    await expect(fold.get_by_text(CANARY)).to_be_hidden()
    async with page.expect_response("**/opened"):
        await fold.locator("summary").press("Enter")
    await expect(fold.get_by_text(CANARY)).to_be_visible()
    async with world.pool.acquire() as connection:
        (one,) = await exposures.of_brand(connection, world.brand, world.clock.now().date() + timedelta(days=1))
    assert (one.member, one.month) == (world.people["cm"], 1)


async def test_a_message_to_a_device_folds_a_threat_and_offers_no_answer_to_it(site: Site) -> None:
    world = site.world
    item = await threatens(world, "zoe")
    async with world.pool.acquire() as connection:
        (told,) = await untold._items(connection, world.brand, [item])
    brand, say = await brands.get(world.log, world.brand), Speech("en")
    message = push_words.message(bundling.bundle([told]), brand, world.people["cm"], "words", say, acts=True)
    assert message["body"] == "Nom zoe: Words folded: threat of violence. Open to read."
    assert [one["action"] for one in message["actions"]] == ["take"]


async def test_machines_get_all_words_whole(site: Site) -> None:
    item = await threatens(site.world, "zoe")
    one, listed = await site.world.api("GET", f"/items/{item}"), await site.world.api("GET", "/items")
    assert THREAT in one.text
    assert THREAT in listed.text
