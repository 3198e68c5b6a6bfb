"""Three hundred scripts in every field that somebody outside or inside can fill, on every screen that shows it: nothing
runs, nothing is fetched, nothing of it becomes an element or an attribute.

One page holds many scripts, so that it takes seconds: what ran or was asked for carries its number.
"""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.async_api import Page, Request, expect

from inbox import events as ev
from inbox.ids import BrandId, ChannelId, ItemId, dedupe_key
from inbox.log.record import NewDelivery, NewEvent
from inbox.people import brands, members, tokens
from tests.browser import sinks
from tests.browser.conftest import Site
from tests.browser.scripts import CANARY, scripts
from tests.web.world import ALL_RIGHTS, World

pytestmark = pytest.mark.browser
LISTEN = """
window.broken = [];
document.addEventListener('securitypolicyviolation', event => window.broken.push(event.violatedDirective));
"""
INTRUDERS = """() => [...document.querySelectorAll('*')].flatMap(node => [
  ...node.getAttributeNames().filter(name => /^on|^srcdoc$|^hx-on|^xlink/.test(name))
    .map(name => node.tagName + ' ' + name),
  ...(/^(IFRAME|OBJECT|EMBED|BASE|STYLE|MATH|ANIMATE)$/.test(node.tagName) ? [node.tagName] : []),
  ...['href', 'src', 'action', 'formaction', 'poster', 'data-url']
    .filter(name => /^\\s*(javascript|data:text|vbscript)/i.test(node.getAttribute(name) || ''))
    .map(name => node.tagName + ' ' + name),
])"""
"""What no page of ours holds: handlers, frames, addresses that run."""
PATIENCE_MS = 120_000.0
"""Nothing here is about speed."""
NAMES = 60
"""Members, tokens, channels and views of hostile names: they are few in life, and cost a commit each."""
NUMBERED = re.compile(r"canary\.invalid/\d")
"""A script stands there, as words."""
WORDLESS = (
    "/waves", "/agreement", "/weights", "/record", "/settings/brand", "/sla/turns?ack=due", "/forget",
    "/settings/policy",
)  # fmt: skip
"""No numbered script stands there here."""


def heard(world: World, thread: str, author: str, number: int, text: str) -> NewEvent:
    now, brand = world.clock.now(), world.brand
    item = world.log.keyring.ids.item(brand, ChannelId("c"), thread, author)
    message = ev.MessageReceived(
        item_id=item, channel_id="c", network="generic", kind="comment", external_id=f"{thread}{number}",
        sent_at=now, received_at=now, thread_id=thread, title=text, text=f"urgent {text}",
        permalink=text, author=ev.Author(id=author, name=text[:200], handle=text[:200], followers=9, avatar_url=text),
        attachments=(ev.Attachment(url=text, content_type=text[:80], bytes=3, name=text[:200]),),
    )  # fmt: skip
    subject = world.log.keyring.ids.subject(brand, "generic", author)
    return NewEvent(message, str(item), dedupe_key("received", str(brand), thread, str(number)), subject)


async def fill(world: World, texts: list[str]) -> ItemId:
    """Every script in every field of an author of its own, all of them in one thread, with a note each; and in the
    names that members give. The item of the thread."""
    item = world.log.keyring.ids.item(world.brand, ChannelId("c"), "long", "one")
    rows = [heard(world, f"t{n}", f"a{n}", n, text) for n, text in enumerate(texts)]
    thread = [heard(world, "long", "one", n, text) for n, text in enumerate(texts)]
    subject = world.log.keyring.ids.subject(world.brand, "generic", "one")
    notes = [
        NewEvent(
            ev.NoteAdded(item_id=item, note_id=uuid.uuid4(), by=world.people["cm"], at=world.clock.now(), text=text),
            str(item), dedupe_key("note", str(n)), subject,
        )
        for n, text in enumerate(texts)
    ]  # fmt: skip
    bodies = [
        NewDelivery(uuid.uuid4(), "c", world.clock.now(), text.encode(), text[:80], "quarantined", text[:200])
        for text in texts
    ]
    for batch in (rows, thread, notes):
        await world.log.append(world.brand, batch)
    await world.log.append(world.brand, [heard(world, "raw", "raw", 0, "x")], deliveries=bodies)
    await world.project()
    await name(world, texts)
    return item


def nameable(texts: list[str]) -> list[str]:
    """Those that a name may be: members and channels are few in life, and cost a commit each."""
    return [
        text.replace("\x01", "").replace("\x0c", " ").replace("\t", " ")[:100] for text in texts[:: len(texts) // NAMES]
    ]


async def name(world: World, texts: list[str]) -> None:
    now, owner = world.clock.now(), world.people["owner"]
    for n, text in enumerate(nameable(texts)):
        await members.add(world.log, world.brand, email=f"m{n}@t.test", name=text, role="cm", by=owner, now=now)
        await tokens.create(world.log, world.brand, name=text, rights=ALL_RIGHTS[:1], by=owner, now=now)
        await world.deps.channels.add(world.brand, network="generic", name=text, secrets={"secret": "x"}, by=None)
    await world.pool.executemany(
        "INSERT INTO vigie.set_aside VALUES ($1, $2, $3, $4, now())",
        [(world.brand, "deliver", n + 1, text) for n, text in enumerate(texts) if "\x00" not in text],
    )
    await world.pool.executemany(
        "INSERT INTO vigie.spool_aside VALUES ($1, 5, $2, $3, now(), $3)",
        [(world.brand, n + 1, text) for n, text in enumerate(texts) if "\x00" not in text],
    )
    title = "</title><script>window.ran=9</script><img src=https://canary.invalid/ onerror=alert(9)>"
    await brands.change(world.log, world.brand, name=title, zone="Europe/Paris", by=owner, now=now)
    await world.project()


class Watch:
    """What a page must not do, as it happens."""

    def __init__(self, page: Page, own: str) -> None:
        self.page, self.own, self.said = page, own, list[str]()
        page.on("request", self._request)
        page.on("dialog", self._dialog)

    def _request(self, asked: Request) -> None:
        if not asked.url.startswith((self.own, "data:image/")):
            self.said.append(f"request {asked.url}")

    async def _dialog(self, box: object) -> None:
        self.said.append(f"dialog {box}")

    async def see(self, address: str) -> None:
        response = await self.page.goto(address)
        assert response is not None
        assert response.status == 200, (address, response.status)
        await self.calm(address)

    async def calm(self, where: str) -> None:
        assert await self.page.evaluate(INTRUDERS) == [], where
        assert await self.page.evaluate("window.ran") is None, where
        assert await self.page.evaluate("window.broken") == [], where
        assert self.said == [], where


def addresses(site: Site, brand: BrandId, item: ItemId, job: uuid.UUID) -> list[str]:
    return [f"{site.base}/approve/{brand}/{item}/{sinks.TOKEN}"] + [
        site.path(rest)
        for rest in (
            f"/items/{item}", f"/items/{item}/forget", f"/items/{item}/weights", "/sla", "/sla/turns?ack=due",
            "/queue?q=%3Cscript%3Ewindow.ran%3D1%3C/script%3E%22onfocus%3D1&view=all", "/waves", "/agreement",
            "/record", "/settings/brand", "/settings/channels", "/settings/quarantine", "/settings/set-aside",
            "/settings/members", "/settings/tokens", "/settings/subscriptions", "/settings/policy",
            f"/items/{item}/author", "/walls", "/approvals", "/freezes", "/notices", "/views",
            f"/bulk/{job}", f"/bulk/{job}?state=excluded", "/settings/wordings", "/settings/history",
            "/settings/exposure", "/settings/retention", "/settings/approval",
        )
    ]  # fmt: skip


async def opened_by_hand(site: Site, page: Page, watch: Watch, item: ItemId) -> None:
    """What a module puts onto the page after it was loaded: prepared words, offers of the search, the palette."""
    await page.goto(site.path(f"/items/{item}"))
    assert CANARY in await page.inner_text("main")  # the words are there, as words
    await page.keyboard.press("w")
    await expect(page.locator("#wording-list [role=option]", has_text="canary").first).to_be_visible(
        timeout=PATIENCE_MS
    )
    await watch.calm("prepared words")
    await page.goto(site.path("/queue?view=all"))
    async with page.expect_response("**/queue/words"):
        await page.locator("#q").focus()
    await page.keyboard.type("channel:")
    await expect(page.locator("#q-offers-0")).to_be_visible(timeout=PATIENCE_MS)
    await watch.calm("offers of the search")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("canary")
    await expect(page.locator("#palette-list [role=option]", has_text="canary").first).to_be_visible(
        timeout=PATIENCE_MS
    )
    await watch.calm("the palette")


async def test_no_script_in_any_field_runs_on_any_screen(site: Site) -> None:
    texts, world = scripts(), site.world
    assert len(set(texts)) >= 300
    item = await fill(world, texts)
    context = await site.visitor("owner")
    await context.add_init_script(LISTEN)
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    watch = Watch(page, site.base)
    await watch.see(site.path("/queue?view=all"))
    while await page.locator("#more").count():
        more = await page.locator("#more").get_attribute("href")
        await watch.see(site.base + str(more))
    await world.hear(texts[0], author="<img src=x onerror=window.ran=0>late")  # and one that comes by the stream
    await watch.calm("the stream")
    await sinks.fill(world, item, texts, nameable(texts))
    job = await sinks.job(world, texts)
    silent = set()
    for address in addresses(site, world.brand, item, job):
        await watch.see(address)
        if not NUMBERED.search(await page.content()):
            silent.add(address)
    await opened_by_hand(site, page, watch, item)
    for table in ("/sla.csv", "/agreement.csv", "/corrections.jsonl"):
        answer = await context.request.get(site.path(table))
        assert (answer.status, answer.headers["content-disposition"].partition(";")[0]) == (200, "attachment"), table
    assert site.complaints == []
    assert {address for address in silent if not address.endswith(WORDLESS)} == set()
    await context.close()
