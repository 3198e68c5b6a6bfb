"""Search: how words are folded before they are stored, and how what somebody typed becomes a query.

Both sides are cut and folded here, so PostgreSQL's parser and its locale have no say: an embedded server in the C
locale finds Arabic and Hindi like any other. Folded: case, accents, Arabic vowel marks and letter variants, width.
Kept: the vowel signs of Hindi, which are letters to its readers. An emoji is a word. Each word stands behind its brand
(`12:remboursement`), so that the index of one brand's words is never read for another's search.

Scripts without spaces (Chinese, Thai) are found by the beginning of a run of text only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from inbox.ids import BrandId
from inbox.views.marks import SIGNS, Mark

MOST_WORDS = 4_000
"""Different words kept of one item: an endless thread is found by its first ones."""
MOST_LETTERS = 48
MOST_ASKED = 12
"""Words of a query that count; the rest is ignored."""
BEGINNING = ":*"
"""Behind a word: whatever begins so. No word holds a sign, so that it is found by looking for it."""

VIRAMA = 9
REMEMBERED = 0x2E80
"""The first letter too rare, or of an alphabet too large, to be remembered."""
ARABIC = str.maketrans({"ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك", "ـ": None})


def cut(text: str) -> list[str]:
    """The folded words of a text, in order."""
    found: list[str] = []
    for run in text.split():
        found += _of_usual(run) if len(run) <= USUAL else _of(run)
    return found


def _of(run: str) -> tuple[str, ...]:
    """Words of a text without blanks. No letter looks beyond a blank for how it is folded."""
    return tuple(_folded(run).translate(_LETTERS).split())


USUAL = 16
"""Longer runs of letters do not come again."""
_of_usual = lru_cache(maxsize=16_384)(_of)
"""People use the same few thousand words."""


def document(
    brand: BrandId, texts: Iterable[str | None], names: Iterable[str | None] = (), marks: Iterable[Mark] = ()
) -> str:
    """The different words of all texts behind their brand, separated by spaces: what `words` is made from. `names`, of
    the author, count as words and as names."""
    said = [text for text in names if text]
    different = dict.fromkeys([word[:MOST_LETTERS] for text in (*said, *texts) if text for word in cut(text)])
    before = f"{brand}:"
    found = [before + word for word in islice(different, MOST_WORDS)]
    found += dict.fromkeys(_lexeme(brand, "@", word) for text in said for word in cut(text))
    found += dict.fromkeys(_lexeme(brand, SIGNS[mark.kind], "".join(cut(mark.text))) for mark in marks)
    return " ".join(found)


@dataclass(frozen=True, slots=True)
class Asked:
    """Terms that must all hold. `whole`: words and codes as they are. `loose`: beginnings, and what must not be."""

    whole: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()

    @property
    def query(self) -> str | None:
        """All terms as one `tsquery`; None where nothing is asked."""
        return together((*self.whole, *self.loose))


def together(terms: Iterable[str]) -> str | None:
    """A `tsquery` of terms that must all hold; None of none."""
    return " & ".join(terms) or None


def asked(
    brand: BrandId, typed: str, marks: Iterable[Iterable[Mark]] = (), without: Iterable[Mark] = ()
) -> Asked | None:
    """All words typed, the last one as a beginning, one mark of each set, and none of `without`. None where something
    was asked for and no text or name can hold it (signs alone)."""
    terms = [f"'{brand}:{word[:MOST_LETTERS]}'" for word in cut(typed)[:MOST_ASKED]]
    if terms:
        terms[-1] += BEGINNING
    elif typed.strip():
        return None
    for alternatives in marks:
        found = [said for mark in alternatives if (said := _wanted(brand, mark))]
        if not found:
            return None
        terms.append(f"({' | '.join(sorted(found))})")
    loose = [term for term in terms if BEGINNING in term]
    loose += [f"!{said}" for mark in sorted(set(without)) if (said := _wanted(brand, mark))]
    return Asked(tuple(term for term in terms if BEGINNING not in term), tuple(loose))


def _wanted(brand: BrandId, mark: Mark) -> str | None:
    """All words of a text; of a name each as a beginning; a code as it is."""
    end = BEGINNING if mark.kind == "author" else ""
    parts = cut(mark.text)[:MOST_ASKED]
    if parts and mark.kind not in {"word", "author"}:
        parts = ["".join(parts)]
    found = [f"'{_lexeme(brand, SIGNS[mark.kind], word)}'{end}" for word in parts]
    return f"({' & '.join(found)})" if found else None


def _lexeme(brand: BrandId, sign: str, word: str) -> str:
    return f"{brand}{sign}{word[:MOST_LETTERS]}"


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold().translate(ARABIC))
    return apart.translate(_MARKS).casefold()


def _without_mark(letter: str) -> str:
    return letter if unicodedata.combining(letter) in {0, VIRAMA} else ""


def _letter(letter: str) -> str:
    """The letter itself, a blank, or an emoji between blanks. Neither quote nor backslash can come out of it."""
    if letter.isalnum():
        return letter
    category = unicodedata.category(letter)
    if category[0] == "M":
        return letter
    if category == "So":
        return f" {letter} "
    return "" if category == "Cf" else " "


class _Table(dict[int, str]):
    """What becomes of each letter, worked out once for those of the common alphabets."""

    def __init__(self, become: Callable[[str], str]) -> None:
        super().__init__()
        self._become = become

    def __missing__(self, code: int) -> str:
        said = self._become(chr(code))
        if code < REMEMBERED:
            self[code] = said
        return said


_MARKS = _Table(_without_mark)
_LETTERS = _Table(_letter)
