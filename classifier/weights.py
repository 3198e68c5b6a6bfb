"""The model on disk.

`sentiment.npz` (arrays) beside `model.json` (name, version, checksum, and what was fitted on validation).

The arrays are float16 and sparse on disk (only features seen in training), dense in memory: one look-up a feature.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from classifier.features import SIZE
from classifier.judgement import SENTIMENTS

DIRECTORY: Final = Path(__file__).parent / "weights"


class WrongWeights(Exception):
    """The model on disk is not the one its description speaks of, or not one this code can read."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear head over hashed n-grams.

    ``table`` is SIZE × 4 (the weight of each sentiment, then the feature's rarity).
    """

    table: NDArray[np.float16]
    bias: NDArray[np.float32]
    temperature: float
    complaint_from: float
    model: str
    sha256: str = ""


def _described(path: Path) -> dict[str, object]:
    description = json.loads(path.read_text(encoding="utf-8"))
    if description.get("features") != SIZE or tuple(description.get("sentiments", ())) != SENTIMENTS:
        raise WrongWeights(f"{path} was made for other features or labels: train again")
    return dict(description)


def read(directory: Path) -> Weights:
    """Read the model in *directory*; WrongWeights where its sha256 or shape is not as described."""
    described = _described(directory / "model.json")
    content = (directory / "sentiment.npz").read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != described["sha256"]:
        raise WrongWeights(f"{directory / 'sentiment.npz'} has sha256 {digest}, expected {described['sha256']}")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        table = np.zeros((SIZE, len(SENTIMENTS) + 1), dtype=np.float16)
        table[np.cumsum(arrays["steps"], dtype=np.int64)] = arrays["rows"]
        bias = arrays["bias"].astype(np.float32)
    name = f"{described['name']}@{described['version']}/{digest[:8]}"
    return Weights(
        table, bias, float(str(described["temperature"])), float(str(described["complaint_from"])), name, digest
    )


def write(
    directory: Path,
    indices: NDArray[np.int64],
    rows: NDArray[np.float32],
    bias: NDArray[np.float32],
    fitted: dict[str, object],
) -> str:
    """Write a model: *indices* ascending, one row of *rows* each. Returns its sha256."""
    directory.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    steps = np.diff(indices, prepend=0).astype(np.uint32)
    np.savez_compressed(buffer, steps=steps, rows=rows.astype(np.float16), bias=bias.astype(np.float32))
    digest = hashlib.sha256(buffer.getvalue()).hexdigest()
    (directory / "sentiment.npz").write_bytes(buffer.getvalue())
    description = {**fitted, "sha256": digest, "features": SIZE, "sentiments": list(SENTIMENTS)}
    (directory / "model.json").write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")
    return digest
