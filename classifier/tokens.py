"""Tokens: the words and emojis of a folded message, each knowing the original fragment it stands for.

Elisions are cut ("l'odeur" gives l, odeur), English contractions are glued ("can't" gives cant, as people type it),
hashtags are cut at capitals ("#BoycottZubo" gives boycott, zubo). Arabic words carry a second form without their
glued particles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from classifier.folding import fold_with_origin

_LETTER = r"(?:[^\W_]|[\u0900-\u0963\u0970-\u097f])"
_TOKEN = re.compile(
    rf"{_LETTER}+(?:'(?:t|s|re|ve|ll|m|d)(?!{_LETTER}))?|[\U0001F000-\U0001FAFF\u2300-\u23FF\u2600-\u27BF\u2b50]"
)
_CAMEL = re.compile(r"(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")
_ARABIC_WORD = re.compile(r"[\u0600-\u06ff]{4,}")
_PARTICLES = ("وال", "بال", "فال", "كال", "لل", "ال", "و", "ف", "ب", "ل")
_BREAKING = frozenset('.!?;:,\n()…।؟،"')

SILENCE: Final = 24
"""Tokens of nothing between the two ends of a long message."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word: its folded forms (the first as written), its span in the original, whether a pause stands before it."""

    forms: tuple[str, ...]
    start: int
    end: int
    after_pause: bool


def _forms(word: str) -> tuple[str, ...]:
    if not _ARABIC_WORD.fullmatch(word):
        return (word,)
    bare = [word[len(p) :] for p in _PARTICLES if word.startswith(p) and len(word) - len(p) >= 3]
    return (word, *bare)


def _hashtag_parts(original: str, start: int, end: int) -> list[tuple[int, int]]:
    cuts = [start, *(start + m.start() for m in _CAMEL.finditer(original[start:end])), end]
    return list(pairwise(cuts))


def tokenise(original: str) -> list[Token]:
    """The tokens of *original*, in order."""
    folded = fold_with_origin(original)
    tokens: list[Token] = []
    last = 0
    for match in _TOKEN.finditer(folded.text):
        start, end = folded.origin[match.start()], folded.origin[match.end() - 1] + 1
        pause = not _BREAKING.isdisjoint(folded.text[last : match.start()])
        last = match.end()
        word = match.group().replace("'", "")
        if original[start - 1 : start] != "#":
            tokens.append(Token(_forms(word), start, end, pause))
            continue
        for part_start, part_end in _hashtag_parts(original, start, end):
            part = fold_with_origin(original[part_start:part_end]).text
            tokens.append(Token(_forms(part), part_start, part_end, pause and part_start == start))
    return tokens


def tokenise_ends(original: str, head: int, tail: int) -> list[Token]:
    """The tokens of the first *head* and the last *tail* characters of *original*.

    Where something is left out between them stands a silence too long for any pattern to reach across.
    """
    if len(original) <= head + tail:
        return tokenise(original)
    skipped = len(original) - tail
    moved = (
        Token(token.forms, token.start + skipped, token.end + skipped, token.after_pause)
        for token in tokenise(original[skipped:])
    )
    silence = Token(("\n",), head, head, after_pause=True)
    return [*tokenise(original[:head]), *[silence] * SILENCE, *moved]
