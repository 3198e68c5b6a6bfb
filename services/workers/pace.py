"""How fast a model reads, learnt from what it did: how long texts would take it, and how many fit into a while.

Time is counted in letters, since long texts cost more, up to where models stop reading. Pure; seconds are wall time.
"""

from __future__ import annotations

from collections.abc import Sequence

FIXED = 60
"""Letters' worth of what any text costs, however short."""
MOST_LETTERS = 1_500
"""Models cut a text about here: what comes after costs next to nothing."""
GUESS_S = 0.00015
"""Seconds a letter before anything was measured: some 30 ms for a message of usual length."""
WEIGHT = 0.3
"""Of the newest measurement: a machine that gets busy is noticed within a few batches, one slow batch is forgiven."""
MOST_TIMES = 8.0
"""No single measurement counts for more than so many times what was known."""
MOST_AT_ONCE = 256


def letters(text: str) -> int:
    return FIXED + min(len(text), MOST_LETTERS)


class Pace:
    def __init__(self, guess_s: float = GUESS_S) -> None:
        self._letter_s = guess_s

    def seconds(self, texts: Sequence[str]) -> float:
        return self._letter_s * sum(map(letters, texts))

    def fitting(self, texts: Sequence[str], budget_s: float) -> int:
        """How many from the front can be read in `budget_s`; at least one, so that nothing waits for ever."""
        left, count = budget_s, 0
        for text in texts[:MOST_AT_ONCE]:
            left -= self._letter_s * letters(text)
            if left < 0 and count:
                break
            count += 1
        return count

    def learn(self, texts: Sequence[str], took_s: float) -> None:
        measured = took_s / max(1, sum(map(letters, texts)))
        self._letter_s += WEIGHT * (min(measured, MOST_TIMES * self._letter_s) - self._letter_s)
