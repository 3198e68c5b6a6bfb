"""Hashed n-grams: text to a sparse vector, in numpy only and without a vocabulary.

Characters: 2- to 5-grams inside words, a space marking the word's edges, so that "bad" and "badge" differ. Words:
single words and pairs. Both are hashed into tables of fixed size, counted, dampened by 1 + ln(count) and scaled to
length one each. Training and serving call the same functions: what is learned is what is seen. Links and handles
become `http` and `@user`.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

CHARACTER_BITS = 20
WORD_BITS = 18
CHARACTER_SIZE = 1 << CHARACTER_BITS
WORD_SIZE = 1 << WORD_BITS
SIZE = CHARACTER_SIZE + WORD_SIZE
LIMIT = 2_000
"""Characters read of one message: sentiment is clear by then, and a 100 kB message must not hold up the queue."""

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_LINK = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_HANDLE = re.compile(r"@\w+")
_STRETCHED = re.compile(r"(.)\1{2,}", re.DOTALL)
_WORD = re.compile(r"(?:[^\W_]|[\u0900-\u0963\u0970-\u097f])+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Vector:
    """A sparse vector: distinct indices below `SIZE`, and their values."""

    indices: NDArray[np.int64]
    values: NDArray[np.float32]


def normalise(text: str) -> str:
    """Mask links and handles, casefold, shorten stretched letters, collapse white space."""
    masked = _HANDLE.sub("@user", _LINK.sub("http", text[:LIMIT]))
    return " ".join(_STRETCHED.sub(r"\1\1\1", masked.casefold()).split())


def _character_hashes(text: str) -> NDArray[np.int64]:
    padded = f" {text} ".encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(padded, dtype=np.uint32).astype(np.uint64)
    spaces = np.concatenate(([0], np.cumsum(codes == 32)))
    rolling, found = codes, []
    for n in range(2, 6):
        if len(codes) < n:
            break
        rolling = (rolling[:-1] * _MULTIPLIER) ^ (codes[n - 1 :] + np.uint64(n))
        inner = spaces[n - 1 : n - 1 + len(rolling)] - spaces[1 : 1 + len(rolling)]
        mixed = (rolling ^ (rolling >> np.uint64(29))) * _MULTIPLIER
        found.append((mixed >> np.uint64(64 - CHARACTER_BITS))[inner == 0])
    return np.concatenate(found).astype(np.int64) if found else np.empty(0, dtype=np.int64)


def _word_hashes(text: str) -> NDArray[np.int64]:
    words = [word.encode("utf-8", "surrogatepass") for word in _WORD.findall(text)]
    pairs = [first + b" " + second for first, second in pairwise(words)]
    hashes = [zlib.crc32(gram) * 0x9E3779B1 & 0xFFFFFFFF for gram in words + pairs]
    return np.array(hashes, dtype=np.int64) >> (32 - WORD_BITS)


def _dampened(hashes: NDArray[np.int64]) -> Vector:
    indices, counts = np.unique(hashes, return_counts=True)
    values = 1.0 + np.log(counts)
    norm = float(np.sqrt((values * values).sum())) or 1.0
    return Vector(indices, (values / norm).astype(np.float32))


def vectorise(text: str) -> Vector:
    """The features of one message: characters in the first `CHARACTER_SIZE` places, words after them."""
    plain = normalise(text)
    characters, words = _dampened(_character_hashes(plain)), _dampened(_word_hashes(plain))
    return Vector(
        np.concatenate((characters.indices, words.indices + CHARACTER_SIZE)),
        np.concatenate((characters.values, words.values)),
    )
