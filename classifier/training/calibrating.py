"""How far the trained network's word can be trusted, fitted on what it was not trained on.

The temperature of the tone on UMSAB's validation part; on our written validation part a logistic curve for each
category (its slope held near the common one, for there are few positives), the weight of a lexicon match, and the
thresholds: for each level the highest at which `RECALL` of its messages are still found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from classifier import lexicon
from classifier.deciding import GUARDED
from classifier.evidence import reasons_in
from classifier.first_look import HEAD, TAIL
from classifier.judgement import CATEGORIES, LEVEL_OF
from classifier.language import Languages
from classifier.tokens import tokenise_ends

Floats = NDArray[np.float64]

RECALL: Final = {3: 0.98, 2: 0.96}
"""Share of a level's messages that must be put at it or above, on validation."""
FLOOR, CEILING = 0.05, 0.5
STIFF: Final = 4.0
"""How strongly slopes are held to one and guards to zero."""


@dataclass(frozen=True, slots=True)
class Calibration:
    temperature: float
    curves: Mapping[str, tuple[float, float]]
    guard: Mapping[str, float]
    thresholds: Mapping[str, float]


def temperature(logits: Floats, truth: NDArray[np.int64]) -> float:
    """The divisor of the logits (n × 3) that makes the true tones most likely."""

    def loss(parameter: Floats) -> float:
        scaled = logits / np.exp(parameter[0])
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        return float(-(scaled[np.arange(len(truth)), truth] - np.log(np.exp(scaled).sum(axis=1))).mean())

    return round(float(np.exp(minimize(loss, [0.0], method="Nelder-Mead").x[0])), 4)


def lexicon_scores(texts: Sequence[str]) -> Floats:
    """What the lexicons find in each text, by category (n × 13), as the judge asks them."""
    recogniser, lexicons = Languages(), lexicon.lexicons()
    scores = np.zeros((len(texts), len(CATEGORIES)))
    for row, text in enumerate(texts):
        tokens = tokenise_ends(text, HEAD, TAIL)
        plausible = recogniser.read(text).plausible() or (["en"] if tokens else [])
        for reason in reasons_in(text, tokens, [lexicons[lang] for lang in plausible]):
            scores[row, CATEGORIES.index(reason.category)] = reason.score
    return scores


def curve(logits: Floats, found: Floats, truth: Floats, *, guarded: bool) -> tuple[float, float, float]:
    """Slope, offset and guard weight of one category by penalised likelihood. Slope and weight are never negative."""

    def loss(parameters: Floats) -> float:
        slope, offset, weight = parameters
        z = slope * logits + offset + weight * found
        likelihood = np.logaddexp(0.0, z) - truth * z
        return float(likelihood.sum() + STIFF * ((slope - 1.0) ** 2 + (0.1 * weight) ** 2))

    bounds = [(0.2, 3.0), (-6.0, 6.0), (0.0, 4.0 if guarded else 0.0)]
    slope, offset, weight = minimize(loss, [1.0, 0.0, 0.0], method="L-BFGS-B", bounds=bounds).x
    return round(float(slope), 4), round(float(offset), 4), round(float(weight), 4)


def fit(tone: tuple[Floats, NDArray[np.int64]], logits: Floats, texts: Sequence[str], truth: Floats) -> Calibration:
    """*tone*: logits and truth of the tone's validation part; *logits*, *texts*, *truth* (n × 13): of ours."""
    found = lexicon_scores(texts)
    curves, guard, shares = {}, {}, np.zeros_like(logits)
    for at, name in enumerate(CATEGORIES):
        slope, offset, weight = curve(logits[:, at], found[:, at], truth[:, at], guarded=name in GUARDED)
        curves[name] = (slope, offset)
        if name in GUARDED:
            guard[name] = weight
        shares[:, at] = 1.0 / (1.0 + np.exp(-(slope * logits[:, at] + offset + weight * found[:, at])))
    return Calibration(temperature(*tone), curves, guard, thresholds(shares, truth))


def thresholds(shares: Floats, truth: Floats) -> dict[str, float]:
    """One threshold a level for the grave ones, found together; for the others the best F1 of each category."""
    levels = np.array([LEVEL_OF[name] for name in CATEGORIES])
    level = np.where(truth > 0.5, levels, 0).max(axis=1)
    found: dict[str, float] = {}
    for grave, recall in RECALL.items():
        highest = shares[:, levels >= grave].max(axis=1)[level >= grave]
        cut = float(np.clip(np.quantile(highest, 1.0 - recall), FLOOR, CEILING))
        found |= {name: round(cut, 3) for name in CATEGORIES if LEVEL_OF[name] == grave}
    for at, name in enumerate(CATEGORIES):
        if LEVEL_OF[name] < 2:
            found[name] = _best_f1(shares[:, at], truth[:, at])
    return found


def _best_f1(shares: Floats, truth: Floats) -> float:
    def f1(cut: float) -> float:
        named = shares >= cut
        return float(2 * (named & (truth > 0.5)).sum() / max(1, named.sum() + truth.sum()))

    return round(float(max(np.arange(0.25, 0.76, 0.025), key=f1)), 3)
