"""How brands are dealt among the processes that follow. Pure: whoever knows the same seats and brands deals alike.

Brands stand in a circle of their own, by a digest of their number, which is cut into as many pieces of equal length as
there are seats: nobody holds more than one brand above the others, and a new brand moves none but those at the cuts.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache

from inbox.ids import BrandId


@lru_cache(maxsize=1 << 17)
def _place(brand: BrandId) -> int:
    return int.from_bytes(hashlib.blake2b(b"%d" % brand, digest_size=8).digest(), "big")


class Deal:
    """`owner` says whose a brand is, also of one that is not among `brands` yet; None where nobody sits."""

    def __init__(self, seats: Iterable[str] = (), brands: Iterable[BrandId] = ()) -> None:
        self.seats = sorted(set(seats))
        self._places = sorted(map(_place, brands))

    def owner(self, brand: BrandId) -> str | None:
        if not self.seats:
            return None
        rank = bisect_left(self._places, _place(brand))
        share = rank * len(self.seats) // max(1, len(self._places))
        return self.seats[min(share, len(self.seats) - 1)]
