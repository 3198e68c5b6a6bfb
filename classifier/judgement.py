"""What the classifier answers: a judgement, its reasons, and the scale of urgency they stand on.

Urgency answers one question: if a competent community manager saw this one hour later, would harm to a person, to
rights or to the brand probably grow? Levels are bands of the same number, so that a policy may rely on either: U3
(minutes) from 0.75, U2 (under an hour) from 0.5, U1 (today) from 0.25, U0 (nothing soon) below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

Sentiment = Literal["negative", "neutral", "positive"]
SENTIMENTS: Final[tuple[Sentiment, ...]] = ("negative", "neutral", "positive")
LANGUAGES: Final = ("ar", "de", "en", "es", "fr", "hi", "it", "pt")

LEVEL_OF: Final = MappingProxyType(
    {
        "safety": 3,
        "self_harm": 3,
        "violence": 3,
        "legal": 2,
        "data_fraud": 2,
        "discrimination": 2,
        "press": 2,
        "boycott": 2,
        "outage": 2,
        "complaint": 1,
        "question": 0,
        "praise": 0,
        "spam": 0,
    }
)
"""Every category of reason, and the level it calls for once it is found."""
CATEGORIES: Final = tuple(LEVEL_OF)
BAND: Final = 0.25
"""Width of one level on the scale of urgency."""


ALIKE: Final = 0.52
"""Cosine from which two embeddings of one language are taken for one event; measured in docs/classifier-card.md."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a message stands where it stands.

    ``score`` is the confidence in the category, 0 to 1. ``evidence`` holds the exact fragments of the text that
    matched; it is empty where the tone of the whole message speaks (a complaint seen by the sentiment model alone).
    """

    category: str
    score: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The reading of one message. ``lang`` is ISO 639-1 or None; ``reasons`` come most weighty first.

    ``assessed`` is False where the text is in a language nobody taught the model, or in none it recognises, and no
    lexicon fired: show it as "not assessed" and rank it no lower than P2. ``model`` reads ``name@version/sha8``, and
    ``sha256`` is that of its weights. ``probabilities`` holds the calibrated probability of every category, nothing
    from a model that has none; ``temperature`` is what the logits of the tone were divided by. ``embedding`` is a unit
    vector times 127 as signed bytes, for near-duplicates. ``provisional`` marks a first look that a full reading is to
    refine.
    """

    sentiment: Sentiment
    sentiment_scores: dict[str, float]
    lang: str | None
    lang_confidence: float
    urgency: float
    level: int
    reasons: tuple[Reason, ...]
    assessed: bool
    model: str
    probabilities: Mapping[str, float] = field(default_factory=dict)
    temperature: float | None = None
    sha256: str = ""
    embedding: bytes | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Weight:
    """What one fragment of a text weighs: how much the probability of ``category`` falls when it is left out (0 to 1).

    ``start`` and ``end`` are character offsets in the text. ``category`` is that of a reason, or "negative" for the
    tone.
    """

    fragment: str
    start: int
    end: int
    category: str
    weight: float


def level_of(urgency: float) -> int:
    """The level whose band holds *urgency* (0 to 1)."""
    return max(0, min(3, int(urgency / BAND)))
