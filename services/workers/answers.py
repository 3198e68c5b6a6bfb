"""Whether what a model answered is an answer at all: a model may be somebody else's, and may lie.

What passes can be stored, folded and shown. What does not is the model's failure, never the message's: it stays unread.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from classifier.judgement import SENTIMENTS, Judgement, Reason

EMBEDDING_BYTES = 384
MOST_NAME = 200


class NoAnswer(Exception):
    """It is none; the message says in which way."""


def check(found: Any, wanted: int) -> list[Judgement]:
    """One sound judgement for each of `wanted` texts. Raises `NoAnswer`."""
    if not isinstance(found, Sequence) or len(found) != wanted:
        raise NoAnswer("not one judgement a text")
    for said in found:
        _check(said)
    return list(found)


def _check(said: Any) -> None:
    if not isinstance(said, Judgement):
        raise NoAnswer("no judgement")
    _need(said.sentiment in SENTIMENTS, "a tone that is none")
    _need(_share(said.urgency), "an urgency that is none")
    _need(type(said.level) is int and 0 <= said.level <= 3, "a level that is none")
    _need(isinstance(said.assessed, bool) and isinstance(said.provisional, bool), "a flag that is none")
    _need(said.lang is None or _name(said.lang), "a language that is none")
    _need(_name(said.model) and isinstance(said.sha256, str), "no name")
    _need(said.temperature is None or _finite(said.temperature), "a temperature that is none")
    _need(_shares(said.probabilities) and _shares(said.sentiment_scores), "a probability that is none")
    _need(isinstance(said.reasons, Sequence) and all(map(_reason, said.reasons)), "a reason that is none")
    fits = said.embedding is None or (isinstance(said.embedding, bytes) and len(said.embedding) == EMBEDDING_BYTES)
    _need(fits, "an embedding of another length")


def _need(sound: bool, otherwise: str) -> None:
    if not sound:
        raise NoAnswer(otherwise)


def _finite(value: Any) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool) and math.isfinite(value)


def _share(value: Any) -> bool:
    return _finite(value) and 0 <= value <= 1


def _shares(values: Any) -> bool:
    try:
        return all(_name(name) and _share(share) for name, share in values.items())
    except AttributeError:
        return False


def _name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MOST_NAME and _storable([value])


def _reason(reason: Any) -> bool:
    return (
        isinstance(reason, Reason) and _name(reason.category) and _share(reason.score)
        and isinstance(reason.evidence, tuple) and all(isinstance(words, str) for words in reason.evidence)
        and _storable(reason.evidence)
    )  # fmt: skip


def _storable(texts: Iterable[str]) -> bool:
    """JSON takes no lone surrogate."""
    return not any("\ud800" <= letter <= "\udfff" for text in texts for letter in text)
