"""How many bodies may be on their way at a time, while nobody has proven anything yet.

Who knows a hook's address can open connections and let their bodies drip. Were such bodies counted like proven
requests, a few hundred of them would bar the channel to the network it belongs to. So they have places of their own,
and where these run out the slowest gives way: whoever wants to hold the places has to send as fast as networks do.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence

GRACE_S = 1.0
"""So long nobody is called slow."""


class Crowded(Exception):
    """Every place is taken, and nobody is slow; or this one had to give way."""


class Place:
    """Of one body. `came`: after each piece of it, in bytes; how many by now. `gave_way`: another has its place."""

    def __init__(self, limit: asyncio.Timeout, kinds: Sequence[Hashable]) -> None:
        self.kinds = kinds
        self._limit = limit
        self._begun = asyncio.get_running_loop().time()
        self._size = 0
        self.gave_way = False

    def came(self, size: int) -> int:
        self._size += size
        return self._size

    def lasted(self, now: float) -> float:
        return now - self._begun

    def pace(self, now: float) -> float:
        """Bytes a second."""
        return self._size / max(self.lasted(now), GRACE_S)

    def give_way(self) -> None:
        if not self._limit.expired():
            self.gave_way = True
            self._limit.reschedule(0.0)


class Arrivals:
    """`pace`: bytes a second, below which a body is slow."""

    def __init__(self, pace: int) -> None:
        self._pace = pace
        self._places: defaultdict[Hashable, set[Place]] = defaultdict(set)

    @contextlib.contextmanager
    def place(self, bounds: Mapping[Hashable, int], limit: asyncio.Timeout) -> Iterator[Place]:
        """`bounds`: what the body is counted among, and how many there may be. Inside `limit`, the time that the body
        has; it is over at once for who has to give way. `Crowded` where nobody has to."""
        for kind, most in bounds.items():
            if len(self._places[kind]) >= most:
                slowest = self._slowest(self._places[kind])
                self._leave(slowest)  # it is gone for who comes next, though its own task has yet to hear of it
                slowest.give_way()
        mine = Place(limit, tuple(bounds))
        for kind in bounds:
            self._places[kind].add(mine)
        try:
            yield mine
        finally:
            self._leave(mine)

    def _leave(self, place: Place) -> None:
        for kind in place.kinds:
            self._places[kind].discard(place)
            if not self._places[kind]:
                del self._places[kind]

    def _slowest(self, places: set[Place]) -> Place:
        now = asyncio.get_running_loop().time()
        slow = [place for place in places if place.lasted(now) >= GRACE_S and place.pace(now) < self._pace]
        if not slow:
            raise Crowded
        return min(slow, key=lambda place: place.pace(now))
