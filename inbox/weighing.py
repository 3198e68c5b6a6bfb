"""Which words of a message weighed most, as whoever runs a classifier tells it. Plain data: nothing here knows one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from inbox.ids import BrandId

MOST_LETTERS = 20_000
"""As many are read of a message, here as when it is judged."""


@dataclass(frozen=True, slots=True)
class Weight:
    """`start` and `end`: character offsets in the text. `weight`: how much the probability of `category` falls when the
    fragment is left out, 0 to 1; `category` is that of a reason, or "negative" for the tone."""

    fragment: str
    start: int
    end: int
    category: str
    weight: float


Weigh = Callable[[BrandId, str], Awaitable[Sequence[Weight]]]
"""Of a text, in the eyes of the model that reads the brand's messages; the heaviest first. Raises `Unavailable` where
the classifier cannot say, is down, or takes too long."""
