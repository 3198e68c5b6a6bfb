"""Fitting the linear head: rarity weights, logistic regression, choice of C on validation, temperature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from classifier.scoring import macro_f1_by_language
from classifier.sentiment import softmax
from classifier.training import corpus
from classifier.training.corpus import Example

STRENGTHS = (0.5, 0.8, 1.2)
SEEN_AT_LEAST = 2
SEED = 20_261


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted head.

    The features kept, their rows (three weights and the rarity), the bias, and how it did on validation.
    """

    indices: NDArray[np.int64]
    rows: NDArray[np.float32]
    bias: NDArray[np.float32]
    strength: float
    temperature: float
    mean_macro_f1: float


def scaled(matrix: sparse.csr_matrix, rarity: NDArray[np.float64]) -> sparse.csr_matrix:
    """Rows weighted by rarity, at length √2 (characters and words came at length one each)."""
    weighted = matrix @ sparse.diags(rarity)
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return sparse.diags(np.sqrt(2.0) / np.maximum(lengths, 1e-9)) @ weighted


def temperature_for(scores: NDArray[np.float32], truth: NDArray[np.int64]) -> float:
    """The divisor of the logits that makes the true labels most likely."""
    candidates = np.geomspace(0.3, 3.0, 93)
    losses = [-np.log(softmax(scores / t)[np.arange(len(truth)), truth] + 1e-12).mean() for t in candidates]
    return round(float(candidates[int(np.argmin(losses))]), 4)


def fit(train: Sequence[Example], held: Sequence[Example], progress: Callable[[str], None]) -> Fit:
    """Fit one head per strength of regularisation; the one best on the mean over languages of *held* wins."""
    seen, unseen = corpus.matrix(train), corpus.matrix(held)
    counts = np.asarray((seen > 0).sum(axis=0)).ravel()
    kept = np.flatnonzero(counts >= SEEN_AT_LEAST)
    rarity = np.log((1 + len(train)) / (1 + counts[kept])) + 1.0
    x, held_x = scaled(seen[:, kept], rarity), scaled(unseen[:, kept], rarity)
    truth, langs = corpus.labels(held), [example.lang for example in held]
    best: Fit | None = None
    for strength in STRENGTHS:
        head = LogisticRegression(C=strength, max_iter=80, tol=3e-4, random_state=SEED).fit(x, corpus.labels(train))
        scores = np.asarray(head.decision_function(held_x), dtype=np.float32)
        mean = float(np.mean(list(macro_f1_by_language(truth, scores.argmax(axis=1), langs, 3).values())))
        progress(f"C = {strength}: mean macro-F1 {mean:.4f}")
        if best is None or mean > best.mean_macro_f1:
            rows = np.column_stack([head.coef_.T, rarity]).astype(np.float32)
            bias = head.intercept_.astype(np.float32)
            best = Fit(kept, rows, bias, strength, temperature_for(scores, truth), mean)
    if best is None:
        raise ValueError("no strength to try")
    return best
