"""Training of the first look: a linear head over hashed n-grams, a few minutes of one core."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np

from classifier import evaluate, weights
from classifier.first_look import FirstLook
from classifier.training import corpus, fitting
from classifier.training.corpora import WRITTEN

NAME, VERSION = "vigie-linear", "1.0.0"
THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85)


def train(data: Path, out: Path, progress: Callable[[str], None]) -> str:
    """Fit on UMSAB's training part, choose on its validation part, write to *out*. Returns the sha256."""
    path = data / "sentiment.jsonl.gz"
    best = fitting.fit(corpus.read(path, "train"), corpus.read(path, "val"), progress)
    described: dict[str, object] = {
        "name": NAME,
        "version": VERSION,
        "temperature": best.temperature,
        "complaint_from": 0.6,
        "strength": best.strength,
        "seed": fitting.SEED,
        "validation_macro_f1_mean": round(best.mean_macro_f1, 4),
    }
    weights.write(out, best.indices, best.rows, best.bias, described)
    described["complaint_from"] = _complaint_threshold(weights.read(out))
    digest = weights.write(out, best.indices, best.rows, best.bias, described)
    progress(f"first look {digest[:8]}, temperature {best.temperature}, complaint from {described['complaint_from']}")
    return digest


def _complaint_threshold(model: weights.Weights) -> float:
    """How negative a message must be to count as a complaint by tone alone: best level accuracy on our validation
    part."""
    rows = evaluate.read(WRITTEN / "val.jsonl")
    truth = np.array([evaluate.level_in(row) for row in rows])
    right = []
    for threshold in THRESHOLDS:
        look = FirstLook(dataclasses.replace(model, complaint_from=threshold))
        levels = [judgement.level for judgement in look.judge([str(row["text"]) for row in rows])]
        right.append(float((np.array(levels) == truth).mean()))
    return THRESHOLDS[int(np.argmax(right))]
