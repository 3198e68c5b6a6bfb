"""From reasons and tone to a number: urgency in the band of the level that the gravest reason calls for.

Inside the band the place is given by 1 − Π(1 − s_c·p_c) over all reasons, blended with the probability of a negative
tone, so that two dangers stand above one, and an angry complaint above a polite one. Reach and velocity are not in
it: they are impact.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from classifier.judgement import BAND, LEVEL_OF, Reason

WEIGHT_OF_LEVEL: Final = (0.0, 0.4, 0.7, 0.9)
"""s_c: how much a reason of each level counts."""
TONE: Final = 0.3
"""Share of the negative probability in the blend."""


def level_for(reasons: Sequence[Reason]) -> int:
    """The level of the gravest reason; 0 without any."""
    return max((LEVEL_OF[reason.category] for reason in reasons), default=0)


def ordered(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """Reasons, most weighty first: by level, then by confidence, then by name."""
    return tuple(sorted(reasons, key=lambda reason: (-LEVEL_OF[reason.category], -reason.score, reason.category)))


def urgency_of(reasons: Sequence[Reason], negative: float) -> float:
    """Urgency, 0 to 1, always inside the band of `level_for` (lower bound included, upper excluded)."""
    doubt = 1.0
    for reason in reasons:
        doubt *= 1.0 - WEIGHT_OF_LEVEL[LEVEL_OF[reason.category]] * reason.score
    place = (1.0 - TONE) * (1.0 - doubt) + TONE * negative
    return round(BAND * (level_for(reasons) + min(0.99, max(0.0, place))), 4)
