"""Whoever was cut off, for however long and whatever happened meanwhile, sees what a reload shows: rows, their order,
figures, and the open item.

Eight random cuts in every build; `make cuts` makes a hundred (VIGIE_CUTS, VIGIE_CUTS_SEED). In some the line is gone
and the browser knows it, in others only the stream is torn; more comes meanwhile than a stream keeps at hand.
"""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import os
import random
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest
from playwright.async_api import BrowserContext, Page, TimeoutError, expect

from inbox import events as ev
from inbox.ids import DedupeKey, ItemId
from inbox.log import eras
from inbox.log.record import NewEvent, item_stream
from inbox.views.rebuild import rebuild
from inbox.web import live, tail
from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

CUTS = int(os.environ.get("VIGIE_CUTS", "8"))
SEED = int(os.environ.get("VIGIE_CUTS_SEED", "1"))
FEW, MOST = 12, 40
"""Items at first, and how many there are at most: all of them are on one page."""
SETTLED_S = 30
SETTLED_MS = SETTLED_S * 1000
LISTS = (
    "waiting",
    "waiting",
    "urgent",
    "mine",
    "all",
    "resolved",
    "all&q=fume",
    "waiting&q=lang%3Afr",
    "urgent&q=-lang%3Aen",
)
WORDS = ("La batterie fume", "Bonjour", "Ma commande n'est pas là, et personne ne répond depuis trois jours", "Merci !")
CATEGORIES: tuple[tuple[str, ...], ...] = (("safety",), ("legal", "press"), ())
LEVELS = (0, 1, 2, 3)
WAVES = tuple(uuid.UUID(int=number) for number in (1, 2, 2, 2))
"""One of them folds as soon as three are in it."""
DOUBTS = ((ev.ReasonGiven(category="safety", score=0.06),), (ev.ReasonGiven(category="safety", score=0.9),), ())
"""In P1 a suspicion, and two sure ones."""
HERE = "#live-state .presence[data-is=here]"
SHOWN = """() => {
  const said = (node) => {
    const copy = node.cloneNode(true);
    // What ticks is told by its state; how long something has lasted is as old as its last change.
    for (const clock of copy.querySelectorAll('.clock, .clock-l, .chip-promise'))
      clock.textContent = clock.dataset.state;
    for (const gone of copy.querySelectorAll('.row-people, input[type=hidden], svg')) gone.remove();
    const words = [], texts = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) words.push(texts.currentNode.data);
    const lasted = /\\d+\\u00a0(s|min|h|d)(\\u00a0\\d+(\\u00a0h)?)?/g;
    return words.join(' ').replace(lasted, '…').replace(/\\s+/g, ' ').trim();
  };
  const rows = [...document.querySelectorAll('#rows .row')].map((row) => [
    row.dataset.id, row.closest('[data-group]').dataset.group, row.dataset.p, row.dataset.status, row.dataset.position,
    row.matches('.is-ghost'), row.matches('.is-gone'), row.ariaPosInSet, row.ariaSetSize,
    row.getAttribute('aria-current'), row.dataset.fold, said(row),
  ].join(' | '));
  const counts = [...document.querySelectorAll('[data-count]')].map(
    (place) => `${place.dataset.count} ${place.textContent} ${place.hidden}`);
  const groups = [...document.querySelectorAll('#rows [data-group]:not([hidden])')].map(
    (group) => said(group.querySelector('.group')));
  const item = ['#item-head', '#item-body'].map((part) => document.querySelector(part)).filter(Boolean).map(said);
  const folded = document.querySelector('[data-fold-count]')?.textContent;
  return JSON.stringify({ rows, counts, groups, folded, item, title: document.title }, null, 1);
}"""
"""All that is compared, in words that a person can tell apart."""
AS_SHOWN = f"""(other) => {{
  if (document.querySelector('#livebar:not([hidden])')) document.querySelector('#livebar').click();
  return ({SHOWN})() === other;
}}"""


@dataclass
class Storm:
    site: Site
    dice: random.Random
    items: dict[ItemId, str] = field(default_factory=dict)
    """Their authors."""
    said: dict[ItemId, str] = field(default_factory=dict)
    """The last message of each."""

    async def hear(self, author: str | None = None) -> None:
        world = self.site.world
        item = await world.hear(self.dice.choice(WORDS), author=author or f"a{len(self.items)}")
        self.items.setdefault(item, author or f"a{len(self.items)}")
        self.said[item] = f"m{world.heard}"

    async def blow(self, times: int) -> None:
        for _ in range(times):
            self.site.world.clock.advance(timedelta(milliseconds=self.dice.randrange(1, 900)))
            if len(self.items) < MOST and self.dice.random() < 0.12:
                await self.hear()
            elif self.dice.random() < 0.15:
                await self.hear(self.dice.choice(list(self.items.values())))
            else:
                await self.append(self._one())
            if self.dice.random() < 0.7:
                await self.site.world.project()
        await self.site.world.project()

    async def append(self, event: ev.Event) -> None:
        world, item = self.site.world, cast(Any, event).item_id
        subject = world.log.keyring.ids.subject(world.brand, "generic", self.items[item])
        new = NewEvent(event, item_stream(item), DedupeKey(uuid.uuid4()), subject)
        await world.log.append(world.brand, [new])

    def _one(self) -> ev.Event:
        dice, people, at = self.dice, self.site.world.people, self.site.world.clock.now()
        item, by = dice.choice(list(self.items)), dice.choice([people["lead"], people["cm"]])
        told: list[ev.Event] = [
            ev.ItemAcknowledged(item_id=item, by=by, at=at),
            ev.ItemAssigned(item_id=item, assignee=dice.choice([by, None]), by=by, at=at),
            ev.ItemResolved(item_id=item, by=by, at=at),
            ev.ItemReopened(item_id=item, by=by, at=at),
            ev.PriorityOverridden(item_id=item, priority=dice.choice([1, 2, 3, 4, None]), by=by, at=at),
            ev.CategoriesCorrected(item_id=item, categories=dice.choice(CATEGORIES), by=by, at=at),
            ev.LanguageCorrected(item_id=item, lang=dice.choice(["fr", "en", None]), by=by, at=at),
            ev.NoteAdded(item_id=item, note_id=uuid.UUID(int=dice.getrandbits(128)), by=by, at=at, text="vu"),
            *[
                ev.WaveJoined(
                    item_id=item, external_id=self.said[item], wave_id=dice.choice(WAVES), alike="words", similarity=1,
                    at=at,
                )
                for _ in range(4)
            ],
            ev.AuthorMuted(item_id=item, by=by, at=at),
            ev.AuthorUnmuted(item_id=item, by=by, at=at),
            ev.MessageEdited(
                item_id=item, channel_id="c", external_id=self.said[item], sent_at=at, received_at=at,
                text=dice.choice(WORDS),
            ),
            ev.MessageWithdrawn(item_id=item, channel_id="c", external_id=self.said[item], sent_at=at, received_at=at),
            ev.MessageClassified(
                item_id=item, external_id=self.said[item], model="m@1", assessed=True, sentiment="negative", lang="fr",
                urgency=0.5, level=dice.choice(LEVELS), categories=dice.choice(CATEGORIES), at=at,
                reasons=dice.choice(DOUBTS),
            ),
        ]  # fmt: skip
        return dice.choice(told)


@asynccontextmanager
async def cut(site: Site, context: BrowserContext, page: Page, how: str) -> AsyncIterator[None]:
    """The stream is gone within, and back afterwards."""
    if how == "offline":
        await context.set_offline(True)
    else:
        await page.route("**/live?*", lambda route: route.abort())
    for stream, _ in site.world.app[live.HUB]._tails.values():
        for watcher in tuple(stream.watchers):
            watcher.end("slow")
    await expect(page.locator("#offline")).to_be_visible(timeout=SETTLED_MS)
    yield
    if how == "offline":
        await context.set_offline(False)
    else:
        await page.unroute("**/live?*")
        await page.locator("[data-reconnect]").click()


async def settled(page: Page, other: Page, address: str) -> None:
    """What a reload shows, in another page; and then the first one shows just that."""
    await expect(page.locator(HERE)).to_be_attached(timeout=SETTLED_MS)
    await other.goto(address)
    await expect(other.locator(HERE)).to_be_attached(timeout=SETTLED_MS)
    for _ in range(SETTLED_S):
        expected = await other.evaluate(SHOWN)  # anew: its figures, too, may be a second old
        with contextlib.suppress(TimeoutError):
            await page.wait_for_function(AS_SHOWN, arg=expected, timeout=1000, polling=100)
            return
    shown, loaded = [str(await one.evaluate(SHOWN)).splitlines() for one in (page, other)]
    assert "\n".join(difflib.unified_diff(shown, loaded, "cut off", "loaded", n=0, lineterm="")) == ""


async def test_a_page_that_was_cut_off_shows_what_a_reload_shows(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "REMEMBERED", 20)  # a span outlasts what is at hand, as ten minutes do in life
    storm = Storm(site, random.Random(SEED))
    for _ in range(FEW):
        await storm.hear()
    context = await site.visitor("cm")
    page, other = await context.new_page(), await (await site.visitor("cm")).new_page()
    for number in range(CUTS):
        storm.dice = random.Random(f"{SEED} {number}")
        how, shown = storm.dice.choice(["offline", "torn"]), storm.dice.choice(LISTS)
        item = f"/items/{storm.dice.choice(list(storm.items))}" if storm.dice.random() < 0.6 else "/queue"
        address = site.path(f"{item}?view={shown}")
        print(f"cut {number} of seed {SEED}: {how}, {address}")
        await page.goto(address)
        await expect(page.locator(HERE)).to_be_attached(timeout=SETTLED_MS)
        await storm.blow(storm.dice.randrange(8))
        async with cut(site, context, page, how):
            await storm.blow(storm.dice.choice([2, 10, 60]))
        await storm.blow(storm.dice.randrange(8))
        await settled(page, other, address)


async def test_who_was_away_while_the_views_were_rebuilt_sees_what_they_are_now(site: Site) -> None:
    """No event speaks of it: only the count of rebuilds tells."""
    world = site.world
    item = await world.hear(author="zoe")
    await rebuild(world.log, world.brand)
    await world.pool.execute(
        "UPDATE vigie.items SET card = convert_to(replace(convert_from(card, 'UTF8'), '\"priority\":2',"
        " '\"priority\":3'), 'UTF8'), priority = 3 WHERE item_id = $1",
        item,
    )
    context = await site.visitor("cm")
    page = await context.new_page()
    await page.goto(site.path("/queue"))
    await expect(page.locator(HERE)).to_be_attached()
    row = page.locator(f'.row[data-id="{item}"]')
    await expect(row).to_have_attribute("data-p", "3")
    async with cut(site, context, page, "offline"):
        await rebuild(world.log, world.brand)
        await until_unwatched(site)
    await expect(row).to_have_attribute("data-p", "2", timeout=SETTLED_MS)


async def test_who_was_away_while_the_log_went_back_to_another_past_starts_anew(site: Site) -> None:
    world = site.world
    await world.hear(author="zoe")
    restored = await world.log.head(world.brand)
    context = await site.visitor("cm")
    page = await context.new_page()
    await page.goto(site.path("/queue"))
    await expect(page.locator(HERE)).to_be_attached()
    await world.hear(author="gone")
    await expect(page.locator("#livebar:not([hidden]), #rows .row:nth-child(2)").first).to_be_attached()
    await page.evaluate("window.before = true")
    async with cut(site, context, page, "offline"):
        async with world.pool.acquire() as connection:
            await eras.begin(connection, world.brand, now=world.clock.now())
        await world.pool.execute("UPDATE vigie.eras SET position = $2 WHERE brand_id = $1", world.brand, restored)
        await until_unwatched(site)
    await page.wait_for_function("() => window.before === undefined", timeout=SETTLED_MS)
    await expect(page.locator("#rows .row")).to_have_count(2)


async def until_unwatched(site: Site) -> None:
    """The tail is let go with the last who watched, and a new one reads what there is now."""
    while site.world.app[live.HUB]._tails:
        await asyncio.sleep(0.05)
