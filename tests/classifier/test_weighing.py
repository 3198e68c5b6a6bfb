"""Which words weighed most, with a model whose mind is known: it hears one word and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from classifier import weighing


class Hears:
    """ "fire" means safety. It counts how often it was asked, and how long the longest text was."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Sequence[Mapping[str, float]]:
        self.texts += texts
        return [{"safety": 0.9 if "fire" in text else 0.1, weighing.TONE: 0.5} for text in texts]


@pytest.mark.parametrize("before", [0, 5, 30, 200], ids="{} words before".format)
def test_the_word_is_found_alone_wherever_it_stands_and_however_long_the_text_is(before: int) -> None:
    text, hears = "word " * before + "fire and more " + "word " * 100, Hears()
    (found,) = weighing.weigh(text, ["safety"], hears, most=8)
    assert (found.fragment, found.category, found.weight) == ("fire", "safety", 0.8)
    assert text[found.start : found.end] == "fire"


def test_a_model_is_asked_a_bounded_number_of_times_and_for_short_texts_mostly() -> None:
    hears = Hears()
    weighing.weigh("a fire is what it is " * 2000, ["safety"], hears, most=8)
    assert len(hears.texts) <= 1 + 2_000 // (weighing.STRETCH * 2) + weighing.PARTS + weighing.FINER
    assert max(len(text.split()) for text in hears.texts) <= weighing.STRETCH


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_weighs_nothing(text: str) -> None:
    assert weighing.weigh(text, ["safety"], Hears(), most=8) == []
