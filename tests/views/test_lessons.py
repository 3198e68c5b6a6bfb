"""Corrections as training text: what people said, without whom they said it of."""

from __future__ import annotations

from typing import Any

import orjson

from inbox import events as ev
from inbox.ids import ItemId
from inbox.views import lessons
from tests.conftest import new_brand
from tests.views.world import ME, World


async def lines(world: World) -> list[dict[str, Any]]:
    await world.project()
    body, count = await lessons.export(world.log, world.brand, by=ME, now=world.noon)
    found = [orjson.loads(line) for line in body.splitlines()]
    assert len(found) == count
    return found


def about(world: World, item: ItemId, *said: str) -> ev.Event:
    return ev.CategoriesCorrected(item_id=item, categories=said, by=ME, at=world.noon, rules=4)


async def test_a_line_holds_masked_words_with_what_people_said_of_them(world: World) -> None:
    item = await world.says("zoe", "Je suis Zoe, zoe@mail.fr, la machine fume", name="Zoé Martin")
    await world.happens(world.judgement(item, "m1", lang="fr"), about(world, item, "question", "safety"))
    assert await lines(world) == [{
        "text": "Je suis [name], [email], la machine fume", "lang": "fr", "level": 3,
        "categories": ["safety", "question"], "source": "correction",
    }]  # fmt: skip


async def test_the_words_of_a_turn_are_one_text_and_later_ones_are_not_in_it(world: World) -> None:
    item = await world.says("zoe", "Bonjour")
    await world.says("zoe", "ma commande ?")
    await world.happens(about(world, item, "question"))
    await world.says("zoe", "Elle brûle !")
    assert [line["text"] for line in await lines(world)] == ["Bonjour\nma commande ?"]


async def test_a_false_alarm_teaches_what_is_left_of_the_reading(world: World) -> None:
    item = await world.says("zoe", "Elle est de la bombe")
    reasons = tuple(ev.ReasonGiven(category=name, score=0.9) for name in ("violence", "praise"))
    judged = world.judgement(item, "m1", level=3, urgency=0.9, categories=("violence", "praise"), reasons=reasons)
    await world.happens(judged, ev.MarkedNotUrgent(item_id=item, by=ME, at=world.noon, rules=1))
    ((level, found),) = [(line["level"], line["categories"]) for line in await lines(world)]
    assert (level, found) == (0, ["praise"])


async def test_what_teaches_nothing_is_left_out(world: World) -> None:
    spoken, back, wordless = [await world.says(name, None if name == "c" else "mot", thread=name) for name in "abc"]
    await world.happens(
        ev.LanguageCorrected(item_id=spoken, lang="it", by=ME, at=world.noon), about(world, back, "press"),
        ev.CategoriesCorrected(item_id=back, categories=None, by=ME, at=world.noon), about(world, wordless, "press"),
    )  # fmt: skip
    assert await lines(world) == []


async def test_who_was_forgotten_is_left_out(world: World) -> None:
    item = await world.says("zoe", "la machine fume")
    await world.happens(about(world, item, "safety"))
    await world.forgets("zoe", item)
    assert await lines(world) == []


async def test_that_it_left_the_house_is_in_the_log_with_how_much_it_was(world: World) -> None:
    item = await world.says("zoe", "la machine fume")
    await world.happens(about(world, item, "safety"))
    await lines(world)
    last = (await world.log.read(world.brand))[-1].event
    assert isinstance(last, ev.CorrectionsExported)
    assert (last.lines, last.by) == (1, ME)


async def test_many_are_read_page_by_page_and_of_this_brand_only(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(lessons, "AT_ONCE", 2)
    other = World(world.log, await new_brand(world.pool, "Autre"), world.noon)
    for where in (world, other):
        for n in range(5):
            item = await where.says(f"a{n}", f"mot {n}", thread=f"t{n}")
            await where.happens(about(where, item, "press"))
    await other.project()
    assert sorted(line["text"] for line in await lines(world)) == [f"mot {n}" for n in range(5)]
