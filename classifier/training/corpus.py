"""Reading the labelled texts.

Gzipped JSON lines with text, label, lang and split. Texts are read, learned from, never copied.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from classifier import features
from classifier.judgement import SENTIMENTS


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text."""

    text: str
    label: int
    lang: str


def read(path: Path, split: str) -> list[Example]:
    """The examples of one split, in the order of the file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Example(row["text"], SENTIMENTS.index(row["label"]), row["lang"]) for row in rows if row["split"] == split]


def labels(examples: Iterable[Example]) -> NDArray[np.int64]:
    """The labels as indices into SENTIMENTS."""
    return np.array([example.label for example in examples], dtype=np.int64)


def matrix(examples: Sequence[Example]) -> sparse.csr_matrix:
    """The features of all examples, one row each, by the very code that serves."""
    vectors = [features.vectorise(example.text) for example in examples]
    starts = np.cumsum([0, *(len(vector.indices) for vector in vectors)])
    indices = np.concatenate([vector.indices for vector in vectors])
    values = np.concatenate([vector.values for vector in vectors])
    return sparse.csr_matrix((values, indices, starts), shape=(len(vectors), features.SIZE))
