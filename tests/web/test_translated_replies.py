"""What a translated reply was translated from: kept with it, sealed as it is, shown to whoever approves it and to
colleagues who do not read it; and words of ours, translated for them."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import AsyncIterator

import pytest

from inbox import evidence, history
from inbox.desk import Commands
from inbox.events import ReplyProposed, ReplyQueued
from inbox.ids import ItemId
from inbox.people import persons
from tests.fakes.translators import LibreTranslate
from tests.web.test_approval import a_link, asking, by_link, told
from tests.web.test_approval import press as press_form
from tests.web.test_translation import WHERE, heard, look, press, switched_on
from tests.web.world import World

OURS, THEIRS = "Nous regardons cela de près.", "نحن ننظر في الأمر."
SEEN = re.compile(r'<details class="translated" open><summary[^>]*>.*?</summary><p class="said"([^>]*)>([^<]+)</p>')


def translated_from(page: str) -> list[tuple[str, str]]:
    """Marks and words of each that is shown."""
    return [(marks.strip(), html.unescape(words)) for marks, words in SEEN.findall(page)]


async def sent(world: World, item: ItemId, act: str, **more: str) -> None:
    fields = {
        "text": THEIRS, "original": OURS, "looked": "yes", "mode": "reply", "idempotency_key": uuid.uuid4().hex,
        "expected_position": str(await world.log.head(world.brand)), **more,
    }  # fmt: skip
    answer = await press(world, f"/items/{item}/{act}", "cm", fields)
    assert answer.status == 200, answer.text
    await told(world)


async def test_who_approves_reads_what_it_was_translated_from_beside_it(world: World) -> None:
    await asking(world)
    item = await heard(world)
    await sent(world, item, "propose", **{"variant-2": "شكرا جزيلا لكم"})
    for who in ("lead", "observer"):  # in the field of who decides, and for who only looks on
        page = await look(world, f"/items/{item}", who)
        assert translated_from(page) == [('lang="fr" dir="ltr"', OURS)]
        assert "Traduit à partir de ce texte (français)" in page
        assert len(re.findall(r'lang="ar" dir="rtl"[^>]*>(?:نحن|شكرا)', page)) == 2
    guest = (await world.ask("GET", link := await a_link(world, item))).text
    assert translated_from(guest) == [('lang="fr" dir="ltr"', OURS)]
    assert re.search(rf'<textarea [^>]*lang="ar" dir="rtl"[^>]*>{THEIRS}</textarea>', guest)
    assert (await by_link(world, link, None, **{"text-0": THEIRS})).status == 200
    thread = await look(world, f"/items/{item}", "observer")
    assert translated_from(thread) == [('lang="fr" dir="ltr"', OURS)]
    assert f'<p class="said" lang="ar" dir="rtl">{THEIRS}</p><details class="translated"' in thread


async def test_a_variant_that_was_not_translated_leaves_without_the_words_of_the_other(world: World) -> None:
    await asking(world)
    item = await heard(world)
    await sent(world, item, "propose", **{"variant-2": "شكرا"})
    approved = await press_form(world, "lead", f"/items/{item}/approve", variant="1", **{"text-1": "شكرا"})
    assert approved.status == 303, approved.text
    reply = (await history.load(world.log, world.brand, item)).item.replies[-1]
    assert (reply.text, reply.original) == ("شكرا", None)


@pytest.mark.parametrize("act", ["reply", "acknowledge", "kept/reply"])
async def test_what_leaves_at_once_shows_in_the_thread_what_it_was_translated_from(world: World, act: str) -> None:
    item = await heard(world)
    await sent(world, item, act)
    assert translated_from(await look(world, f"/items/{item}", "lead")) == [('lang="fr" dir="ltr"', OURS)]
    asked = await world.api("GET", f"/items/{item}")
    assert [line["original"] for line in asked.json()["messages"]] == [None, OURS]
    figures = await world.api("GET", f"/items/{item}", token="reader")
    assert [line["original"] for line in figures.json()["messages"]] == [None, None]


async def test_words_of_ours_that_nobody_translated_say_nothing_of_it(world: World) -> None:
    item = await heard(world)
    await sent(world, item, "reply", original="")
    assert translated_from(await look(world, f"/items/{item}")) == []


async def test_they_are_sealed_with_the_words_and_forgotten_with_the_author(world: World) -> None:
    await asking(world, holding_too=True)
    item = await heard(world)
    await sent(world, item, "propose")
    link = await a_link(world, item)
    rows = await world.pool.fetch("SELECT body FROM vigie.events WHERE brand_id = $1", world.brand)
    assert not any("regardons" in row["body"].decode() for row in rows)
    owner, now = world.people["owner"], world.clock.now()
    theirs = await persons.of_item(world.log, world.brand, item, by=owner, now=now)
    assert [event["original"] for event in theirs["events"] if event["type"] == "ReplyProposed"] == [OURS]
    assert b"regardons" not in await evidence.pack(world.log, world.brand, item, by=owner, now=now)
    approved = await press_form(world, "lead", f"/items/{item}/approve", variant="0", **{"text-0": THEIRS})
    assert approved.status == 303, approved.text
    await Commands(world.log, world.clock).forget(world.brand, item, by=owner)
    await world.project()
    state = (await history.load(world.log, world.brand, item)).item
    assert ([one.original for one in state.proposals], [one.original for one in state.replies]) == ([None], [None])
    events = [r.event for r in await world.log.read(world.brand)]
    assert [event.original for event in events if isinstance(event, ReplyProposed)] == [None]
    assert [event.original for event in events if isinstance(event, ReplyQueued)] == [None]
    places = [await look(world, f"/items/{item}", "lead"), (await world.ask("GET", link)).text]
    places += [(await world.api("GET", path)).text for path in (f"/items/{item}", "/events?limit=500")]
    stored = await world.pool.fetch("SELECT card, state FROM vigie.items WHERE brand_id = $1", world.brand)
    places += [repr(tuple(row)) for row in stored]
    assert not any("regardons" in place for place in places)


# --- words of ours, for colleagues who do not read them -----------------------------------------------------------

NOTE = "Their parcel was lost in the warehouse, as far as we know."
CONTROL = re.compile(r'data-from="(\w+)" data-to="\w+"[^>]*>.*?name="(ours|message)" value="([^"]+)"')


@pytest.fixture
async def libre() -> AsyncIterator[LibreTranslate]:
    async with LibreTranslate() as fake:
        yield fake


async def noted(world: World, item: ItemId, text: str = NOTE) -> None:
    await sent(world, item, "note", text=text, original="")


async def controls(world: World, item: ItemId, who: str = "lead") -> list[tuple[str, str, str]]:
    """Of the thread: language, and what is named how."""
    page = await look(world, f"/items/{item}", who)
    found = CONTROL.findall(page.partition('id="thread"')[2].partition("</section>")[0])
    return [one for one in found if one[2] != "all"]


async def test_replies_and_notes_that_somebody_does_not_read_are_translated_below_their_words(
    world: World, libre: LibreTranslate
) -> None:
    item = await heard(world, "Bonjour, où est mon colis ?", lang="fr")
    await noted(world, item)
    await noted(world, item, "Je m'en occupe cet après-midi avec le transporteur.")
    await sent(world, item, "reply", original="")
    await switched_on(world, libre)
    before = await world.log.head(world.brand)
    reply, note = sorted(await controls(world, item, "observer"))  # both at one instant
    assert (note[:2], reply[:2]) == (("en", "ours"), ("ar", "ours"))
    part = await press(world, f"/items/{item}/translate", "observer", ours=note[2])
    assert (part.status, f"[fr] {NOTE}</p>" in part.text) == (200, True)
    assert libre.asked == [{"q": NOTE, "source": "en", "target": "fr", "format": "text"}]
    whole = (await press(world, f"/items/{item}/translate", htmx=False, ours=reply[2])).text
    assert whole.index(THEIRS) < whole.index(f"[fr] {THEIRS}")  # the words stay
    assert await world.log.head(world.brand) == before


async def test_the_whole_conversation_is_theirs_and_ours(world: World, libre: LibreTranslate) -> None:
    item = await heard(world)
    await noted(world, item)
    await switched_on(world, libre)
    assert "Traduire toute la conversation" in await look(world, f"/items/{item}")
    await press(world, f"/items/{item}/translate", htmx=False, message="all")
    assert [(one["source"], one["q"]) for one in libre.asked] == [("ar", WHERE), ("en", NOTE)]


async def test_who_reads_what_a_reply_was_translated_from_needs_no_translation(world: World) -> None:
    item = await heard(world, "Bonjour, où est mon colis ?", lang="fr")
    await sent(world, item, "reply")
    assert await controls(world, item) == []
    second = await heard(world, "Bonjour", lang="fr", author="max")
    await sent(world, second, "reply", original=NOTE)
    assert [one[:2] for one in await controls(world, second)] == [("ar", "ours")]


async def test_too_few_words_are_in_no_language_and_what_is_not_the_items_is_not_found(
    world: World, libre: LibreTranslate
) -> None:
    item, other = await heard(world), await heard(world, author="max")
    await noted(world, item, "ok")
    await noted(world, other)
    await switched_on(world, libre)
    assert [one[1] for one in await controls(world, item)] == ["message"]
    (theirs,) = [one[2] for one in await controls(world, other) if one[1] == "ours"]
    for mark in (theirs, "nonsense", ""):
        assert (await press(world, f"/items/{item}/translate", ours=mark)).status == 404
    assert libre.seen == []
