"""The statistical recogniser of languages: naive Bayes over the byte n-grams of py3langid, in numpy only.

Its model is that of py3langid cut down to the languages a brand is likely to meet, and laid out for look-up: at every
byte the longest known n-gram of up to six bytes ending there is counted, which is what py3langid's automaton does one
byte at a time. Probabilities are the same, without its 65 MB and its second of loading.
`classifier.training.languages` writes the file.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

FILE: Final = Path(__file__).parent / "weights" / "languages.npz"
LONGEST: Final = 6
"""Bytes of the longest n-gram; with its length it fits one 64-bit key."""
SILENT: Final = -1
"""The row of an n-gram that is known, yet says nothing."""


def keys_ending_everywhere(data: NDArray[np.uint64], n: int) -> NDArray[np.uint64]:
    """The keys of the n-grams of *n* bytes, by their last byte: the first one ends at byte n − 1."""
    count = len(data) - n + 1
    keys = np.full(count, n, dtype=np.uint64)
    for at in range(n):
        keys = (keys << np.uint64(8)) | data[at : at + count]
    return keys


@dataclass(frozen=True, slots=True)
class Recogniser:
    """``keys`` ascending, ``rows`` their rows in ``table`` (log likelihoods, one column a language)."""

    languages: tuple[str, ...]
    keys: NDArray[np.uint64]
    rows: NDArray[np.int32]
    table: NDArray[np.float16]
    prior: NDArray[np.float32]

    def _rows_in(self, data: NDArray[np.uint64]) -> NDArray[np.int32]:
        found = np.full(len(data), SILENT, dtype=np.int32)
        for n in range(1, min(LONGEST, len(data)) + 1):
            keys = keys_ending_everywhere(data, n)
            places = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
            known = self.keys[places] == keys
            found[n - 1 :][known] = self.rows[places[known]]
        telling: NDArray[np.int32] = found[found != SILENT]
        return telling

    def shares(self, text: str) -> dict[str, float]:
        """How probable each language is for *text*."""
        lowered = text.lower() if text.isupper() else text
        content = unicodedata.normalize("NFC", lowered).encode("utf-8", "ignore")
        rows, counts = np.unique(
            self._rows_in(np.frombuffer(content, dtype=np.uint8).astype(np.uint64)), return_counts=True
        )
        scores = np.zeros(len(self.languages), dtype=np.float32)
        if len(rows):
            scores = np.log1p(counts.astype(np.float32)) @ self.table[rows].astype(np.float32) + self.prior
        scores = np.exp((scores - scores.max()) / math.sqrt(len(content) or 1))
        return dict(zip(self.languages, (scores / scores.sum()).tolist(), strict=True))


def read(path: Path = FILE) -> Recogniser:
    """The recogniser that ships with the package."""
    with np.load(path, allow_pickle=False) as arrays:
        return Recogniser(
            tuple(arrays["languages"].tolist()),
            np.cumsum(arrays["steps"], dtype=np.uint64),
            arrays["rows"],
            arrays["table"],
            arrays["prior"],
        )
