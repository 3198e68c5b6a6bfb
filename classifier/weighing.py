"""The words that weighed most: each part of the text is left out once, and what falls is its weight.

Occlusion (Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, 2014) asks nothing of a model but
its answers. The text is cut into at most `PARTS` runs of words, so that the time it takes is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from classifier.judgement import Weight

PARTS: Final = 24
LEAST: Final = 0.02
"""A weight below this is noise."""
MOST_LETTERS: Final = 2_000
TONE: Final = "negative"
_WORD = re.compile(r"\S+")

Shares = Callable[[Sequence[str]], Sequence[Mapping[str, float]]]
"""Texts → the probability of each category, and of the negative tone under `TONE`."""


def weigh(text: str, categories: Sequence[str], shares: Shares, *, most: int) -> list[Weight]:
    """The fragments of *text* without which one of *categories* would be less probable, heaviest first, each under the
    category it weighs most for."""
    spans = _parts(text[:MOST_LETTERS])
    if not spans:
        return []
    whole, *rest = shares([text, *(text[:start] + " " + text[end:] for start, end in spans)])
    found = []
    for (start, end), without in zip(spans, rest, strict=True):
        falls = {name: whole.get(name, 0.0) - without.get(name, 0.0) for name in categories}
        name = max(falls, key=falls.__getitem__)
        if falls[name] >= LEAST:
            found.append(Weight(text[start:end], start, end, name, round(falls[name], 4)))
    return sorted(found, key=lambda one: (-one.weight, one.start))[:most]


def _parts(text: str) -> list[tuple[int, int]]:
    """Runs of words of about the same number, from the start of the first to the end of the last."""
    words = [match.span() for match in _WORD.finditer(text)]
    size = -(-len(words) // PARTS) if words else 1
    return [(words[at][0], words[min(at + size, len(words)) - 1][1]) for at in range(0, len(words), size)]
