"""Train the sentiment model: ``python -m classifier.train --data DIR --out DIR``.

Offline and repeatable. Reads ``sentiment.jsonl.gz`` from the data directory; writes the weights, their description
with checksum, the manifest of hashes, and the model card. Needs the `train` extra (scikit-learn, scipy). Takes a few
minutes of one core.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

import numpy as np

from classifier import evaluate, weights
from classifier.judge import Classifier
from classifier.training import card, corpus, fitting, manifest

NAME, VERSION = "vigie-linear", "1.0.0"
THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85)
WRITTEN = Path(__file__).parent / "written"
STEPS = 3 + len(fitting.STRENGTHS)


class Progress:
    """A bar on standard error: what is done, of how much."""

    def __init__(self, steps: int) -> None:
        self._steps, self._done = steps, 0

    def __call__(self, what: str) -> None:
        self._done += 1
        bar = "█" * self._done + "·" * max(0, self._steps - self._done)
        print(f"[{bar}] {what}", file=sys.stderr, flush=True)


def _complaint_threshold(model: weights.Weights) -> float:
    """How negative a message must be to count as a complaint by tone alone.

    Best level accuracy on our written validation part.
    """
    rows = evaluate.read(WRITTEN / "val.jsonl")
    truth = np.array([evaluate.level_in(row) for row in rows])
    right = []
    for threshold in THRESHOLDS:
        judged = Classifier(dataclasses.replace(model, complaint_from=threshold)).judge(
            [str(row["text"]) for row in rows]
        )
        right.append(float((np.array([judgement.level for judgement in judged]) == truth).mean()))
    return THRESHOLDS[int(np.argmax(right))]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m classifier.train", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="directory holding sentiment.jsonl.gz")
    parser.add_argument("--out", type=Path, required=True, help="directory for weights, description and manifest")
    parser.add_argument("--card", type=Path, help="where to write the model card (Markdown)")
    return parser.parse_args()


def main() -> None:
    """Train, calibrate, write, describe."""
    arguments, progress = _arguments(), Progress(STEPS)
    path = arguments.data / "sentiment.jsonl.gz"
    train, held = corpus.read(path, "train"), corpus.read(path, "val")
    progress(f"{len(train)} training and {len(held)} validation texts")
    best = fitting.fit(train, held, progress)
    described: dict[str, object] = {
        "name": NAME,
        "version": VERSION,
        "temperature": best.temperature,
        "complaint_from": 0.6,
        "strength": best.strength,
        "seed": fitting.SEED,
        "validation_macro_f1_mean": round(best.mean_macro_f1, 4),
    }
    weights.write(arguments.out, best.indices, best.rows, best.bias, described)
    described["complaint_from"] = _complaint_threshold(weights.read(arguments.out))
    digest = weights.write(arguments.out, best.indices, best.rows, best.bias, described)
    progress(f"weights {digest[:8]}, temperature {best.temperature}, complaint from {described['complaint_from']}")
    texts = manifest.write(arguments.out / "manifest.bin", [example.text for example in [*train, *held]])
    if arguments.card:
        card.write(arguments.card, arguments.out, held, texts)
    progress(f"manifest of {texts} texts" + (", card" if arguments.card else ""))


if __name__ == "__main__":
    main()
