"""How large a round is: the sample of every build, or what somebody asks for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """`times`: kills, stalls, stops of a round; `rate`: messages a second; `away_s`: how long the database is away;
    `count`: messages where they come as fast as they are taken; `proxy`: which one stands in front."""

    times: int
    rate: float
    away_s: float
    count: int
    proxy: str = "nginx"


LONG = Size(times=20, rate=50.0, away_s=60.0, count=4_000)
SAMPLE = Size(times=1, rate=4.0, away_s=3.0, count=24)
