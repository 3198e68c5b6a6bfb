"""How large a round is: the sample of every build, or what somebody asks for."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Size:
    """`times`: kills, stalls, stops of a round; `rate`: messages a second; `away_s`: how long the database is away,
    writers are stuck, a storm lasts; `proxy`: which one stands in front; `disk`: which one forgets; `within_s`: how
    long a round may go on breaking.

    What the other rounds count, each its own: `messages` that come as fast as they are taken (R8), `appends` (R9),
    `histories` (R11), `viewers` (R16), `items` (R17), `connections` of each kind (R21)."""

    times: int
    rate: float
    away_s: float
    messages: int
    appends: int
    histories: int
    viewers: int
    items: int
    connections: int
    proxy: str = "nginx"
    disk: str = "lazyfs"
    within_s: float = math.inf

    def counting(self, count: int) -> Size:
        """So many of whatever a round counts."""
        return replace(
            self, messages=count, appends=count, histories=count, viewers=count, items=count, connections=count
        )

    def turns(self, many: int | None = None) -> Iterator[int]:
        """Numbers up to `many` (else `times`), or until time is up: a round that has to end is reckoned like any other,
        and says how far it came."""
        ends = time.monotonic() + self.within_s
        for number in range(self.times if many is None else many):
            if number and time.monotonic() > ends:
                return
            yield number


LONG = Size(
    times=20, rate=50.0, away_s=60.0, messages=4_000, appends=10_000, histories=1_000, viewers=500, items=1_000,
    connections=1_000,
)  # fmt: skip
"""All rounds of a night: two hours."""
SAMPLE = Size(
    times=1, rate=4.0, away_s=3.0, messages=24, appends=16, histories=50, viewers=4, items=4, connections=4
)  # fmt: skip
