"""Reading other languages in a browser: by itself, on the device, where it can; else by the brand's service. The words
stay, and a draft that was translated is looked at before it leaves.

Chromium without a head has no models and waits for them for ever: `TRANSLATOR` stands in for its `Translator`, with
the same calls, states, progress and errors."""

from __future__ import annotations

import asyncio
import json
import uuid

import pytest
from playwright.async_api import Page, Route, expect

from inbox.events import MessageClassified, ReasonGiven
from inbox.ids import DedupeKey, ItemId
from inbox.log.record import NewEvent
from tests.browser.conftest import DESK, PHONE, Site
from tests.browser.rules import faults
from tests.fakes.translators import LibreTranslate
from tests.web.test_translation import WHERE, switched_on

pytestmark = [pytest.mark.browser, pytest.mark.postgres]

OURS = "We are looking into it."
THEIRS = "نحن ننظر في الأمر."
SAID = {WHERE: "Where is my parcel?", "شكرا": "Thank you", OURS: THEIRS}
TRANSLATOR = """
(() => {
  const state = "STATE";
  const said = SAID;
  class Translator {
    static async availability({ sourceLanguage, targetLanguage }) {
      if (!sourceLanguage || !targetLanguage) throw new TypeError("a pair is needed");
      return state === "broken" ? "available" : [sourceLanguage, targetLanguage].includes("pl") ? "unavailable" : state;
    }
    static async create({ sourceLanguage, targetLanguage, monitor }) {
      if (state === "broken") throw new DOMException("no model", "NotSupportedError");
      if (state === "downloadable") {
        if (!navigator.userActivation.isActive) throw new DOMException("press first", "NotAllowedError");
        const heard = new EventTarget();
        monitor?.(heard);
        heard.dispatchEvent(new ProgressEvent("downloadprogress", { lengthComputable: true, loaded: 0.4, total: 1 }));
        await new Promise((go) => { window.arrived = go; });
      }
      return Object.assign(new Translator(), { sourceLanguage, targetLanguage });
    }
    async translate(text) {
      window.asked = (window.asked ?? 0) + 1;
      return said[text] ?? `[${this.targetLanguage}] ${text}`;
    }
    destroy() {}
  }
  window.Translator = Translator;
})();
"""


async def heard(
    site: Site, text: str = WHERE, lang: str = "ar", *, author: str = "zoe", threat: bool = False
) -> ItemId:
    world = site.world
    item = await world.hear(text, author=author)
    reasons = (ReasonGiven(category="violence", score=0.9),) if threat else ()
    judged = MessageClassified(
        item_id=item, external_id=f"m{world.heard}", model="m", assessed=True, sentiment="neutral", urgency=0.2,
        level=1, lang=lang, at=world.clock.now(), reasons=reasons, categories=tuple(one.category for one in reasons),
    )  # fmt: skip
    subject = world.log.keyring.ids.subject(world.brand, "generic", author)
    await world.log.append(world.brand, [NewEvent(judged, str(item), DedupeKey(uuid.uuid4()), subject)])
    await world.project()
    return item


async def opened(site: Site, item: ItemId, state: str = "", *, size: tuple[int, int] = DESK) -> Page:
    context = await site.visitor("cm", size=size)
    stands_in = TRANSLATOR.replace("STATE", state).replace("SAID", json.dumps(SAID))
    await context.add_init_script(stands_in if state else "delete window.Translator")
    page = await context.new_page()
    await page.goto(site.path(f"/items/{item}"))
    await ready(page)
    return page


async def ready(page: Page) -> None:
    """The scripts have begun: before that, forms are plain forms."""
    await expect(page.locator("#live-state")).to_contain_text("Live")


async def test_the_browser_itself_translates_below_the_words_and_nothing_leaves_the_device(site: Site) -> None:
    item = await heard(site)
    page = await opened(site, item, "available")
    left: list[str] = []
    page.on("request", lambda request: left.append(request.url) if request.method == "POST" else None)
    await page.locator("#thread").get_by_role("button", name="Translate from Arabic").click()
    shown = page.locator(".translated")
    await expect(shown.locator(".said")).to_have_text("Where is my parcel?")
    await expect(shown).to_contain_text("Translated by your browser, on this device")
    assert await shown.locator(".said").get_attribute("lang") == "en"
    await expect(page.locator('.msg-body[lang="ar"][dir="rtl"] .said').first).to_have_text(WHERE)
    assert not [url for url in left if "translate" in url]
    await shown.locator("summary").click()
    await expect(shown.locator(".said")).to_be_hidden()
    assert site.complaints == []


async def test_a_model_that_is_fetched_first_says_how_far_it_is(site: Site) -> None:
    page = await opened(site, await heard(site), "downloadable")
    await page.locator("#thread").get_by_role("button", name="Translate from Arabic").click()
    place = page.locator(".translation")
    await expect(place).to_contain_text("40 %")
    assert await place.get_attribute("aria-live") == "polite"
    await page.evaluate("window.arrived()")
    await expect(page.locator(".translated .said")).to_have_text("Where is my parcel?")


async def test_what_neither_browser_nor_service_can_translate_has_no_control(site: Site) -> None:
    page = await opened(site, await heard(site, "Dzień dobry", "pl"), "available")
    await expect(page.locator("#thread .said")).to_have_text("Dzień dobry")
    await expect(page.locator("#thread .translate")).to_be_hidden()
    bare = await opened(site, await heard(site))
    await expect(bare.locator("#thread .translate").first).to_be_hidden()


async def test_a_browser_that_fails_says_so_or_leaves_it_to_the_service(site: Site) -> None:
    item = await heard(site)
    page = await opened(site, item, "broken")
    await page.locator("#thread .reading button").click()
    await expect(page.locator(".translation .error")).to_contain_text("could not translate this")
    async with LibreTranslate() as libre:
        await switched_on(site.world, libre)
        await page.reload()
        await ready(page)
        await page.locator("#thread .reading button").click()
        await expect(page.locator(".translated")).to_contain_text("Translated by this brand’s service (LibreTranslate)")
        await expect(page.locator(".translated .said")).to_have_text("Where is my parcel? It has not come")
    await page.reload()  # the service is gone: the words stay, and why there is no translation stands below them
    await ready(page)
    await page.locator("#thread .reading button").click()
    await expect(page.locator(".translation .error")).to_contain_text("cannot be reached")
    await expect(page.locator(".msg-body .said")).to_have_text(WHERE)


async def test_the_whole_conversation_by_one_key_but_not_what_stays_folded(site: Site) -> None:
    await heard(site)
    await heard(site, "شكرا")
    item = await heard(site, "سأحرق متجركم", threat=True)
    page = await opened(site, item, "available")
    await expect(page.get_by_role("button", name="Translate the whole conversation")).to_be_visible()
    await page.keyboard.press("l")
    await expect(page.locator(".translated .said")).to_have_text(["Where is my parcel?", "Thank you"])
    await page.locator(".folded summary").click()
    await page.locator(".folded .reading button").click()
    await expect(page.locator(".folded .translated .said")).to_have_text("[en] سأحرق متجركم")
    await page.locator("#composer [value=note]").check(force=True)
    await page.locator("#text").fill("Ask the shop")
    await page.locator("#text").press("Control+Enter")
    await expect(page.locator(".msg-note")).to_contain_text("Ask the shop")
    await expect(page.locator(".translated .said").first).to_have_text("Where is my parcel?")  # shown anew, not lost
    assert await page.evaluate("window.asked") == 3


@pytest.mark.parametrize("state", ["available", ""], ids=["browser", "service"])
async def test_a_translated_draft_leaves_only_after_a_look(site: Site, state: str) -> None:
    item = await heard(site)
    async with LibreTranslate() as libre:
        await switched_on(site.world, libre)
        page = await opened(site, item, state)
        await page.keyboard.press("r")
        await page.locator("#text").fill(OURS)
        await page.get_by_role("button", name="Translate into العربية").press("Enter")
        await expect(page.locator("#text")).to_have_value(THEIRS)
        await expect(page.locator("#original")).to_have_value(OURS)
        assert len(libre.asked) == (0 if state else 1)
        assert await page.evaluate("getComputedStyle(document.querySelector('#text')).direction") == "rtl"
        await page.locator("#text").press("Control+Enter")
        assert await page.evaluate("document.querySelector('#text').validationMessage") != ""
        await expect(page.locator(".msg-draft")).to_have_count(0)
        await page.reload()  # it is still a translation that nobody has looked at
        await ready(page)
        await expect(page.locator("#text")).to_have_value(THEIRS)
        await expect(page.locator("#original")).to_have_value(OURS)
        await page.get_by_role("button", name="Put my words back").click()
        await expect(page.locator("#text")).to_have_value(OURS)
        await expect(page.locator("#translated-draft")).to_be_hidden()
        await page.get_by_role("button", name="Translate into العربية").click()
        await expect(page.locator("#text")).to_have_value(THEIRS)
        await page.get_by_label("I have looked at the translation").press("Space")
        await page.locator("#text").press("Control+Enter")
        await expect(page.locator(".msg-draft .msg-body > .said")).to_have_text(THEIRS)
        await expect(page.locator("#text")).to_have_value("")


async def test_a_translation_that_comes_late_does_not_stand_in_the_answer_to_somebody_else(site: Site) -> None:
    first = await heard(site)
    second = await heard(site, "شكرا", author="karim")
    goes_on = asyncio.Event()

    async def late(route: Route) -> None:
        await goes_on.wait()
        await route.continue_()

    async with LibreTranslate() as libre:
        await switched_on(site.world, libre)
        page = await opened(site, first)
        await page.route("**/translate-draft", late)
        await page.keyboard.press("r")
        await page.locator("#text").fill(OURS)
        await page.get_by_role("button", name="Translate into العربية").click()
        await page.locator(f"#rows .row[data-id='{second}'] .row-link").click()
        await expect(page.locator(f"#item-head[data-item='{second}']")).to_be_visible()
        async with page.expect_response("**/translate-draft") as answered:
            goes_on.set()
        await (await answered.value).finished()
        await page.evaluate("new Promise(requestAnimationFrame)")
        await page.keyboard.press("r")
        await expect(page.locator("#text")).to_be_focused()
        assert THEIRS not in await page.locator("#text").input_value()
        await expect(page.locator("#translated-draft")).to_be_hidden()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
async def test_pane_and_settings_are_accessible_and_fit(site: Site, size: tuple[int, int]) -> None:
    item = await heard(site)
    async with LibreTranslate() as libre:
        await switched_on(site.world, libre, key="k")
        page = await opened(site, item, "available", size=size)
        await page.locator("#thread .reading button").click()
        await expect(page.locator(".translated .said")).to_be_visible()
        assert await faults(page) == []  # in the light and in the dark
        lead = await (await site.visitor("lead", size=size, lang="fr")).new_page()
        await lead.goto(site.path("/settings/translation"))
        await lead.get_by_role("button", name="Essayer").click()
        await expect(lead.locator(".notice-met")).to_contain_text("Cela fonctionne")
        assert await faults(lead) == []
        assert await lead.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert site.complaints == []
