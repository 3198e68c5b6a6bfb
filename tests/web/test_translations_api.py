"""A message translated for a script: by the brand's service, over real HTTP, with refusals that say what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from inbox.desk import Commands
from inbox.ids import ItemId
from inbox.translation import MOST_TEXT
from inbox.web.api.shapes import ProblemShape, TranslationShape
from tests.fakes.server import says
from tests.fakes.translators import DeepL, LibreTranslate
from tests.web.test_items_api import fits
from tests.web.test_translation import WHERE, heard, switched_on
from tests.web.world import Answer, World


@pytest.fixture
async def libre() -> AsyncIterator[LibreTranslate]:
    async with LibreTranslate() as fake:
        yield fake


async def ask(world: World, item: ItemId, message: str = "m1", into: str = "en", token: str = "full") -> Answer:
    body = {"message": message, "into": into}
    return await world.api("POST", f"/items/{item}/translate", json=body, token=token)


def problem(answer: Answer) -> tuple[int, str]:
    content = answer.json()
    fits(ProblemShape, content)
    return answer.status, content["type"].rpartition(":")[2]


async def test_a_message_is_translated_into_the_language_that_was_asked_for_and_nothing_is_kept(
    world: World, libre: LibreTranslate
) -> None:
    item = await heard(world)
    await switched_on(world, libre)
    before = await world.log.head(world.brand)
    answer = await ask(world, item)
    assert answer.status == 200, answer.text
    fits(TranslationShape, told := answer.json())
    assert told == {
        "message": "m1", "source": "ar", "into": "en", "text": "Where is my parcel? It has not come",
        "service": "libretranslate",
    }  # fmt: skip
    assert libre.asked == [{"q": WHERE, "source": "ar", "target": "en", "format": "text"}]
    assert await world.log.head(world.brand) == before
    unknown = await heard(world, "شكرا", lang=None)
    said = (await ask(world, unknown, "m2", "fr")).json()
    assert (said["text"], libre.asked[-1]["target"]) == ("Merci", "fr")


async def test_it_needs_the_right_to_read_words_and_a_message_of_the_item(world: World, libre: LibreTranslate) -> None:
    theirs = await heard(world, brand=world.other)
    ours = await heard(world)
    await switched_on(world, libre)
    assert problem(await ask(world, ours, "m2", token="reader"))[0] == 403
    assert [problem(await ask(world, *of)) for of in ((theirs, "m1"), (ours, "m1"))] == [(404, "not_found")] * 2
    assert libre.seen == []


async def test_without_a_service_it_is_said_who_can_set_one_up(world: World, libre: LibreTranslate) -> None:
    item = await heard(world)
    answer = await ask(world, item)
    assert problem(answer) == (409, "no_translator")
    assert "Settings, Translation" in answer.json()["detail"]
    await switched_on(world, libre, brand=world.other)
    assert problem(await ask(world, item)) == (409, "no_translator")


@pytest.mark.parametrize("body", [{}, {"message": "m1"}, {"message": "m1", "into": "French"}, {"into": "fr", "x": 1}])
async def test_a_body_that_does_not_fit_is_refused_by_name(
    world: World, libre: LibreTranslate, body: dict[str, object]
) -> None:
    item = await heard(world)
    await switched_on(world, libre)
    answer = await world.api("POST", f"/items/{item}/translate", json=body)
    assert problem(answer) == (400, "bad_request")
    assert libre.seen == []


@pytest.mark.parametrize(
    ("status", "body", "refused", "reason"),
    [
        (429, None, 503, "busy"), (500, None, 503, "failed"), (403, None, 502, "key_refused"),
        (456, None, 502, "quota"), (404, None, 502, "refused"), (301, None, 502, "redirected"),
        (200, [1], 502, "nonsense"), (413, None, 422, "too_long"),
        (400, {"message": "Value for 'target_lang' not supported."}, 422, "pair"),
    ],
)  # fmt: skip
async def test_what_the_service_refuses_is_told_with_its_reason_and_asked_once(
    world: World, status: int, body: object, refused: int, reason: str
) -> None:
    item = await heard(world)
    async with DeepL() as deepl:
        await switched_on(world, deepl, "deepl", deepl.key)
        deepl.answer = says(status, body, Location="https://elsewhere.example/")
        answer = await ask(world, item)
        assert problem(answer) == (refused, "untranslated")
        assert answer.json()["reason"] == reason
        assert ("Retry-After" in answer.headers) is (refused == 503)
        assert len(deepl.seen) == 1


async def test_what_is_too_long_or_forgotten_is_not_sent(world: World, libre: LibreTranslate) -> None:
    item = await heard(world, "أ" * (MOST_TEXT + 1))
    await switched_on(world, libre)
    assert problem(await ask(world, item)) == (409, "too_long_to_translate")
    await Commands(world.log, world.clock).forget(world.brand, item, by=world.people["owner"])
    assert problem(await ask(world, item)) == (409, "nothing_to_translate")
    assert libre.seen == []
