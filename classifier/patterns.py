"""Patterns: the small language in which the lexicons are written, and its compiled form.

A pattern is words in order: ``gas leak``. A word may end in ``*`` (stem: ``smok*``), begin with it (``*brand``) or
both; ``a|b`` means either; ``@name`` any word of a group in groups.toml; ``...`` up to three words in between.
Phrases joined by ``~`` must stand within `WINDOW` words of each other, in any order: ``smok* ~ @device``. Patterns
are folded like the text, so they may be written with or without accents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from classifier.folding import fold

WINDOW = 9
GAP = 3
LONGEST_STEM = 32
Groups = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Element:
    """One place of a phrase: the words, stems, endings and inner parts that fit it; ``gap`` is for ``...``."""

    exact: frozenset[str] = frozenset()
    stems: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    gap: bool = False

    def fits(self, forms: tuple[str, ...]) -> bool:
        """Whether any of a token's forms fits this place."""
        for form in forms:
            if form in self.exact or form.startswith(self.beginnings) or form.endswith(self.endings):
                return True
            if self.inner and any(part in form for part in self.inner):
                return True
        return False


Phrase = tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A phrase, and the phrases that must all stand near it.

    ``telling`` orders them (0 is the phrase, 1 the first one near it) by how much they say: as they are written, but
    a group ("@device") after the words that say what it does.
    """

    source: str
    phrase: Phrase
    near: tuple[Phrase, ...] = ()
    telling: tuple[int, ...] = (0,)


def _spelled_out(text: str, groups: Groups) -> str:
    return "|".join("|".join(groups[part[1:]]) if part.startswith("@") else part for part in text.split("|"))


@lru_cache(maxsize=8_192)
def _element(text: str) -> Element:
    if text == "...":
        return Element(gap=True)
    folded = [fold(word).replace("'", "") for word in text.split("|")]
    if any(not word.strip("*") for word in folded):
        raise ValueError(f"empty word in pattern element {text!r}")
    if any(len(word) > LONGEST_STEM for word in folded):
        raise ValueError(f"too long a word in pattern element {text!r}")
    stems = tuple(word[:-1] for word in folded if word.endswith("*") and not word.startswith("*"))
    return Element(
        exact=frozenset(word for word in folded if "*" not in word),
        stems=frozenset(stems),
        beginnings=stems,
        endings=tuple(word[1:] for word in folded if word.startswith("*") and not word.endswith("*")),
        inner=tuple(word[1:-1] for word in folded if word.startswith("*") and word.endswith("*")),
    )


def _phrase(text: str, groups: Groups) -> Phrase:
    phrase = tuple(_element(_spelled_out(part, groups)) for part in text.split())
    if not phrase or phrase[0].gap or phrase[-1].gap:
        raise ValueError(f"a phrase starts and ends with a word: {text!r}")
    return phrase


def _breadth(phrase: Phrase) -> int:
    first = phrase[0]
    return len(first.exact) + len(first.stems) + 50 * (len(first.endings) + len(first.inner))


def parse(source: str, groups: Groups) -> Pattern:
    """Compile one pattern; ValueError where it is malformed, KeyError where it names an unknown group."""
    written = source.split("~")
    phrases = [_phrase(part, groups) for part in written]
    places = range(len(phrases))
    looked_up = sorted(places, key=lambda at: _breadth(phrases[at]))
    telling = sorted(places, key=lambda at: "@" in written[at])
    return Pattern(
        source,
        phrases[looked_up[0]],
        tuple(phrases[at] for at in looked_up[1:]),
        tuple(looked_up.index(at) for at in telling),
    )
