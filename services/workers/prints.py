"""The print of a message's words: what near-identical words are known again by, without keeping the words.

A MinHash of the character shingles of the folded words (Broder 1997, *On the resemblance and containment of
documents*): the share of equal places of two prints estimates the Jaccard similarity of their shingles, with a standard
error of √(s(1−s)/128), about 0.04. What makes copies of one text differ is left out before: case, accents, links,
mentions, hashtags, emoji, punctuation, figures. The hash is keyed, so that nobody can try out on a print what somebody
may have said.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from inbox.ids import BrandId
from inbox.views import words

PLACES = 128
"""Of a print. A wave's threshold lies some six standard errors above what strangers' texts have in common."""
SCHEME = "affine32"
"""The library's permutations; named, since prints in the database outlive an upgrade of it."""
SHINGLE = 4
"""Letters: of 3, two texts of one language share too many; of 5, a changed word takes too much of a short text."""
MOST_LETTERS = 1_000
"""A print is made of so many first letters: a copy is known by its beginning, and a novel costs no more than a page."""
REMEMBERED = 16_384
"""Shingles of a brand whose hash is kept: some two megabytes."""
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Thai, Lao, Burmese, Khmer, Japanese, Chinese: written without spaces, about two letters a word."""
_VARYING = re.compile(r"https?://\S+|www\.\S+|[@#]\w+", re.IGNORECASE)
_FIGURES = re.compile(r"\d+")

Signature = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Print:
    """`words`: how many there were; so few prove nothing, see `inbox.waves.LEAST_WORDS`."""

    signature: Signature
    words: int


def of(texts: Sequence[str], brand: BrandId, key: bytes, *, least: int = 1) -> list[Print | None]:
    """The print of each text, None where it holds fewer than `least` words. CPU work: about a millisecond for a long
    text, a quarter of it where its shingles were met before."""
    made = _maker(brand, key)
    return [made(kept, number) if kept and (number := count(kept)) >= least else None for kept in map(folded, texts)]


def folded(text: str) -> list[str]:
    """The words that count, folded."""
    plain = _FIGURES.sub("0", _VARYING.sub(" ", text[: 4 * MOST_LETTERS]))
    return [word for word in words.cut(plain) if word[0].isalnum() or any(map(str.isalnum, word))]


def count(kept: Sequence[str]) -> int:
    if not UNSPACED.search("".join(kept)):
        return len(kept)
    return sum(max(1, len(word) // 2) if UNSPACED.match(word) else 1 for word in kept)


def shingles(kept: Sequence[str]) -> set[str]:
    line = f" {' '.join(kept)} "[:MOST_LETTERS]
    return {line[at : at + SHINGLE] for at in range(max(1, len(line) - SHINGLE + 1))}


@lru_cache(maxsize=16)
def _maker(brand: BrandId, key: bytes) -> Callable[[list[str], int], Print]:
    """A language has some ten thousand shingles that people use, and each is hashed once."""

    @lru_cache(maxsize=REMEMBERED)
    def hashed(shingle: str) -> int:
        said = shingle.encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.blake2b(said, digest_size=4, key=key, person=person).digest(), "little")

    def made(kept: list[str], number: int) -> Print:
        sketch = _blank(hashed)
        sketch.update_batch(shingles(kept))
        return Print(sketch.hashvalues.astype(np.uint32), number)

    person = str(brand).encode()[:16]
    return made


def ready() -> None:
    """Loads the library, which takes a second or more: ahead of the first print, and off the event loop."""
    _permutations()


def _blank(hashed: Callable[[str], int]) -> Any:
    from datasketch.minhash import MinHash

    return MinHash(num_perm=PLACES, hashfunc=hashed, permutations=_permutations(), scheme=SCHEME)


@cache
def _permutations() -> Any:
    """The same in every process, for ever: prints of different processes are compared."""
    from datasketch.minhash import MinHash

    return MinHash(num_perm=PLACES, seed=1, scheme=SCHEME).permutations
