"""How much what comes in has changed: two mixes of kinds (languages, levels) compared. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

HALF = 0.5
"""Added to the count of every kind (the prior of Jeffreys, Proc. R. Soc. A 186, 1946), so that a kind that is new, or
gone, weighs much and not infinitely."""
LEAST = 100
"""With fewer messages on either side chance alone moves the index as far as a real change would."""
SOME, MUCH = 0.1, 0.25

Verdict = Literal["few", "steady", "moved", "shifted"]


@dataclass(frozen=True, slots=True)
class Drift:
    """`now` and `before`: kind → messages, of this period and of the one as long before it."""

    now: Mapping[str, int]
    before: Mapping[str, int]

    @property
    def index(self) -> float | None:
        return stability(self.now, self.before)

    @property
    def verdict(self) -> Verdict:
        index = self.index
        if index is None or min(sum(self.now.values()), sum(self.before.values())) < LEAST:
            return "few"
        return "steady" if index < SOME else "moved" if index < MUCH else "shifted"

    def to_json(self) -> dict[str, Any]:
        return {"now": dict(self.now), "before": dict(self.before), "index": self.index, "verdict": self.verdict}


def stability(now: Mapping[str, int], before: Mapping[str, int]) -> float | None:
    """The population stability index: the sum over all kinds of (a − b) · ln(a / b), a and b being a kind's shares now
    and before. 0 where nothing changed; None where there is nothing to compare.

    Source of formula and bounds (under 0.1 steady, up to 0.25 moved, above it shifted): N. Siddiqi, Credit Risk
    Scorecards, Wiley 2006, on monitoring. It is the divergence J of H. Jeffreys, and its spread by chance falls with
    the number of messages (B. Yurdakul, Statistical Properties of Population Stability Index, 2018): hence `LEAST`.
    """
    if not sum(now.values()) or not sum(before.values()):
        return None
    kinds = now.keys() | before.keys()
    ours = sum(now.values()) + HALF * len(kinds)
    theirs = sum(before.values()) + HALF * len(kinds)
    shares = (((now.get(k, 0) + HALF) / ours, (before.get(k, 0) + HALF) / theirs) for k in kinds)
    return math.fsum((a - b) * math.log(a / b) for a, b in shares)
