"""From the logits of a network to probabilities: what each label means to us, and how far its word can be trusted.

The tone is a softmax over logits divided by a temperature (Guo et al., On Calibration of Modern Neural Networks, 2017);
each category a logistic curve of its logit (Platt scaling, 1999). Of a text read in windows the tone is the mean of
its windows by length, a category the highest of them: one sentence about a fire is enough.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from classifier.encoder import Read
from classifier.judgement import CATEGORIES, SENTIMENTS

Curve = tuple[float, float]
PLAIN: Final[Curve] = (1.0, 0.0)
_MOST: Final = 30.0


@dataclass(frozen=True, slots=True)
class Heads:
    """Which column of the logits is what. ``tone``: columns of negative, neutral, positive, empty where the network
    says nothing of it; ``categories``: column by category; ``curves``: slope and offset by category; ``kind``: whether
    the columns are probabilities of their own ("multi") or share one ("single")."""

    tone: tuple[int, ...] = ()
    categories: Mapping[str, int] = field(default_factory=dict)
    temperature: float = 1.0
    curves: Mapping[str, Curve] = field(default_factory=dict)
    kind: Literal["single", "multi"] = "multi"

    def tone_of(self, read: Read) -> NDArray[np.float64] | None:
        """Probabilities of negative, neutral and positive; None where the network has no tone."""
        if not self.tone:
            return None
        shares = softmax(read.logits[:, list(self.tone)].astype(np.float64) / self.temperature)
        return np.average(shares, axis=0, weights=read.pieces)

    def categories_of(self, read: Read) -> dict[str, float]:
        """Calibrated probability of each category that the network knows."""
        if not self.categories:
            return {}
        if self.kind == "single":
            highest = softmax(read.logits.astype(np.float64)).max(axis=0)
            return {name: float(highest[column]) for name, column in self.categories.items()}
        highest = read.logits.max(axis=0)
        return {name: _sigmoid(self._curve(name, float(highest[column]))) for name, column in self.categories.items()}

    def _curve(self, name: str, logit: float) -> float:
        slope, offset = self.curves.get(name, PLAIN)
        return slope * logit + offset


def ours(temperature: float, curves: Mapping[str, Sequence[float]]) -> Heads:
    """The columns of a network that we trained: the three tones, then the categories, in the order of the seam."""
    columns = {name: len(SENTIMENTS) + at for at, name in enumerate(CATEGORIES)}
    return Heads((0, 1, 2), columns, temperature, {name: (curve[0], curve[1]) for name, curve in curves.items()})


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    raised: NDArray[np.float64] = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: NDArray[np.float64] = raised / raised.sum(axis=-1, keepdims=True)
    return shares


def _sigmoid(value: float) -> float:
    return float(1.0 / (1.0 + np.exp(-max(-_MOST, min(_MOST, value)))))


def logit(share: float) -> float:
    """The inverse of the logistic curve, kept finite."""
    kept = max(1e-6, min(1 - 1e-6, share))
    return float(np.log(kept / (1 - kept)))
