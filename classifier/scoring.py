"""Figures.

Macro-F1, calibration error, precision and recall of levels. Plain numpy, so that serving hosts can evaluate too.
"""

from __future__ import annotations

from collections.abc import Sequence

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


def reliability(urgency: NDArray[np.float64], truth: Labels) -> list[tuple[float, int, float, float]]:
    """By eighth of the scale.

    Its lower bound, messages, mean urgency, mean urgency of the true levels' bands' middles.
    """
    bins, rows = np.minimum((urgency * 8).astype(int), 7), []
    for b in sorted(set(bins.tolist())):
        inside = bins == b
        rows.append(
            (b / 8, int(inside.sum()), float(urgency[inside].mean()), float((truth[inside] * 0.25 + 0.125).mean()))
        )
    return rows
