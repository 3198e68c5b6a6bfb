"""Evidence: which categories a message speaks of, how surely, and in which of its own words.

Matches of one category add up as independent witnesses, 1 − Π(1 − p). A match inside an idiom is dropped; one that is
negated, told as long past, or told of a film keeps a fraction of its weight; laughter weakens threats, never hazards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from classifier.judgement import LEVEL_OF, Reason
from classifier.lexicon import Claim, Lexicon
from classifier.matching import Match, Places, Span
from classifier.tokens import Token

FOUND: Final = 0.5
"""A category counts as found from this score."""
_NEGATED: Final = 0.2
_DISTANT: Final = 0.45
_JOKING: Final = 0.5
_REACH: Final = 3
"""Words between a negation and what it negates."""
_LAUGHED_OFF = frozenset({"violence", "self_harm"})
_NEVER_NEGATED = frozenset({"complaint", "question", "boycott", "outage", "spam"})
_OUTLASTS_IDIOMS = frozenset({"praise", "question"})
_SHOWN = 4


class Guards:
    """What surrounds the matches of one message in one language."""

    def __init__(self, lexicon: Lexicon, tokens: Sequence[Token], places: Places) -> None:
        self._lexicon, self._tokens = lexicon, tokens
        found = list(lexicon.guards.find(places))
        self._idioms = {
            at
            for match in found
            if match.meaning == "idiom"
            for at in range(match.first[0], max(end for _, end in match.spans))
        }
        kinds = {match.meaning for match in found}
        self._joke = "joke" in kinds
        self._distant = "fiction" in kinds or ("past" in kinds and "again" not in kinds)

    def _negated(self, span: Span) -> bool:
        first, end = span
        for at in range(first - 1, max(-1, first - 1 - _REACH), -1):
            if self._tokens[at + 1].after_pause:
                break
            if self._tokens[at].forms[0] in self._lexicon.negations:
                return True
        for at in range(end, min(len(self._tokens), end + 2)):
            if self._tokens[at].after_pause:
                break
            if self._tokens[at].forms[0] in self._lexicon.negations_after:
                return True
        return False

    def weight(self, match: Match[Claim]) -> float:
        """What is left of a match's certainty, as a factor."""
        category = match.meaning.category
        if category not in _OUTLASTS_IDIOMS and match.words & self._idioms:
            return 0.0
        factor = 1.0
        if category not in _NEVER_NEGATED and self._negated(match.first):
            factor *= _NEGATED
        if self._distant and LEVEL_OF[category] >= 2:
            factor *= _DISTANT
        if self._joke and category in _LAUGHED_OFF:
            factor *= _JOKING
        return factor


def _fragment(text: str, tokens: Sequence[Token], span: Span) -> str:
    return text[tokens[span[0]].start : tokens[span[1] - 1].end]


Weighed = tuple[float, Match[Claim], Lexicon]


def _strongest(weighed: Iterable[Weighed]) -> dict[str, list[Weighed]]:
    """By category, the matches that add something: one for each place, the surest first, then the earliest."""
    kept: dict[str, list[Weighed]] = {}
    taken: dict[str, set[int]] = {}
    for certainty, match, lexicon in sorted(weighed, key=lambda entry: (-entry[0], entry[1].first)):
        category = match.meaning.category
        words = match.words
        if words <= taken.setdefault(category, set()):
            continue
        taken[category] |= words
        kept.setdefault(category, []).append((certainty, match, lexicon))
    return kept


def _quoted(text: str, tokens: Sequence[Token], match: Match[Claim], lexicon: Lexicon) -> list[str]:
    """The fragments worth showing of *match*, the most telling first: no greeting, no pronoun alone."""
    telling = [
        span for span in match.spans if not all(tokens[at].forms[0] in lexicon.quiet for at in range(*span))
    ] or match.spans
    return [_fragment(text, tokens, span) for span in telling]


def idiomatic(tokens: Sequence[Token], lexicons: Iterable[Lexicon]) -> bool:
    """Whether the text holds a turn of phrase that only sounds grave ("dying of laughter")."""
    places = Places(tokens)
    return any(match.meaning == "idiom" for lexicon in lexicons for match in lexicon.guards.find(places))


def reasons_in(text: str, tokens: Sequence[Token], lexicons: Iterable[Lexicon]) -> list[Reason]:
    """The categories found in *text* (score from `FOUND`), with the exact fragments that speak for them."""
    places = Places(tokens)
    weighed: list[Weighed] = []
    for lexicon in lexicons:
        guards = Guards(lexicon, tokens, places)
        for match in lexicon.claims.find(places):
            certainty = match.meaning.certainty * guards.weight(match)
            if certainty > 0.0:
                weighed.append((certainty, match, lexicon))
    reasons = []
    for category, matches in _strongest(weighed).items():
        doubt = 1.0
        for certainty, _, _ in matches:
            doubt *= 1.0 - certainty
        if 1.0 - doubt < FOUND:
            continue
        fragments = [fragment for _, match, lexicon in matches for fragment in _quoted(text, tokens, match, lexicon)]
        reasons.append(Reason(category, min(0.99, 1.0 - doubt), tuple(dict.fromkeys(fragments))[:_SHOWN]))
    return reasons
