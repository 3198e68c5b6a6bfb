"""Correcting the classifier on the screen, the words that weighed most, and what leads see of it all."""

from __future__ import annotations

import csv as rfc4180
import dataclasses
import io
from datetime import timedelta
from typing import Any

import orjson
import pytest

from inbox import events as ev
from inbox.errors import Unavailable
from inbox.ids import BrandId, DedupeKey, ItemId, dedupe_key
from inbox.log.record import NewEvent
from inbox.web.api.shapes import AgreementShape, WeightsShape
from inbox.web.context import DEPS
from tests.web.test_items_api import fits
from tests.web.world import Answer, World

HTMX = {"HX-Request": "true"}


async def judged(world: World, item: ItemId, *, author: str = "zoe", **given: Any) -> None:
    reason = ev.ReasonGiven(category="safety", score=0.93, evidence=("pris feu",))
    fields: dict[str, Any] = {
        "external_id": f"m{world.heard}", "model": "m@1", "assessed": True, "sentiment": "negative", "urgency": 0.9,
        "level": 3, "lang": "fr", "categories": ("safety",), "reasons": (reason,), "at": world.clock.now(),
    }  # fmt: skip
    event = ev.MessageClassified(item_id=item, **{**fields, **given})
    subject = world.log.keyring.ids.subject(world.brand, "generic", author)
    key: DedupeKey = dedupe_key("judged", str(item), f"m{world.heard}")
    await world.log.append(world.brand, [NewEvent(event, str(item), key, subject)])
    await world.project()


async def seen(world: World, path: str, who: str = "cm", **headers: str) -> Answer:
    cookie, _ = await world.session(who)
    return await world.ask("GET", f"/b/{world.brand}{path}", headers=world.cookie(cookie) | headers)


async def press(world: World, item: ItemId, verb: str, who: str = "cm", at: int | None = None, **fields: Any) -> Answer:
    cookie, csrf = await world.session(who)
    position = await world.log.head(world.brand) if at is None else at
    form = [("csrf", csrf), ("expected_position", str(position)), ("idempotency_key", f"k{verb}{position}")]
    for name, value in fields.items():
        form += [(name, one) for one in (value if isinstance(value, list) else [value])]
    return await world.ask(
        "POST", f"/b/{world.brand}/items/{item}/{verb}", headers=world.cookie(cookie) | HTMX, form=form
    )


async def test_the_pane_says_why_with_its_confidence_and_the_words_marked(world: World) -> None:
    item = await world.hear("Votre machine a <b>pris feu</b>")
    await judged(world, item)
    page = (await seen(world, f"/items/{item}", **HTMX)).text
    assert "presque certain" in page
    assert 'a &lt;b&gt;<mark class="quoted">pris feu</mark>&lt;/b&gt;' in page
    assert "trouvé par le lexique" in page
    assert "premier coup" not in page
    assert "formaction" not in page.split('id="correcting"')[1].split("</details>")[0]


async def test_a_first_look_is_marked_as_one_until_a_person_or_a_full_reading_says_more(world: World) -> None:
    item = await world.hear()
    await judged(world, item, provisional=True)
    for path in (f"/items/{item}", "/queue?view=all"):
        assert "premier coup d’œil" in (await seen(world, path)).text
    assert (await world.api("GET", f"/items/{item}")).json()["provisional"] is True
    assert (await press(world, item, "not-urgent")).status == 200
    await world.project()
    assert (await world.api("GET", "/items")).json()["items"][0]["provisional"] is False


async def test_one_press_says_that_an_alarm_is_false_and_one_more_takes_it_back(world: World) -> None:
    item = await world.hear()
    await judged(world, item)
    page = (await press(world, item, "not-urgent")).text
    assert "Marqué non urgent par Cm Test" in page
    detail = (await world.api("GET", f"/items/{item}")).json()
    assert (detail["priority"], detail["level"], detail["corrected"]) == (3, 1, ["urgency"])
    back = await press(world, item, "not-urgent", back="yes")
    assert "Rendu au classifieur" in back.text
    assert (await world.api("GET", f"/items/{item}")).json()["priority"] == 1


async def test_boxes_that_are_ticked_say_what_it_is_about_and_none_say_nothing_of_note(world: World) -> None:
    item = await world.hear()
    await judged(world, item)
    page = (await press(world, item, "categories", category=["press", "question"])).text
    assert "Corrigé par Cm Test\u202f: presse, question" in page
    assert 'value="press" checked' in page
    assert 'value="safety" checked' not in page
    await press(world, item, "categories")
    assert "rien à signaler" in (await seen(world, f"/items/{item}")).text
    await press(world, item, "categories", back="yes")
    await press(world, item, "language", lang="it")
    detail = (await world.api("GET", f"/items/{item}")).json()
    assert ([r["category"] for r in detail["reasons"]], detail["lang"]) == (["safety"], "it")
    assert [e["code"] for e in detail["timeline"]][-4:] == ["categories_corrected"] * 3 + ["language_corrected"]
    row = (await seen(world, "/queue?view=all")).text
    await world.project()
    assert "corrigé" in (await seen(world, "/queue?view=all")).text
    assert "corrigé" not in row


async def test_a_press_on_words_one_has_not_read_is_refused_with_what_came_in_between(world: World) -> None:
    item = await world.hear()
    before = await world.log.head(world.brand)
    await world.hear("Elle brûle")
    answer = await press(world, item, "not-urgent", at=before)
    assert answer.status == 409
    assert "Rien n’a été changé" in answer.text


@pytest.mark.parametrize("fields", [{"category": ["gossip"]}, {"category": ["a,b"]}])
async def test_a_forged_box_is_refused_in_words(world: World, fields: dict[str, Any]) -> None:
    item = await world.hear()
    answer = await press(world, item, "categories", **fields)
    assert (answer.status, "Cette catégorie n’existe pas" in answer.text) == (400, True)


# --- which words weighed most -------------------------------------------------------------------------------------


async def test_the_words_that_weighed_most_are_marked_by_how_much(world: World) -> None:
    item = await world.hear("Zut & <i>feu</i>")
    await judged(world, item)
    part = await seen(world, f"/items/{item}/weights", **HTMX)
    assert '<mark class="heavy-1">Zut</mark> &amp; <mark class="heavy-3">&lt;i&gt;feu&lt;/i&gt;</mark>' in part.text
    assert "<html" not in part.text
    whole = await seen(world, f"/items/{item}/weights")
    assert "<html" in whole.text
    answer = await world.api("GET", f"/items/{item}/weights")
    fits(WeightsShape, answer.json())
    assert answer.json()["message"] == "m1"
    assert [w["start"] for w in answer.json()["weights"]] == [6, 0]


async def test_of_several_messages_the_one_that_gave_the_item_its_place_is_weighed(world: World) -> None:
    item = await world.hear("Bonjour")
    await judged(world, item, level=0, urgency=0.1)
    await world.hear("Elle brûle")
    await judged(world, item)
    assert (await world.api("GET", f"/items/{item}/weights")).json()["message"] == "m2"
    assert (await world.api("GET", f"/items/{item}/weights?message=m1")).json()["message"] == "m1"
    assert (await world.api("GET", f"/items/{item}/weights?message=mX")).status == 404


async def test_words_that_are_not_there_cannot_be_weighed(world: World) -> None:
    item = await world.hear("  ")
    answer = await world.api("GET", f"/items/{item}/weights")
    assert (answer.status, answer.json()["type"]) == (409, "urn:vigie:problem:nothing_to_weigh")
    assert (await seen(world, f"/items/{item}/weights", **HTMX)).status == 409


async def test_a_classifier_that_cannot_say_is_told_in_words_and_breaks_nothing(world: World) -> None:
    async def down(_brand: BrandId, _text: str) -> list[Any]:
        raise Unavailable("it hangs")

    item = await world.hear()
    own = world.app[DEPS]
    object.__setattr__(own, "weigh", down)
    part = await seen(world, f"/items/{item}/weights", **HTMX)
    assert (part.status, "ne peut pas répondre" in part.text) == (503, True)
    answer = await world.api("GET", f"/items/{item}/weights")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    object.__setattr__(own, "weigh", None)
    assert (await world.api("GET", f"/items/{item}/weights")).status == 503
    assert dataclasses.is_dataclass(own)


# --- figures and training text ------------------------------------------------------------------------------------


async def test_leads_see_how_far_people_and_the_classifier_agree(world: World) -> None:
    empty = await seen(world, "/agreement", "lead")
    assert (empty.status, "Rien à comparer" in empty.text) == (200, True)
    item = await world.hear()
    await judged(world, item)
    await press(world, item, "not-urgent")
    other = await world.hear(author="ana")
    await judged(world, other, author="ana", level=0, urgency=0.1, categories=())
    await press(world, other, "categories", category=["legal"])
    await press(world, other, "language", lang="it")
    await world.project()
    page = (await seen(world, "/agreement", "lead")).text
    assert page.count('<svg class="chart"') == 3
    assert "style=" not in page
    world.clock.advance(timedelta(seconds=1))
    figures = (await world.api("GET", "/agreement")).json()
    fits(AgreementShape, figures)
    assert (figures["called_urgent"], figures["found"], figures["false_alarms"], figures["languages"]) == (1, 0, 1, 1)
    export = await seen(world, "/agreement.csv?period=7d", "lead")
    lines = list(rfc4180.reader(io.StringIO(export.text.removeprefix("\ufeff"))))
    assert (len(lines), export.headers["Content-Disposition"].startswith("attachment")) == (8, True)
    assert (await seen(world, "/agreement?period=custom&from=2026-11-30&to=2026-11-01", "lead")).status == 400
    assert "/agreement" in (await seen(world, "/sla", "lead")).text
    assert "/agreement" not in (await seen(world, "/sla", "cm")).text


async def test_the_training_text_is_masked_audited_and_needs_the_right_to_read_words(world: World) -> None:
    item = await world.hear("Nom zoe ici, zoe@mail.fr : ça fume")
    await judged(world, item)
    await press(world, item, "categories", category=["safety"])
    await world.project()
    for answer in (
        await seen(world, "/corrections.jsonl", "lead"), await world.api("GET", "/corrections.jsonl")
    ):  # fmt: skip
        assert answer.headers["Content-Type"].startswith("application/jsonl")
        assert orjson.loads(answer.text) == {
            "text": "[name] ici, [email] : ça fume", "lang": "fr", "level": 3, "categories": ["safety"],
            "source": "correction",
        }  # fmt: skip
    last = (await world.log.read(world.brand))[-1].event
    assert isinstance(last, ev.CorrectionsExported)
    assert (last.lines, last.by) == (1, world.people["owner"])
    before = await world.log.head(world.brand)
    assert (await seen(world, "/corrections.jsonl", "cm")).status == 403
    assert await world.log.head(world.brand) == before
