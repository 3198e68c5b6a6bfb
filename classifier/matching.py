"""Matching: where the patterns of one language occur among the tokens of a message.

An index on the first word of every phrase keeps this proportional to the length of the message, not to the size of the
lexicons: a thousand patterns cost what the few that begin with a word of the message cost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from classifier.patterns import GAP, WINDOW, Pattern, Phrase
from classifier.tokens import Token

T = TypeVar("T")
Span = tuple[int, int]
"""First token and the one after the last."""


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """A pattern found: what it stands for, and the runs of tokens it covers."""

    meaning: T
    spans: tuple[Span, ...]


def phrase_end(phrase: Phrase, tokens: Sequence[Token], at: int) -> int | None:
    """The token after the shortest run that *phrase* covers from token *at*, or None."""
    if not phrase:
        return at
    head, rest = phrase[0], phrase[1:]
    if head.gap:
        ends = (phrase_end(rest, tokens, at + skipped) for skipped in range(GAP + 1))
        return next((end for end in ends if end is not None), None)
    if at < len(tokens) and head.fits(tokens[at].forms):
        return phrase_end(rest, tokens, at + 1)
    return None


def _near(phrase: Phrase, tokens: Sequence[Token], span: Span) -> Span | None:
    for at in range(max(0, span[0] - WINDOW), min(len(tokens), span[1] + WINDOW)):
        end = phrase_end(phrase, tokens, at)
        if end is not None and (end <= span[0] or at >= span[1]):
            return at, end
    return None


class Index(Generic[T]):
    """Patterns with their meanings, looked up by the first word of their first phrase. Immutable once built."""

    def __init__(self, entries: Iterable[tuple[Pattern, T]]) -> None:
        self._exact: dict[str, list[tuple[Pattern, T]]] = defaultdict(list)
        self._stems: dict[str, list[tuple[Pattern, T]]] = defaultdict(list)
        self._anywhere: list[tuple[Pattern, T]] = []
        for entry in entries:
            first = entry[0].phrase[0]
            for word in first.exact:
                self._exact[word].append(entry)
            for stem in first.stems:
                self._stems[stem].append(entry)
            if first.endings or first.inner:
                self._anywhere.append(entry)
        self._lengths = sorted({len(stem) for stem in self._stems})

    def _candidates(self, token: Token) -> Iterator[tuple[Pattern, T]]:
        for form in token.forms:
            yield from self._exact.get(form, ())
            for length in self._lengths:
                if length > len(form):
                    break
                yield from self._stems.get(form[:length], ())
        yield from (entry for entry in self._anywhere if entry[0].phrase[0].fits(token.forms))

    def find(self, tokens: Sequence[Token]) -> Iterator[Match[T]]:
        """Every match, by its place in the message."""
        for at, token in enumerate(tokens):
            for pattern, meaning in self._candidates(token):
                end = phrase_end(pattern.phrase, tokens, at)
                if end is None:
                    continue
                near = [_near(phrase, tokens, (at, end)) for phrase in pattern.near]
                found = [span for span in near if span is not None]
                if len(found) == len(near):
                    yield Match(meaning, tuple(sorted({(at, end), *found})))
