"""What a message can be about, and how soon that calls for somebody: the words in which people correct the classifier.

The classifier that ships speaks the same vocabulary. Neither may import the other, so a test holds the two alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

LEVEL_OF: Mapping[str, int] = {
    "safety": 3, "self_harm": 3, "violence": 3, "legal": 2, "data_fraud": 2, "discrimination": 2, "press": 2,
    "boycott": 2, "outage": 2, "complaint": 1, "question": 0, "praise": 0, "spam": 0,
}  # fmt: skip
"""Every category, the most urgent first, with its level: 3 minutes, 2 under an hour, 1 today, 0 nothing soon."""
ALARMING = 2
"""From this level on a category is an alarm."""
BAND = 0.25
"""Width of one level on the scale of urgency."""


def level_of(categories: Iterable[str]) -> int:
    """The highest level any of them calls for; nothing soon where there is none."""
    return max((LEVEL_OF.get(category, 0) for category in categories), default=0)


def in_order(categories: Iterable[str]) -> tuple[str, ...]:
    """Each once, the most urgent first; what is no category is left out."""
    wanted = set(categories)
    return tuple(category for category in LEVEL_OF if category in wanted)


def urgency_at(level: int, urgency: float) -> float:
    """`urgency` where it lies in the band of `level`, else the middle of that band."""
    return urgency if min(3, int(urgency / BAND)) == level else (level + 0.5) * BAND
