"""Which words weighed most, asked of a classifier that may be slow, dumb, broken or wrong."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from classifier.judgement import Weight as Weighed
from inbox import trials
from inbox.catalogue import Listed, ModelCard
from inbox.errors import Unavailable
from inbox.events import ModelSwitched
from inbox.ids import BrandId, dedupe_key
from inbox.log.record import NewEvent
from inbox.log.store import Log
from services import weighing
from services.weighing import Weighing
from services.weighing_for import WeighingFor


class Model:
    def __init__(self, answer: Callable[[str], Any]) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def weigh(self, text: str, *, most: int = 8) -> Any:
        self.asked.append(text)
        return self.answer(text)


async def test_the_heaviest_come_first_and_the_model_is_loaded_when_first_asked() -> None:
    model = Model(lambda text: [Weighed("b", 2, 3, "press", 0.2), Weighed("a", 0, 1, "safety", 0.5)])
    loaded: list[int] = []

    def load() -> Model:
        loaded.append(1)
        return model

    weigh = Weighing(load)
    assert loaded == []
    first, second = await weigh("a b"), await weigh("a b")
    assert [(w.fragment, w.category, w.weight) for w in first] == [("a", "safety", 0.5), ("b", "press", 0.2)]
    assert (first, loaded) == (second, [1])


async def test_what_lies_outside_the_text_or_is_no_weight_is_left_out() -> None:
    wrong = [
        Weighed("x", 0, 99, "safety", 0.5), Weighed("x", 1, 1, "safety", 0.5), Weighed("x", -1, 1, "safety", 0.5),
        Weighed("a", 0, 1, "safety", float("nan")), Weighed("a", 0, 1, "safety", -0.1),
        Weighed("not what it says", 0, 1, "safety", 0.4),
    ]  # fmt: skip
    (left,) = await Weighing(lambda: Model(lambda _: wrong))("abc")
    assert (left.fragment, left.weight) == ("a", 0.4)


async def test_a_classifier_that_cannot_weigh_says_so() -> None:
    with pytest.raises(Unavailable, match="cannot say which words"):
        await Weighing(object)("abc")


def _raises() -> object:
    raise OSError("no such file")


@pytest.mark.parametrize("load", [_raises, lambda: Model(lambda _: 1 / 0), lambda: Model(lambda _: None)])
async def test_one_that_breaks_is_unavailable_and_may_be_asked_again(load: Callable[[], object]) -> None:
    weigh = Weighing(load)
    for _ in range(2):
        with pytest.raises(Unavailable, match="at the moment"):
            await weigh("abc")


async def test_one_that_hangs_is_not_waited_for_and_others_are_refused_at_once_until_it_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = threading.Event()
    models = [Model(lambda _: released.wait(10) and []), Model(lambda _: [Weighed("a", 0, 1, "press", 0.1)])]
    weigh = Weighing(lambda: models.pop(0), timeout_s=0.05)
    with pytest.raises(Unavailable, match="in time"):
        await weigh("abc")
    with pytest.raises(Unavailable, match="still busy"):
        await weigh("abc")
    monkeypatch.setattr(weighing, "ABANDON_S", 0.0)
    assert len(await weigh("abc")) == 1
    released.set()


async def test_several_who_ask_at_once_are_served_in_turn() -> None:
    model = Model(lambda text: [Weighed(text, 0, len(text), "press", 0.1)])
    found = await asyncio.gather(*map(Weighing(lambda: model), ("a", "bb", "ccc")))
    assert [weights[0].fragment for weights in found] == ["a", "bb", "ccc"]


async def test_the_model_that_reads_the_brands_messages_is_the_one_that_explains(
    pool: asyncpg.Pool, log: Log, brand: BrandId, noon: datetime
) -> None:
    def says(word: str) -> Model:
        return Model(lambda _: [Weighed("a", 0, 1, word, 0.1)])

    known = Listed((ModelCard(""), ModelCard("gentle", sha256="f" * 64)))
    weigh = WeighingFor(pool, known, lambda: says("press"), {"gentle": says("safety")}.__getitem__)
    assert (await weigh(brand, "abc"))[0].category == "press"
    for model, sha256, heard in (("gentle", "f" * 64, "safety"), ("gentle", "0" * 64, "press"), ("", "", "press")):
        event = ModelSwitched(model=model, sha256=sha256, at=noon)
        await log.append(brand, [NewEvent(event, trials.STREAM, dedupe_key("switched", model, sha256))])
        assert (await weigh(brand, "abc"))[0].category == heard, f"{model} with weights {sha256[:1]}"


async def test_the_classifier_that_ships_is_asked_for_a_whole_text_or_says_that_it_cannot() -> None:
    import classifier

    try:
        found = await Weighing(classifier.load, timeout_s=60)("La batterie a pris feu, ma fille est brûlée")
    except Unavailable as error:
        pytest.skip(error.message)
    assert all(w.weight > 0 for w in found)
