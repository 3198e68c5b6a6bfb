"""Matching: where the patterns of one language occur among the tokens of a message.

Both sides are looked up, neither is searched: an index on the first word of every phrase names the patterns that a
word of the message can begin, and the places of every word of the message say where the rest of a pattern stands.
Each distinct pattern is followed once, however often its words are repeated.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Generic, TypeVar

from classifier.patterns import GAP, LONGEST_STEM, WINDOW, Element, Pattern, Phrase
from classifier.tokens import Token

T = TypeVar("T")
Span = tuple[int, int]
"""First token and the one after the last."""
MOST: Final = 12
"""Occurrences looked at of one pattern: what is said a thousand times is not surer than what is said twelve times."""


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """A pattern found: what it stands for, and the runs of tokens it covers, the most telling first."""

    meaning: T
    spans: tuple[Span, ...]

    @property
    def first(self) -> Span:
        """The run that comes first in the message."""
        return min(self.spans)

    @property
    def words(self) -> set[int]:
        """The tokens it covers."""
        return {at for span in self.spans for at in range(*span)}


class Places:
    """Where words stand in one message; what was once looked up is remembered."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self.forms: dict[str, list[int]] = defaultdict(list)
        for at, token in enumerate(tokens):
            for form in token.forms:
                self.forms[form].append(at)
        self._begun: dict[str, set[str]] = defaultdict(set)
        for form in self.forms:
            for length in range(1, min(len(form), LONGEST_STEM) + 1):
                self._begun[form[:length]].add(form)
        self._elements: dict[int, list[int]] = {}
        self._phrases: dict[int, list[Span]] = {}

    def _fitting(self, element: Element) -> set[str]:
        forms = element.exact & self.forms.keys()
        fitting = set(forms).union(*(self._begun[stem] for stem in element.stems & self._begun.keys()))
        if element.endings or element.inner:
            fitting.update(form for form in self.forms if element.fits((form,)))
        return fitting

    def of_element(self, element: Element) -> list[int]:
        """The tokens that fit *element*, in order."""
        known = self._elements.get(id(element))
        if known is None:
            known = sorted({at for form in self._fitting(element) for at in self.forms[form]})
            self._elements[id(element)] = known
        return known

    def of_phrase(self, phrase: Phrase) -> list[Span]:
        """The runs that *phrase* covers, in order."""
        known = self._phrases.get(id(phrase))
        if known is None:
            ends = ((at, self._end(phrase[1:], at + 1)) for at in self.of_element(phrase[0]))
            known = [(at, end) for at, end in ends if end is not None]
            self._phrases[id(phrase)] = known
        return known

    def _end(self, phrase: Phrase, at: int) -> int | None:
        """The token after the shortest run that *phrase* covers from token *at*, or None."""
        if not phrase:
            return at
        head, rest = phrase[0], phrase[1:]
        if head.gap:
            ends = (self._end(rest, at + skipped) for skipped in range(GAP + 1))
            return next((end for end in ends if end is not None), None)
        if at < len(self._tokens) and head.fits(self._tokens[at].forms):
            return self._end(rest, at + 1)
        return None

    def near(self, phrase: Phrase, span: Span) -> Span | None:
        """The first run of *phrase* within the window of *span* and apart from it."""
        runs = self.of_phrase(phrase)
        for run in islice(runs, bisect_left(runs, (span[0] - WINDOW, 0)), None):
            if run[0] >= span[1] + WINDOW:
                return None
            if run[1] <= span[0] or run[0] >= span[1]:
                return run
        return None


class Index(Generic[T]):
    """Patterns with their meanings, looked up by the first word of their first phrase. Immutable once built."""

    def __init__(self, entries: Iterable[tuple[Pattern, T]]) -> None:
        self._entries = list(entries)
        self._exact: dict[str, list[int]] = defaultdict(list)
        self._stems: dict[str, list[int]] = defaultdict(list)
        self._anywhere: list[int] = []
        for number, (pattern, _) in enumerate(self._entries):
            first = pattern.phrase[0]
            for word in first.exact:
                self._exact[word].append(number)
            for stem in first.stems:
                self._stems[stem].append(number)
            if first.endings or first.inner:
                self._anywhere.append(number)
        self._lengths = sorted({len(stem) for stem in self._stems})

    def _candidates(self, forms: Iterable[str]) -> list[int]:
        numbers = set(self._anywhere)
        for form in forms:
            numbers.update(self._exact.get(form, ()))
            for length in self._lengths:
                if length > len(form):
                    break
                numbers.update(self._stems.get(form[:length], ()))
        return sorted(numbers)

    def find(self, places: Places) -> Iterator[Match[T]]:
        """Every match, at most `MOST` of one pattern."""
        for number in self._candidates(places.forms):
            pattern, meaning = self._entries[number]
            for span in places.of_phrase(pattern.phrase)[:MOST]:
                found = [span]
                for phrase in pattern.near:
                    run = places.near(phrase, span)
                    if run is None:
                        break
                    found.append(run)
                else:
                    telling = (found[at] for at in pattern.telling)
                    yield Match(meaning, tuple(dict.fromkeys(telling)))
