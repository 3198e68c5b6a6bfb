"""The words that weighed most: parts of the text are left out in turn, and what falls is their weight.

Occlusion (Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, 2014) asks nothing of a model but
its answers. It is asked some twenty times at the most, for somebody is waiting: of a long text only the stretch that
speaks most for what was found is looked into; there runs of words are left out first, and the heaviest runs then word
by word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from classifier.judgement import Weight

STRETCH: Final = 60
"""Words looked into: about one window of the encoder."""
PARTS: Final = 8
"""Runs of words that are left out first."""
FINER: Final = 8
"""Words of the heaviest runs that are left out alone."""
LEAST: Final = 0.02
"""A weight below this is noise."""
MOST_LETTERS: Final = 2_000
TONE: Final = "negative"
_WORD = re.compile(r"\S+")

Shares = Callable[[Sequence[str]], Sequence[Mapping[str, float]]]
"""Texts → the probability of each category, and of the negative tone under `TONE`."""
Span = tuple[int, int]


def weigh(text: str, categories: Sequence[str], shares: Shares, *, most: int) -> list[Weight]:
    """The fragments of *text* without which one of *categories* would be less probable, heaviest first, each under the
    category it weighs most for."""
    words = _stretch(text, [match.span() for match in _WORD.finditer(text[:MOST_LETTERS])], categories, shares)
    if not words:
        return []
    first, last = words[0][0], words[-1][1]
    (whole,) = shares([text[first:last]])

    def without(parts: Iterable[Span]) -> list[Weight]:
        spans = list(parts)
        left = shares([text[first:start] + " " + text[end:last] for start, end in spans])
        return [_weight(text, span, whole, rest, categories) for span, rest in zip(spans, left, strict=True)]

    if len(words) <= PARTS + FINER:
        found = without(words)
    else:
        coarse = sorted(without(_runs(words)), key=lambda one: -one.weight)
        split = _within(words, coarse)
        found = [*without(split), *(one for one in coarse if not any(_inside(word, one) for word in split))]
    return sorted((one for one in found if one.weight >= LEAST), key=lambda one: (-one.weight, one.start))[:most]


def _stretch(text: str, words: list[Span], categories: Sequence[str], shares: Shares) -> list[Span]:
    """The words to look into: all of a short text; of a long one those that, read alone, speak most for the finding."""
    if len(words) <= STRETCH:
        return words
    stretches = [words[at : at + STRETCH] for at in range(0, len(words), STRETCH)]
    read = shares([text[one[0][0] : one[-1][1]] for one in stretches])
    return max(zip(stretches, read, strict=True), key=lambda pair: max(pair[1].get(name, 0.0) for name in categories))[
        0
    ]


def _weight(
    text: str, span: Span, whole: Mapping[str, float], rest: Mapping[str, float], categories: Sequence[str]
) -> Weight:
    falls = {name: whole.get(name, 0.0) - rest.get(name, 0.0) for name in categories}
    name = max(falls, key=falls.__getitem__)
    return Weight(text[slice(*span)], *span, name, round(falls[name], 4))


def _runs(words: Sequence[Span]) -> list[Span]:
    """Of about the same number of words, from the start of the first to the end of the last."""
    size = -(-len(words) // PARTS)
    return [(words[at][0], words[min(at + size, len(words)) - 1][1]) for at in range(0, len(words), size)]


def _within(words: Sequence[Span], heaviest: Sequence[Weight]) -> list[Span]:
    """The words of the heaviest runs, as many runs as may be looked into."""
    found: list[Span] = []
    for run in heaviest:
        inside = [word for word in words if _inside(word, run)]
        if run.weight < LEAST or len(found) + len(inside) > FINER:
            break
        found += inside
    return found


def _inside(word: Span, run: Weight) -> bool:
    return run.start <= word[0] and word[1] <= run.end
