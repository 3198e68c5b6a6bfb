"""A first look at one byte of each place leaves out no print that is as alike as was asked."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.workers.prints import PLACES, Signature
from services.workers.wave_shelf import Shelf

LEAST = 0.6


def drawn(seed: int) -> Signature:
    return np.random.default_rng(seed).integers(0, 2**32, PLACES, dtype=np.uint32)


def like(other: Signature, places: int, *, bytes_too: bool) -> Signature:
    """Equal in so many places; in the others at least the first byte is equal, or nothing is."""
    changed = other.copy()
    changed[places:] ^= np.uint32(0x0100 if bytes_too else 0x0101)
    return changed


@given(
    st.lists(st.tuples(st.integers(0, PLACES), st.booleans()), min_size=1, max_size=12),
    st.sets(st.integers(0, 11), max_size=4),
)
def test_the_nearest_words_are_those_that_a_full_comparison_finds(
    shares: list[tuple[int, bool]], gone: set[int]
) -> None:
    asked, shelf = drawn(7), Shelf[int](20)
    prints = {name: like(asked, places, bytes_too=also) for name, (places, also) in enumerate(shares)}
    for name, signature in prints.items():
        shelf.put(name, float(name), signature, None, None)
    for name in gone & prints.keys():
        shelf.remove(name)
        del prints[name]
    equal = {name: float(np.mean(signature == asked)) for name, signature in prints.items()}
    best = max(equal.items(), key=lambda one: one[1], default=None)
    found = shelf.nearest_words(99, asked, LEAST)
    assert found == (None if best is None or best[1] < LEAST else best)


def test_nobody_is_his_own_nearest() -> None:
    shelf = Shelf[int](3)
    shelf.put(1, 1.0, drawn(1), None, None)
    assert shelf.nearest_words(1, drawn(1), LEAST) is None
    assert shelf.nearest_words(2, drawn(1), LEAST) == (1, 1.0)
