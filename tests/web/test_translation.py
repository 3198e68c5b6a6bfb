"""Reading other languages by a brand's service: real protocols, readable refusals, nothing sent unasked."""

from __future__ import annotations

import asyncio
import logging
import os
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from aiohttp import web

from inbox import translators
from inbox.desk import Commands
from inbox.errors import Refused
from inbox.events import MessageClassified, ReasonGiven, ReplyQueued
from inbox.ids import BrandId, DedupeKey, ItemId
from inbox.log.record import NewEvent
from inbox.log.rewrap import rewrap
from inbox.meters import REGISTRY
from inbox.people import members
from inbox.translation import MOST_TEXT, Kind, Service, Untranslated
from services import translating
from services.key_commands import rotated
from services.outbound import Outbound
from services.translating import Translate
from tests.fakes.server import CutConnection, Fake, Seen, says
from tests.fakes.translators import DeepL, LibreTranslate
from tests.web.world import Answer, World

WHERE = "أين طردي؟ لم يصل بعد"
KEY = "sk-very-secret-0815"


@pytest.fixture
async def libre() -> AsyncIterator[LibreTranslate]:
    async with LibreTranslate() as fake:
        yield fake


async def heard(
    world: World, text: str = WHERE, *, lang: str | None = "ar", brand: BrandId | None = None, author: str = "zoe",
    **given: Any,
) -> ItemId:  # fmt: skip
    """A message that the classifier has read."""
    item = await world.hear(text, author, brand=brand)
    judged: dict[str, Any] = {
        "external_id": f"m{world.heard}", "model": "m@1", "urgency": 0.2, "level": 1, "assessed": True,
        "sentiment": "neutral", "lang": lang, "at": world.clock.now(), **given,
    }  # fmt: skip
    where = brand or world.brand
    key = DedupeKey(uuid.uuid4())
    subject = world.log.keyring.ids.subject(where, "generic", author)
    await world.log.append(where, [NewEvent(MessageClassified(item_id=item, **judged), str(item), key, subject)])
    await world.project(where)
    return item


async def switched_on(
    world: World, fake: Fake, kind: Kind = "libretranslate", key: str = "", *, brand: BrandId | None = None
) -> None:
    await translators.change(
        world.log, brand or world.brand, kind=kind, address=fake.url, key=key, enabled=True, allow=("127.0.0.1",),
        by=world.people["lead"], now=world.clock.now(),
    )  # fmt: skip


async def press(
    world: World, path: str, who: str = "cm", fields: Mapping[str, str] | None = None, *, htmx: bool = True, **more: str
) -> Answer:
    cookie, csrf = await world.session(who)
    headers = world.cookie(cookie) | ({"HX-Request": "true"} if htmx else {})
    return await world.ask(
        "POST", f"/b/{world.brand}{path}", headers=headers, form={"csrf": csrf, **(fields or {}), **more}
    )


async def draft(world: World, item: ItemId, **fields: str) -> str:
    answer = await press(world, f"/items/{item}/translate-draft", htmx=False, mode="reply", fields=fields)
    return answer.text


async def look(world: World, path: str, who: str = "cm") -> str:
    cookie, _ = await world.session(who)
    return (await world.ask("GET", f"/b/{world.brand}{path}", headers=world.cookie(cookie))).text


# --- what people wrote --------------------------------------------------------------------------------------------


async def test_a_message_is_translated_below_its_words_by_the_service_of_the_brand(
    world: World, libre: LibreTranslate
) -> None:  # fmt: skip
    item = await heard(world)
    await switched_on(world, libre)
    part = await press(world, f"/items/{item}/translate", message="m1")
    assert part.status == 200
    assert '<p class="said" lang="fr" dir="ltr">Où est mon colis ? Il n&#39;est pas arrivé</p>' in part.text
    assert "Traduit par le service de cette marque (LibreTranslate)" in part.text
    assert libre.asked == [{"q": WHERE, "source": "ar", "target": "fr", "format": "text"}]
    whole = (await press(world, f"/items/{item}/translate", htmx=False, message="m1")).text
    assert whole.index(WHERE) < whole.index("Où est mon colis ?")  # the words stay, the translation stands below them


async def test_deepl_is_asked_in_its_own_protocol(world: World) -> None:
    item = await heard(world)
    async with DeepL() as deepl:
        await switched_on(world, deepl, "deepl", deepl.key)
        assert "Où est mon colis" in (await press(world, f"/items/{item}/translate", message="m1")).text
        assert "ننظر" in (await press(world, f"/items/{item}/translate-draft", text="Nous regardons.")).text


async def test_nothing_is_offered_and_nothing_leaves_before_a_lead_switched_it_on(
    world: World, libre: LibreTranslate
) -> None:  # fmt: skip
    item = await heard(world)
    shown = await look(world, f"/items/{item}")
    assert 'data-to="fr" hidden>' in shown  # for browsers that can by themselves
    assert "data-service" not in shown
    await translators.change(
        world.log, world.brand, kind="libretranslate", address=libre.url, enabled=False, allow=("127.0.0.1",),
        by=world.people["lead"], now=world.clock.now(),
    )  # fmt: skip
    answer = await press(world, f"/items/{item}/translate", message="m1")
    assert (answer.status, "Aucun service de traduction" in answer.text) == (409, True)
    assert libre.seen == []
    await switched_on(world, libre)
    assert "data-service" in await look(world, f"/items/{item}")


async def test_only_languages_that_the_reader_does_not_read_are_offered(world: World) -> None:
    french, arabic = await heard(world, "Bonjour", lang="fr"), world.item("zoe")
    assert 'class="translate"' not in await look(world, f"/items/{french}")
    await heard(world)
    assert await look(world, f"/items/{arabic}") != ""
    assert (await look(world, f"/items/{arabic}")).count('class="reading"') == 1
    await members.set_skills(
        world.log, world.brand, world.people["cm"], langs="ar, de", teams="", by=world.people["owner"],
        now=world.clock.now(),
    )  # fmt: skip
    assert 'class="translate"' not in await look(world, f"/items/{arabic}")


async def test_the_whole_conversation_but_not_what_stays_folded(world: World, libre: LibreTranslate) -> None:
    await heard(world)
    await heard(world, "شكرا")
    threat = ReasonGiven(category="violence", score=0.9)
    item = await heard(world, "سأحرق متجركم", level=3, categories=("violence",), reasons=(threat,))
    await heard(world, "Merci quand même", lang="fr")
    await switched_on(world, libre)
    shown = await look(world, f"/items/{item}")
    fold = shown[shown.index('<details class="folded"') :]
    assert 'class="reading"' in fold[: fold.index("</details>")]  # its control is reached once it is opened
    whole = await press(world, f"/items/{item}/translate", htmx=False, message="all")
    assert whole.status == 200
    assert [one["q"] for one in libre.asked] == [[WHERE, "شكرا"]]
    assert "Merci</p>" in whole.text
    assert "Où est mon colis" in whole.text


async def test_a_message_is_translated_for_whoever_may_read_it_and_nobody_else(
    world: World, libre: LibreTranslate
) -> None:
    theirs = await heard(world, brand=world.other)
    ours = await heard(world)
    await switched_on(world, libre)
    foreign = await press(world, f"/items/{theirs}/translate", message="m1")
    missing = await press(world, f"/items/{ours}/translate", message="m1")  # the other brand's message
    assert (foreign.status, missing.status) == (404, 404)
    assert (await press(world, f"/items/{ours}/translate", "observer", message="m2")).status == 200
    assert (await press(world, f"/items/{ours}/translate-draft", "observer", text="Bonjour")).status == 403
    assert len(libre.asked) == 1


async def test_one_brands_service_is_not_anothers(world: World, libre: LibreTranslate) -> None:
    item = await heard(world)
    await switched_on(world, libre, brand=world.other)
    assert (await press(world, f"/items/{item}/translate", message="m1")).status == 409
    assert libre.seen == []


async def test_of_a_forgotten_author_nothing_is_translated(world: World, libre: LibreTranslate) -> None:
    item = await heard(world)
    await switched_on(world, libre)
    await Commands(world.log, world.clock).forget(world.brand, item, by=world.people["owner"])
    answer = await press(world, f"/items/{item}/translate", message="m1")
    assert (answer.status, "pas de texte" in answer.text) == (409, True)
    assert libre.seen == []


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (403, {"message": "Forbidden"}, "refuse notre clé"),
        (429, {"message": "Too many requests"}, "trop sollicité"),
        (456, {"message": "Quota exceeded"}, "quota"),
        (400, {"message": "Value for 'target_lang' not supported."}, "ne connaît pas l’une"),
        (413, None, "plus long"),
        (500, None, "en panne"),
        (301, None, "renvoie ailleurs"),
        (404, None, "a refusé"),
        (200, {"translations": []}, "illisible"),
        (200, {"translations": [{"text": None}]}, "illisible"),
        (200, [1], "illisible"),
    ],
)
async def test_what_the_service_refuses_is_said_so_that_somebody_can_act(
    world: World, status: int, body: object, said: str
) -> None:
    item = await heard(world)
    async with DeepL() as deepl:
        await switched_on(world, deepl, "deepl", deepl.key)
        deepl.answer = says(status, body, Location="https://elsewhere.example/")
        answer = await press(world, f"/items/{item}/translate", message="m1")
        assert (answer.status, said in answer.text) == (409, True), answer.text
        assert len(deepl.seen) == 1  # asked once: what was sent may have been counted
        page = await press(world, f"/items/{item}/translate", htmx=False, message="m1")
        assert WHERE in page.text
        assert said in page.text


async def test_a_language_it_does_not_know_and_a_wrong_key_of_libretranslate(world: World) -> None:
    item = await heard(world, "Dzień dobry", lang="pl")
    async with LibreTranslate(KEY) as libre:
        await switched_on(world, libre, key=KEY)
        assert "ne connaît pas l’une" in (await press(world, f"/items/{item}/translate", message="m1")).text
        await switched_on(world, libre, key="another")
        assert "refuse notre clé" in (await press(world, f"/items/{item}/translate", message="m1")).text


async def test_a_silent_service_and_a_lost_connection_are_told_apart_and_asked_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(_: Seen) -> web.StreamResponse:
        return CutConnection()

    async def no_words(_: Seen) -> web.StreamResponse:
        return web.Response(text="<html>not json", content_type="text/html")

    async with LibreTranslate() as libre, Outbound(("127.0.0.1",)) as out:
        ask, here = Translate(out), Service("libretranslate", libre.url, True)
        reasons = []
        for answer in (lost, no_words):
            libre.answer = answer
            with pytest.raises(Untranslated) as told:
                await ask(here, ["a"], "fr")
            reasons.append(told.value.reason)
        monkeypatch.setattr(translating, "WITHIN_S", 0.05)
        libre.answer = _never
        with pytest.raises(Untranslated) as told:
            await ask(here, ["a"], "fr")
        assert [*reasons, told.value.reason] == ["connection_lost", "nonsense", "no_answer"]
        assert len(libre.seen) == 3
        with pytest.raises(Untranslated, match="address_not_allowed"):
            await Translate(out)(Service("libretranslate", "http://10.0.0.1", True), ["a"], "fr")


async def test_a_service_that_hangs_holds_up_nobody_but_those_who_asked_it() -> None:
    async with LibreTranslate() as hangs, LibreTranslate() as other, Outbound(("127.0.0.1",)) as out:
        ask, hangs.answer = Translate(out), _never
        slow = Service("libretranslate", hangs.url, True)
        waiting = [asyncio.create_task(ask(slow, ["a"], "fr")) for _ in range(20)]
        await hangs.arrived.wait()
        assert await ask(Service("libretranslate", other.url, True), ["شكرا"], "fr") == ("Merci",)
        assert not any(task.done() for task in waiting)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _never(_: Seen) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


async def test_what_is_too_long_is_not_sent(world: World, libre: LibreTranslate) -> None:
    await switched_on(world, libre)
    for _ in range(4):
        item = await heard(world, "أ" * MOST_TEXT)
    assert "message par message" in (await press(world, f"/items/{item}/translate", htmx=False, message="all")).text
    await heard(world, "أ" * (MOST_TEXT + 1))
    assert "trop long" in (await press(world, f"/items/{item}/translate", message="m5")).text
    assert "pas de texte" in (await press(world, f"/items/{item}/translate-draft", text=" ")).text
    assert libre.seen == []


# --- a draft ------------------------------------------------------------------------------------------------------


async def test_a_draft_comes_back_translated_with_its_own_words_beside_it_and_is_not_sent(
    world: World, libre: LibreTranslate
) -> None:
    item = await heard(world)
    await switched_on(world, libre)
    before = await world.log.head(world.brand)
    page = await draft(world, item, text="Nous regardons.")
    assert "نحن ننظر في الأمر.</textarea>" in page
    assert "readonly>Nous regardons.</textarea>" in page
    assert "Traduit\u202f: à relire avant l’envoi" in page
    assert await world.log.head(world.brand) == before
    page = await draft(world, item, text="نحن", original="Nous regardons.", back="yes")
    assert ">Nous regardons.</textarea>" in page
    assert 'id="translated-draft" hidden disabled' in page


@pytest.mark.parametrize("act", ["reply", "acknowledge", "propose", "kept/reply"])
async def test_a_translated_draft_leaves_after_a_look_and_not_before(world: World, act: str) -> None:
    item = await heard(world)
    seen = str(await world.log.head(world.brand))
    fields = {
        "text": "نحن ننظر في الأمر.", "original": "Nous regardons.", "expected_position": seen, "mode": "reply",
        "idempotency_key": uuid.uuid4().hex,
    }  # fmt: skip
    refused = await press(world, f"/items/{item}/{act}", "cm", fields)
    assert refused.status == 409
    assert "rien ne part sans relecture" in refused.text
    if not act.startswith("kept"):
        assert "readonly>Nous regardons.</textarea>" in refused.text  # nothing of it is lost
        assert "نحن ننظر في الأمر.</textarea>" in refused.text
    types = [type(r.event) for r in await world.log.read(world.brand)]
    assert ReplyQueued not in types
    sent = await press(world, f"/items/{item}/{act}", "cm", fields, looked="yes")
    assert sent.status == 200, sent.text


async def test_a_note_in_another_language_needs_no_look(world: World) -> None:
    item = await heard(world)
    fields = {"text": "نحن", "original": "Nous", "expected_position": str(await world.log.head(world.brand))}
    assert (await press(world, f"/items/{item}/note", "cm", fields, idempotency_key="n")).status == 200


# --- the setting --------------------------------------------------------------------------------------------------


async def setting(world: World, who: str = "lead", **fields: str) -> Answer:
    return await press(world, "/settings/translation", who, fields, htmx=False)


async def test_the_setting_is_told_in_the_history_and_its_key_nowhere(
    world: World, libre: LibreTranslate, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    libre.key = KEY
    item = await heard(world)
    given = {"kind": "libretranslate", "address": libre.url + "/translate", "key": KEY, "enabled": "yes"}
    assert (await setting(world, **given)).status == 303
    assert (await setting(world, **(given | {"key": "", "enabled": ""}))).status == 303  # the key is kept
    assert (await translators.of_brand(world.log, world.brand)) == Service("libretranslate", libre.url, False, KEY)
    assert (await setting(world, **(given | {"key": ""}))).status == 303
    tried = await press(world, "/settings/translation/try", "lead", htmx=False)
    assert "Bonjour, où est mon colis" in tried.text
    await press(world, f"/items/{item}/translate", message="m1")
    pages = [tried.text, *[await look(world, f"/settings{rest}", "lead") for rest in ("", "/translation", "/history")]]
    assert "LibreTranslate" in pages[-1]
    assert "127.0.0.1" in pages[1]
    events = [r.event.model_dump_json() for r in await world.log.read(world.brand)]
    stored = await world.pool.fetchval("SELECT secret FROM vigie.translators WHERE brand_id = $1", world.brand)
    for place in (*pages, *events, caplog.text, repr(stored)):
        assert KEY not in place
    for word in (WHERE, "Où est mon colis"):
        assert word not in caplog.text
    assert not any("Où est mon colis" in event for event in events)  # what was translated is kept nowhere


async def test_a_key_is_never_taken_along_to_another_address(world: World, libre: LibreTranslate) -> None:
    await switched_on(world, libre, key=KEY)
    elsewhere = libre.url.replace("127.0.0.1", "127.0.0.2")
    await translators.change(
        world.log, world.brand, kind="libretranslate", address=elsewhere, enabled=True, allow=("127.0.0.0/8",),
        by=world.people["lead"], now=world.clock.now(),
    )  # fmt: skip
    service = await translators.of_brand(world.log, world.brand)
    assert service is not None
    assert (service.address, service.key) == (elsewhere, "")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"address": "https://10.1.2.3"}, "n’est pas publique"),
        ({"address": "http://mt.example"}, "https"),
        ({"address": "mt"}, "adresse"),
        ({"address": "https://mt.example", "kind": "deepl"}, "DeepL demande une clé"),
        ({"address": "https://mt.example", "key": "a b"}, "sans espace"),
    ],
)
async def test_what_cannot_be_set_is_said_beside_its_field_and_nothing_changes(
    world: World, given: dict[str, str], said: str
) -> None:
    answer = await setting(world, **({"kind": "libretranslate", "enabled": "yes"} | given))
    assert (answer.status, said in answer.text) == (400, True), answer.text
    assert await translators.of_brand(world.log, world.brand) is None


async def test_trying_says_what_is_wrong(world: World, libre: LibreTranslate) -> None:
    await switched_on(world, libre)
    libre.answer = says(429, {"error": "Slowdown"})
    answer = await press(world, "/settings/translation/try", "lead", htmx=False)
    assert (answer.status, "trop sollicité" in answer.text) == (409, True)
    assert (await press(world, "/settings/translation/try", "cm", htmx=False)).status == 403


async def test_its_key_is_rewrapped_with_the_others(world: World, libre: LibreTranslate) -> None:
    await switched_on(world, libre, key=KEY)
    log = type(world.log)(world.pool, rotated(world.log.keyring, os.urandom(32)), world.log.pulse)
    assert await rewrap(log) >= 1
    assert await rewrap(log, count_only=True) == 0
    service = await translators.of_brand(log, world.brand)
    assert service is not None
    assert service.key == KEY


async def test_requests_are_counted_by_what_came_of_them(world: World, libre: LibreTranslate) -> None:
    def count(outcome: str) -> float:
        labels = {"service": "libretranslate", "outcome": outcome}
        return REGISTRY.get_sample_value("vigie_translation_seconds_count", labels) or 0.0

    item = await heard(world)
    await switched_on(world, libre)
    before = count("done"), count("busy")
    await press(world, f"/items/{item}/translate", message="m1")
    libre.answer = says(429)
    await press(world, f"/items/{item}/translate", message="m1")
    assert (count("done"), count("busy")) == (before[0] + 1, before[1] + 1)


async def test_who_may_not_manage_changes_nothing(world: World) -> None:
    assert (await setting(world, "cm", kind="deepl", address="https://mt.example")).status == 403
    with pytest.raises(Refused, match="DeepL asks"):
        await translators.change(
            world.log, world.brand, kind="deepl", address="https://mt.example", enabled=True,
            by=world.people["lead"], now=world.clock.now(),
        )  # fmt: skip
