"""Three hundred scripts in every field that somebody outside or inside can fill, on every screen that shows it: nothing
runs, nothing is fetched, nothing of it becomes an element or an attribute.

One page holds many scripts, so that it takes seconds: what ran or was asked for carries its number.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, Request, expect

from inbox import events as ev
from inbox.ids import ChannelId, ItemId, dedupe_key
from inbox.log.record import NewDelivery, NewEvent
from inbox.people import brands, members, tokens, wall_links
from inbox.web.routes import Route
from tests.browser import sinks
from tests.browser.conftest import Site
from tests.browser.scripts import CANARY, scripts
from tests.screens import places
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
WORDLESS = frozenset(
    {
        "account", "agreement", "ask_first_password", "bulk", "design", "devices", "guide", "item_ask_forget",
        "item_weights", "keys", "offline", "promises", "record", "report", "settings", "settings_brand",
        "settings_channel", "settings_classifier", "settings_new_channel", "settings_policy", "settings_translation",
        "sla_turns", "wall", "wall_by_link",
    }
)  # fmt: skip
"""A numbered script need not stand there: nobody's words, or those of one who wrote without a number."""
UNSEEN = frozenset({"sign_in", "sign_in_link"})
"""Of nobody's words, and not for who is signed in."""


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

    async def calm(self, where: str, own: Sequence[str] = ()) -> None:
        """*own*: what of the kind of an intruder we put there ourselves."""
        assert await self.page.evaluate(INTRUDERS) == list(own), where
        assert await self.page.evaluate("window.ran") is None, where
        assert await self.page.evaluate("window.broken") == [], where
        assert self.said == [], where


async def addresses(site: Site, owner: BrowserContext, item: ItemId, job: uuid.UUID, wall: str) -> dict[str, str]:
    """Screen → address, of every screen that the code serves; and some of them otherwise."""
    base, brand = f"/b/{site.world.brand}", str(site.world.brand)
    given = {
        "item": f"{base}/items/{item}", "item_author": f"{base}/items/{item}/author",
        "item_weights": f"{base}/items/{item}/weights", "item_ask_forget": f"{base}/items/{item}/forget",
        "approve_by_link": f"/approve/{brand}/{item}/{sinks.TOKEN}", "bulk_job": f"{base}/bulk/{job}",
        "wall_by_link": f"/wall/{brand}/{wall}",
        "queue": f"{base}/queue?q=%3Cscript%3Ewindow.ran%3D1%3C/script%3E%22onfocus%3D1&view=all",
        "sla_turns": f"{base}/sla/turns?ack=due",
    }  # fmt: skip

    async def ask(_: Route, path: str) -> str | None:
        response = await owner.request.get(site.base + path)
        text = await response.text()
        return text if response.url == site.base + path and response.ok and places.is_whole(text) else None

    found = await places.reached(brand, ask, given)
    assert {screen.name for screen in places.screens()} - found.keys() == UNSEEN
    found |= {"who is left out": f"{base}/bulk/{job}?state=excluded"}
    return {name: site.base + path for name, path in found.items()}


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


async def saved_and_opened(site: Site, context: BrowserContext, file: Path) -> None:
    """A report as somebody keeps it: opened from a disk no header of ours guards it."""
    made = await context.request.get(site.path("/reports"))
    issue = re.search(r"/reports/made/[\w-]+", await made.text())
    assert issue is not None
    report = await context.request.get(site.path(issue[0][issue[0].index("/reports") :] + "/html"))
    assert "canary.invalid" in await report.text()
    file.write_bytes(await report.body())
    page = await context.new_page()
    watch = Watch(page, "file:")
    await page.goto(file.as_uri())
    await watch.calm("a report that was saved", own=["STYLE"])
    await page.close()


async def test_no_script_in_any_field_runs_on_any_screen(site: Site, tmp_path: Path) -> None:
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
    wall = await wall_links.create(
        world.log, world.brand, name=texts[0][:60], lang="en", by=world.people["owner"], now=world.clock.now()
    )
    await sinks.fill(world, item, texts, nameable(texts))
    job = await sinks.job(world, texts)
    silent = set()
    for screen, address in (await addresses(site, context, item, job, wall)).items():
        await watch.see(address)
        if not NUMBERED.search(await page.content()):
            silent.add(screen)
    await opened_by_hand(site, page, watch, item)
    await saved_and_opened(site, context, tmp_path / "report.html")
    for table in ("/sla.csv", "/agreement.csv", "/corrections.jsonl"):
        answer = await context.request.get(site.path(table))
        assert (answer.status, answer.headers["content-disposition"].partition(";")[0]) == (200, "attachment"), table
    assert site.complaints == []
    assert silent <= WORDLESS, " ".join(sorted(silent - WORDLESS))
    await context.close()
