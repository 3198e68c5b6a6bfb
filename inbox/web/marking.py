"""A text cut into pieces, some of them marked: the words that betray a reason, or those that weighed most.

Pure. The pieces put together again are the text, character by character; the template escapes each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from inbox.weighing import Weight

MOST_OF_ONE = 20
"""So often at most is one fragment marked: a word repeated ten thousand times needs no ten thousand marks."""

LIGHT = 0.2
"""A word that takes less than this from the confidence is not heavy, however light the others are."""


@dataclass(frozen=True, slots=True)
class Piece:
    """`mark`: the class of its `<mark>`, empty for plain text."""

    text: str
    mark: str = ""


Span = tuple[int, int, str]


def pieces(text: str, spans: Iterable[Span]) -> list[Piece]:
    """Of spans that overlap the one that begins first is marked, then what is left of the next."""
    found: list[Piece] = []
    done = 0
    for start, end, mark in sorted(spans):
        begin = max(start, done)
        if begin < end <= len(text):
            found += [Piece(text[done:begin]), Piece(text[begin:end], mark)]
            done = end
    return [piece for piece in (*found, Piece(text[done:])) if piece.text]


def quotes(text: str, fragments: Iterable[str]) -> Iterator[Span]:
    """Where the fragments stand in the text."""
    for fragment in fragments:
        at = text.find(fragment) if fragment else -1
        for _ in range(MOST_OF_ONE):
            if at < 0:
                break
            yield at, at + len(fragment), "quoted"
            at = text.find(fragment, at + len(fragment))


def heavy(weights: Sequence[Weight]) -> Iterator[Span]:
    """Each with its strength, 1 to 3."""
    most = heaviest(weights)
    for weight in weights:
        yield weight.start, weight.end, f"heavy-{strength(weight.weight, most)}"


def heaviest(weights: Sequence[Weight]) -> float:
    """What strengths are measured against: where all weigh next to nothing, none is shown as heavy."""
    return max([LIGHT, *(weight.weight for weight in weights)])


def strength(weight: float, most: float) -> int:
    """3 from two thirds of the heaviest on, 2 from one third."""
    return 1 + (weight >= most / 3) + (weight >= most * 2 / 3)
