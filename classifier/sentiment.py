"""Sentiment: a linear head over hashed n-grams, with calibrated probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classifier import emoji, features
from classifier.weights import Weights

_NUDGE = 1.2
"""Logits that emojis alone may add to the side they are on."""


def logits(weights: Weights, text: str) -> NDArray[np.float32]:
    """Raw scores of negative, neutral, positive, before the temperature."""
    vector = features.vectorise(text)
    rows = weights.table[vector.indices].astype(np.float32)
    values = vector.values * rows[:, 3]
    norm = float(np.sqrt(values @ values))
    scores: NDArray[np.float32] = weights.bias + (np.sqrt(2.0) / norm * (values @ rows[:, :3]) if norm > 0.0 else 0.0)
    return scores


def softmax(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities of the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: NDArray[np.float32] = raised / raised.sum(axis=-1, keepdims=True)
    return shares


def probabilities(weights: Weights, text: str, words: int) -> NDArray[np.float32]:
    """Probabilities of negative, neutral, positive.

    The fewer the words, the more emojis say; nothing to read is neutral.
    """
    if not words:
        return wordless(text).astype(np.float32)
    scores = logits(weights, text) / np.float32(weights.temperature)
    side = _side(text)
    if side is not None:
        scores[side] += np.float32(_NUDGE / (1.0 + words / 6.0))
    return softmax(scores)


def wordless(text: str) -> NDArray[np.float64]:
    """Probabilities for a text without a word: neutral, or what its emojis say."""
    scores = np.array([0.0, 1.0, 0.0])
    side = _side(text)
    if side is not None:
        scores[side] += 2.0 * _NUDGE
    raised: NDArray[np.float64] = np.exp(scores - scores.max())
    shares: NDArray[np.float64] = raised / raised.sum()
    return shares


def _side(text: str) -> int | None:
    """Whether there are more positive (2) or more negative (0) emojis."""
    positive, negative = emoji.balance(text[: features.LIMIT])
    return None if positive == negative else 2 if positive > negative else 0
