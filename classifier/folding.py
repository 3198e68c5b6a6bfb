"""Folding: one spelling for what people type in many ways, without losing where it stood.

The lexicons are matched on folded text: casefolded, Latin accents stripped, full-width and mathematical letters made
plain, Arabic letter variants and vowel signs unified, the Devanagari nukta dropped. Every folded character remembers
the original character it came from, so that evidence can be shown exactly as the person wrote it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_ARABIC = str.maketrans("أإآٱىةؤئکیھ", "اااايهويكيه")
_DROPPED = frozenset(
    "\u0640\u0670\u093c\u200b\u200c\u200d\u200e\u200f\ufe0f\ufe0e\ufeff\u00ad\u034f\u2060\u2061\u2062\u2063\u2064"
)
_SPELLED = {
    "œ": "oe",
    "æ": "ae",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "ı": "i",
    "’": "'",
    "‘": "'",
    "`": "'",
    "´": "'",
}


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; ``origin[i]`` is the index in the original of folded character *i*."""

    text: str
    origin: tuple[int, ...]


def _is_mark(character: str) -> bool:
    code = ord(character)
    return 0x300 <= code <= 0x36F or 0x64B <= code <= 0x65F or character in _DROPPED


@lru_cache(maxsize=16_384)
def fold_character(character: str) -> str:
    """The folded form of one character: usually one character, sometimes two ("ß") or none (an accent)."""
    if character < "\x80":
        return character.lower()
    if character in _SPELLED:
        return _SPELLED[character]
    if character == "ँ":
        return "ं"
    plain = unicodedata.normalize("NFKD", character).casefold().translate(_ARABIC)
    return "".join(_SPELLED.get(part, part) for part in plain if not _is_mark(part))


def fold(text: str) -> str:
    """Folded text alone, for what needs no positions (lexicon entries, language cues)."""
    return "".join(map(fold_character, text))


def fold_with_origin(text: str) -> Folded:
    """Fold *text* and keep, for every folded character, the index of its source."""
    pieces = [fold_character(character) for character in text]
    origin = [index for index, piece in enumerate(pieces) for _ in piece]
    return Folded("".join(pieces), tuple(origin))
