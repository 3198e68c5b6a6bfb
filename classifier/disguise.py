"""Letters in disguise: what looks like a Latin word to people, and like none to whoever matches or tokenises it.

Some write so on purpose: with a Cyrillic "a" in a Latin word, or with a space or a dot between any two letters. A word
of honest text is written in one script; so where one mixes Latin letters with those of Cyrillic or Greek, words that
hold nothing but look-alikes are read as the Latin letters that people see. And where four single letters or more
stand apart, what parts such letters becomes a sign of no width, which all readers here leave out. One character becomes
one character: what is found stands at the same place in what was written.
"""

from __future__ import annotations

import re
from typing import Final

_ALIKE: Final = str.maketrans(
    "аеорсухіјѕԁһԛԝАВЕКМНОРСТУХІЈЅьαοερντυιкмтпАΒΕΗΙΚΜΝΟΡΤΥΧΖвнг",
    "aeopcyxijsdhqwABEKMHOPCTYXIJSbaoepvtuikmtnABEHIKMNOPTYXZvhr",
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:[\u200b-\u200d\u2060\ufeff\u00ad]+[^\W\d_]+)*")
_LATIN: Final = re.compile(r"[A-Za-z\u00c0-\u024f]")
_OTHER: Final = re.compile(r"[\u0370-\u03ff\u0400-\u052f]")
_WIDE: Final = {0xFF01 + n: 0x21 + n for n in range(94)}
_SPACED: Final = tuple(
    re.compile(rf"(?<![\w\u200b])[^\W\d_]([{between}])[^\W\d_](?:\1[^\W\d_])*(?![\w\u200b])")
    for between in (r".\-_*·", " ")  # a space parts words, too, where other signs part the letters
)
_LONG: Final = 7
"""Characters of four letters and what parts them: initials are fewer."""
_NO_WIDTH: Final = "\u200b"


def seen(text: str) -> str:
    """*text* as people see it, as long as it was."""
    text = _latin(text.translate(_WIDE))
    for spaced in _SPACED:
        if any(len(found.group()) >= _LONG for found in spaced.finditer(text)):
            text = spaced.sub(_joined, text)
    return text


def _joined(spaced: re.Match[str]) -> str:
    return spaced.group().replace(spaced[1], _NO_WIDTH)


def _latin(text: str) -> str:
    if not _OTHER.search(text):
        return text
    if not any(_LATIN.search(word) and _OTHER.search(word) for word in _WORD.findall(text)):
        return text
    return _WORD.sub(lambda word: _plain(word.group()), text)


def _plain(word: str) -> str:
    """The word in Latin letters, where nothing is left of another script."""
    plain = word.translate(_ALIKE)
    return word if _OTHER.search(plain) else plain
