"""The first look: a linear tone and the lexicons, about a millisecond a message, while a storm keeps the encoder busy.

Its judgements are marked provisional: the encoder refines them. It holds weights, lexicons and the language
recogniser, all read-only, so one instance serves every thread of a process. It never raises on any string.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifier import lexicon, sentiment, weights
from classifier.disguise import seen
from classifier.evidence import reasons_in
from classifier.judgement import LANGUAGES, SENTIMENTS, Judgement, Reason
from classifier.language import Languages, Reading
from classifier.tokens import Token, tokenise_ends
from classifier.urgency import level_for, ordered, urgency_of

HEAD: Final = 3_000
TAIL: Final = 1_000
"""Characters searched for reasons, at either end of a message: people open with what happened and close with what they
want. It bounds the time that one text can take."""
_QUESTION_MARKS = frozenset("?؟？")
RECOGNISED: Final = 0.3
"""Below this share the best language is not named."""
KNOWN: Final = 0.5
"""Probability of being in one of the eight languages from which a text counts as assessed."""


class FirstLook:
    """Judges texts by words alone. Thread-safe, no I/O after loading."""

    def __init__(self, model: weights.Weights) -> None:
        self._weights = model
        self._lexicons = lexicon.lexicons()
        self._languages = Languages()

    @property
    def model(self) -> str:
        """``name@version/sha8`` of the weights."""
        return self._weights.model

    def judge(self, texts: Sequence[str]) -> list[Judgement]:
        """One judgement a text, in order. Any string will do, however long or broken."""
        return [self._judge(text) for text in texts]

    def _judge(self, text: str) -> Judgement:
        shown = seen(text)
        reading = self._languages.read(shown)
        tokens = tokenise_ends(shown, HEAD, TAIL)
        shares = self.tone(shown, reading.words)
        negative = float(shares[0])
        plausible = reading.plausible() or (["en"] if tokens else [])
        reasons = reasons_in(text, tokens, [self._lexicons[lang] for lang in plausible])
        reasons = self.completed(reasons, text[:HEAD] + text[HEAD:][-TAIL:], tokens, negative, reading)
        lang, confidence = reading.ranking[0] if reading.ranking else (None, 0.0)
        return Judgement(
            sentiment=SENTIMENTS[int(shares.argmax())],
            sentiment_scores={name: round(float(share), 4) for name, share in zip(SENTIMENTS, shares, strict=True)},
            lang=lang if confidence >= RECOGNISED else None,
            lang_confidence=round(confidence, 4),
            urgency=urgency_of(reasons, negative),
            level=level_for(reasons),
            reasons=ordered(reasons),
            assessed=reading.brief or bool(reasons) or reading.known >= KNOWN,
            model=self._weights.model,
            temperature=self._weights.temperature,
            sha256=self._weights.sha256,
            provisional=True,
        )

    def tone(self, text: str, words: int) -> NDArray[np.float64]:
        """Probabilities of negative, neutral, positive. *words*: how many there are to read."""
        return sentiment.probabilities(self._weights, text, words).astype(np.float64)

    def completed(
        self, reasons: list[Reason], text: str, tokens: Sequence[Token], negative: float, reading: Reading
    ) -> list[Reason]:
        """Add what no lexicon says.

        A complaint by tone alone, a question by its mark; drop a complaint the tone contradicts.
        """
        if {"spam", "praise"} & {reason.category for reason in reasons} and negative < 0.5:
            reasons = [reason for reason in reasons if reason.category != "complaint" or reason.score >= 0.8]
        found = {reason.category for reason in reasons}
        if not found & {"complaint", "spam"} and negative >= self._weights.complaint_from and self._readable(reading):
            return [*reasons, Reason("complaint", round(negative, 4), ())]
        if "question" not in found and tokens and not _QUESTION_MARKS.isdisjoint(text):
            mark = next(character for character in text if character in _QUESTION_MARKS)
            return [*reasons, Reason("question", 0.6, (mark,))]
        return reasons

    @staticmethod
    def _readable(reading: Reading) -> bool:
        return bool(reading.ranking) and reading.ranking[0][0] in LANGUAGES


@cache
def first() -> FirstLook:
    """The first look that ships, loaded once a process. `weights.WrongWeights` where its checksum does not hold."""
    return FirstLook(weights.read(weights.DIRECTORY))
