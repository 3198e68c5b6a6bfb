"""How large a round is: the sample of every build, or what somebody asks for."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """`times`: kills, stalls, stops of a round; `rate`: messages a second; `away_s`: how long the database is away;
    `count`: messages where they come as fast as they are taken; `proxy`: which one stands in front; `within_s`: how
    long a round may go on breaking."""

    times: int
    rate: float
    away_s: float
    count: int
    proxy: str = "nginx"
    within_s: float = math.inf

    def turns(self, many: int | None = None) -> Iterator[int]:
        """Numbers up to `many` (else `times`), or until time is up: a round that has to end is reckoned like any other,
        and says how far it came."""
        ends = time.monotonic() + self.within_s
        for number in range(self.times if many is None else many):
            if number and time.monotonic() > ends:
                return
            yield number


LONG = Size(times=20, rate=50.0, away_s=60.0, count=4_000)
SAMPLE = Size(times=1, rate=4.0, away_s=3.0, count=24)
