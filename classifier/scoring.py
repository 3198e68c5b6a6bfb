"""Figures.

Macro-F1, calibration error, precision and recall of levels. Plain numpy, so that serving hosts can evaluate too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]


def macro_f1(truth: Labels, guess: Labels, classes: int) -> float:
    """Mean F1 of the classes present in truth or guess."""
    scores = []
    for label in range(classes):
        right = int(((truth == label) & (guess == label)).sum())
        total = int((truth == label).sum() + (guess == label).sum())
        if total:
            scores.append(2 * right / total)
    return float(np.mean(scores)) if scores else 0.0


def macro_f1_by_language(truth: Labels, guess: Labels, langs: Sequence[str], classes: int) -> dict[str, float]:
    """Macro-F1 within each language."""
    of = np.array(langs)
    return {lang: macro_f1(truth[of == lang], guess[of == lang], classes) for lang in sorted(set(langs))}


def calibration_error(shares: NDArray[np.float64], truth: Labels, bins: int = 10) -> float:
    """Expected calibration error of the top label: mean |confidence − accuracy|, weighted by bin."""
    confidence, right = shares.max(axis=1), shares.argmax(axis=1) == truth
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        (bin_of == b).sum() * abs(confidence[bin_of == b].mean() - right[bin_of == b].mean())
        for b in set(bin_of.tolist())
    ]
    return float(sum(gaps) / len(truth))


def recall(truth: Labels, guess: Labels, level: int) -> float | None:
    """Of the messages of *level*, the share that was put at least as high; None without any."""
    of_level = truth == level
    return float((guess[of_level] >= level).mean()) if of_level.any() else None


def precision(truth: Labels, guess: Labels, level: int) -> float | None:
    """Of the messages put at *level*, the share that belongs there or higher; None without any."""
    put = guess == level
    return float((truth[put] >= level).mean()) if put.any() else None


def precision_from(truth: Labels, guess: Labels, level: int) -> float | None:
    """Of the messages put at *level* or above, the share that belongs at *level* or above; None without any."""
    put = guess >= level
    return float((truth[put] >= level).mean()) if put.any() else None


def binary_calibration_error(shares: NDArray[np.float64], truth: NDArray[Any], bins: int = 10) -> float:
    """Expected calibration error of the probability of a yes: mean |probability − frequency|, weighted by bin."""
    bin_of = np.minimum((shares * bins).astype(int), bins - 1)
    gaps = [
        (bin_of == b).sum() * abs(shares[bin_of == b].mean() - truth[bin_of == b].mean()) for b in set(bin_of.tolist())
    ]
    return float(sum(gaps) / len(truth))


QUEUE: Final = 100
"""Messages that wait at once when a queue is replayed."""
FIRST_SCREEN: Final = 20


def ndcg(truth: Labels, score: NDArray[np.float64]) -> float:
    """Normalised discounted cumulative gain of the first screen, the gain of a level being 2^level − 1 (Järvelin and
    Kekäläinen, 2002): the mean over queues of `QUEUE` messages in the order of the file."""
    found = []
    for start in range(0, len(truth), QUEUE):
        levels, scores = truth[start : start + QUEUE], score[start : start + QUEUE]
        best = _gain(np.sort(levels)[::-1])
        if best > 0:
            found.append(_gain(levels[np.argsort(-scores, kind="stable")]) / best)
    return float(np.mean(found)) if found else 1.0


def _gain(levels: Labels) -> float:
    shown = levels[:FIRST_SCREEN]
    return float(((2.0**shown - 1.0) / np.log2(np.arange(len(shown)) + 2.0)).sum())


def interval(
    figure: Callable[[NDArray[np.int64]], float], count: int, *, draws: int = 1000, seed: int = 1
) -> tuple[float, float]:
    """The middle 95 % of *figure* over bootstrap samples of *count* rows (Efron, 1979)."""
    draw = np.random.default_rng(seed)
    found = [figure(draw.integers(0, count, count)) for _ in range(draws)]
    return float(np.percentile(found, 2.5)), float(np.percentile(found, 97.5))
