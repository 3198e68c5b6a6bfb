"""Which language a message is written in.

Script first, then naive Bayes over the languages that a brand is likely to meet (`classifier.recogniser`).

Short messages are the rule here, so function words that belong to one of the eight languages lend weight to it, and
Hindi in Latin letters, which no general recogniser knows, is told by its own function words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from classifier import recogniser
from classifier.folding import fold
from classifier.judgement import LANGUAGES
from classifier.lexicon import tables
from classifier.preparing import UNSEEN

_LIMIT: Final = 600
_BRIEF: Final = 6
_NOISE = re.compile(r"https?://\S+|www\.\S+|[@#]\w+|\bRT\b|\bhttp\b|[\d_]+")
_WORD = re.compile(r"(?:[^\W\d_]|[\u0900-\u0963\u0970-\u097f])+")
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_CUES: Final[Mapping[str, frozenset[str]]] = {
    lang: frozenset(words) for lang, words in tables("function_words").items()
}


@dataclass(frozen=True, slots=True)
class Reading:
    """Languages by probability, best first; empty where there is nothing to read."""

    ranking: tuple[tuple[str, float], ...]
    words: int
    letters: int = 0

    @property
    def brief(self) -> bool:
        """Whether there is too little to be in any language ("ok", "lol"): nothing was missed by not knowing it."""
        return self.letters <= _BRIEF and self.words <= 2

    @property
    def known(self) -> float:
        """How probable it is that the text is in one of the eight languages."""
        return min(1.0, sum(share for lang, share in self.ranking if lang in LANGUAGES))

    def plausible(self) -> list[str]:
        """The languages whose lexicons are worth reading the text with, best first, at most four."""
        floor = 0.04 if self.words < 5 else 0.1
        return [lang for lang, share in self.ranking if lang in LANGUAGES and share >= floor][:4]


class Languages:
    """A recogniser of languages. Reads only: safe to share among threads."""

    def __init__(self) -> None:
        self._recogniser = recogniser.read()

    def read(self, text: str) -> Reading:
        """The languages *text* may be in."""
        text = UNSEEN.sub("", text[:_LIMIT])
        plain = _NOISE.sub(" ", text).encode("utf-8", "ignore").decode("utf-8")
        words = _WORD.findall(plain)
        if not words:  # a hashtag alone is still worth reading
            words = _WORD.findall(re.sub(r"https?://\S+|@\w+", " ", text))
            plain = " ".join(words).encode("utf-8", "ignore").decode("utf-8")
        if not plain.strip() or not words:
            return Reading((), 0)
        devanagari = len(_DEVANAGARI.findall(plain))
        if devanagari > 0.4 * sum(map(len, words)):
            return Reading((("hi", 0.97),), len(words), sum(map(len, words)))
        return Reading(self._ranked(plain, [fold(word) for word in words]), len(words), sum(map(len, words)))

    def _ranked(self, plain: str, words: list[str]) -> tuple[tuple[str, float], ...]:
        shares = self._recogniser.shares(plain)
        hits = {lang: sum(word in cues for word in words) for lang, cues in _CUES.items()}
        hindi_share = hits["hi"] / len(words)
        for lang, count in hits.items():
            if lang != "hi":
                shares[lang] = (shares[lang] + 0.02 * min(count, 3)) * (1.0 + 2.0 * count / len(words))
        rival = max(count for lang, count in hits.items() if lang != "hi")
        if hits["hi"] >= 2 and hindi_share >= 0.25 and hits["hi"] > rival:
            shares = {lang: share * 0.15 for lang, share in shares.items()}
            shares["hi"] = 0.5 + 0.5 * hindi_share
        total = sum(shares.values())
        ranked = sorted(((lang, share / total) for lang, share in shares.items()), key=lambda entry: -entry[1])
        return tuple(ranked[:8])
