"""Arabic and Hebrew for paper on which signs are set one by one, from left to right.

Arabic letters take the form that their neighbours ask for, lam and alef become one sign, and the line is put into the
order in which it is seen (Unicode's bidirectional algorithm, as fpdf2 has it). The forms are those that Unicode keeps
for such paper, read from its own table (UnicodeData, <initial>, <medial>, <final>, <isolated>); the fonts beside this
module hold them. Vowel marks are left out, as names are printed. Why no shaping engine: docs/adr/0047.

A field is taken as one line: a long one that is broken afterwards reads right within each line.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection

LAM, TATWEEL = "\u0644", "\u0640"
FORMS = (*range(0xFB50, 0xFC00), *range(0xFE80, 0xFEFD))
CONTROLS = dict.fromkeys(
    map(ord, "\u061c\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")
NAMED = {(False, False): "<isolated>", (False, True): "<initial>", (True, True): "<medial>", (True, False): "<final>"}
"""Joined to the one before, joined to the one after → the form."""


@cache
def _forms() -> Mapping[str, Mapping[str, str]]:
    """A letter, or lam and an alef → form → sign."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for code in FORMS:
        form, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        letter = "".join(chr(int(one, 16)) for one in letters)
        if form in NAMED.values() and (len(letter) == 1 or letter[0] == LAM):
            found[letter].setdefault(form, chr(code))
    return found


def drawn(text: str) -> str:
    """As it is to be set; text without such letters stays as it is, but for marks of direction."""
    if not any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in text):
        return text.translate(CONTROLS)
    seen = BidiParagraph(joined(unpointed(text)), base_direction=TextDirection.LTR).get_reordered_characters()
    return "".join(one.character.translate(MIRRORED if one.embedding_level % 2 else {}) for one in seen).translate(
        CONTROLS
    )


def unpointed(text: str) -> str:
    """Without the vowel marks of both scripts."""
    return "".join(
        one for one in text if not (0x590 <= ord(one) <= 0x6FF and unicodedata.bidirectional(one) == "NSM")
    )  # fmt: skip


def joined(text: str) -> str:
    """Each letter in the form that its neighbours ask for, still in the order of reading."""
    letters = _letters(text)
    out = []
    for at, letter in enumerate(letters):
        before = at > 0 and _reaches(letters[at - 1]) and _is_reached(letter)
        after = at + 1 < len(letters) and _reaches(letter) and _is_reached(letters[at + 1])
        out.append(_forms().get(letter, {}).get(NAMED[before, after], letter))
    return "".join(out)


def _letters(text: str) -> list[str]:
    """One by one, but lam and the alef after it together."""
    found: list[str] = []
    for sign in text:
        if found and found[-1] == LAM and LAM + sign in _forms():
            found[-1] += sign
        else:
            found.append(sign)
    return found


def _reaches(letter: str) -> bool:
    """Joins what follows."""
    return letter == TATWEEL or "<initial>" in _forms().get(letter, {})


def _is_reached(letter: str) -> bool:
    """Joins what stands before."""
    return letter == TATWEEL or "<final>" in _forms().get(letter, {})
