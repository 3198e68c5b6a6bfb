"""Prints side by side, so that one pass of numpy compares a message with all of them.

5,000 prints are 3.1 MB, and 7.7 more where a model gave embeddings. An index of buckets would miss some; instead a
first pass looks at one byte of each place, which never counts too few equal ones, and only those that may be alike are
compared in full. Beside the millisecond that this took for all, it costs a tenth.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from services.workers import prints

DIMENSIONS = 384
SCALE = 127.0
NO_LANGUAGE = -1

Name = TypeVar("Name", bound=Hashable)


class Shelf(Generic[Name]):
    """At most `most` prints, each under a name. Whoever puts one more takes the oldest away first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._slots: dict[Name, int] = {}
        self._names: list[Name | None] = [None] * most
        self._free = list(range(most - 1, -1, -1))
        self._used = 0
        self._times = np.full(most, np.inf)
        self._signatures = np.zeros((most, prints.PLACES), dtype=np.uint32)
        self._low = np.zeros((prints.PLACES, most), dtype=np.uint8)
        self._meanings: npt.NDArray[np.float32] | None = None
        self._langs = np.full(most, NO_LANGUAGE, dtype=np.int16)
        self._codes: dict[str, int] = {}

    @property
    def full(self) -> bool:
        return not self._free

    def put(
        self, name: Name, at: float, signature: prints.Signature, lang: str | None, embedding: bytes | None
    ) -> None:
        """Anew, or in its own place."""
        slot = self._slots[name] if name in self._slots else self._free.pop()
        self._slots[name], self._names[slot] = slot, name
        self._used = max(self._used, slot + 1)
        self._times[slot], self._signatures[slot] = at, signature
        self._low[:, slot] = signature.astype(np.uint8)
        if embedding is not None and lang is not None:
            if self._meanings is None:
                self._meanings = np.zeros((self._most, DIMENSIONS), dtype=np.float32)
            self._meanings[slot] = _unit(embedding)
            self._langs[slot] = self._codes.setdefault(lang, len(self._codes))

    def remove(self, name: Name) -> None:
        slot = self._slots.pop(name)
        self._names[slot], self._times[slot], self._langs[slot] = None, np.inf, NO_LANGUAGE
        self._signatures[slot], self._low[:, slot] = 0, 0
        if self._meanings is not None:
            self._meanings[slot] = 0
        self._free.append(slot)

    def oldest(self) -> Name:
        name = self._names[int(np.argmin(self._times))]
        assert name is not None
        return name

    def before(self, at: float) -> list[Name]:
        """What is as old as that, or older."""
        return [name for slot in np.flatnonzero(self._times <= at) if (name := self._names[slot]) is not None]

    def nearest_words(self, name: Name, signature: prints.Signature, least: float) -> tuple[Name, float] | None:
        """Which other print is most alike in its words, and how much; None where none is so by `least` (above 0)."""
        most = self._equal_at_most(name, signature)
        if not most.size:
            return None
        likeliest = self._equal(signature, np.array([np.argmax(most)]))[0]
        slots = np.flatnonzero(most >= max(likeliest, math.ceil(least * prints.PLACES)))
        if not slots.size:
            return None
        equal = self._equal(signature, slots)
        best = int(np.argmax(equal))
        found, share = self._names[slots[best]], float(equal[best]) / prints.PLACES
        return None if found is None or share < least else (found, share)

    def _equal_at_most(self, name: Name, signature: prints.Signature) -> npt.NDArray[np.uint8]:
        """How many places of each print have an equal byte: no fewer than are equal."""
        same = self._low[:, : self._used] == signature.astype(np.uint8)[:, np.newaxis]
        most: npt.NDArray[np.uint8] = np.add.reduce(same.view(np.uint8), axis=0, dtype=np.uint8)
        if name in self._slots:
            most[self._slots[name]] = 0
        return most

    def _equal(self, signature: prints.Signature, slots: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        equal: npt.NDArray[np.intp] = np.count_nonzero(self._signatures[slots] == signature, axis=1)
        return equal

    def nearest_meaning(self, name: Name, lang: str | None, embedding: bytes | None) -> tuple[Name, float] | None:
        """As above, in meaning, among those of one language."""
        if self._meanings is None or embedding is None or lang not in self._codes:
            return None
        # Not `@`: the threads of BLAS spin, which costs a busy machine five times what they gain.
        cosines = np.einsum("ij,j->i", self._meanings[: self._used], _unit(embedding))
        return self._best(name, np.where(self._langs[: self._used] == self._codes[lang], cosines, 0.0))

    def _best(self, name: Name, shares: npt.NDArray[np.floating]) -> tuple[Name, float] | None:
        if name in self._slots:
            shares[self._slots[name]] = 0.0
        if not shares.size:
            return None
        slot = int(np.argmax(shares))
        found = self._names[slot]
        return None if found is None else (found, min(1.0, max(0.0, float(shares[slot]))))


def _unit(embedding: bytes) -> npt.NDArray[np.float32]:
    return np.frombuffer(embedding, dtype=np.int8).astype(np.float32) / np.float32(SCALE)
