"""Which categories a message is said to be about: the network's probabilities, with the lexicons as a guard of recall.

For the dangers and for what is urgent by law (`GUARDED`), a word that a lexicon knows raises the network's logit by a
weight fitted on validation; and a sure one ("caught fire", "#boycott") is heard of any grave category even where the
network hears nothing. Neither ever lowers it. A category is named from its threshold on, and the words that the lexicon
found are shown as its evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from classifier.heads import logit
from classifier.judgement import CATEGORIES, LEVEL_OF, Reason

GUARDED: Final = ("safety", "self_harm", "legal", "data_fraud")
USUAL: Final = {3: 0.3, 2: 0.4, 1: 0.5, 0: 0.5}
"""Thresholds by level, where a model's config gives none: the graver, the lower."""

SURE: Final = 0.9
"""Certainty of the lexicons from which they are heard by themselves: one sure pattern, neither negated nor an idiom,
nor told of a film or of the past."""
HEARD: Final = 0.3
"""The probability that a grave category then has at the least (and never less than its threshold): it is named, and
stands behind what the encoder is sure of. It costs the written test part two points of precision of the dangers and
gives one of recall; the encoder alone took "mine caught fire" for a complaint."""
FIGURATIVE: Final = 0.5
"""What a grave category needs beside an idiom that only sounds grave."""


@dataclass(frozen=True, slots=True)
class Rules:
    """``thresholds``: from which probability a category is named; ``guard``: what a sure lexicon match adds to the
    logit of a category."""

    thresholds: Mapping[str, float] = field(default_factory=dict)
    guard: Mapping[str, float] = field(default_factory=dict)

    def threshold(self, category: str) -> float:
        return self.thresholds.get(category, USUAL[LEVEL_OF[category]])

    def guarded(self, shares: Mapping[str, float], found: Sequence[Reason]) -> dict[str, float]:
        """The probabilities once the lexicons were heard."""
        scores = {reason.category: reason.score for reason in found}
        return {name: self._raised(name, share, scores.get(name, 0.0)) for name, share in shares.items()}

    def _raised(self, category: str, share: float, score: float) -> float:
        weight = self.guard.get(category, 0.0) * score
        raised = float(1.0 / (1.0 + np.exp(-(logit(share) + weight)))) if weight > 0.0 else share
        return max(raised, HEARD, self.threshold(category)) if score >= SURE and LEVEL_OF[category] >= 2 else raised

    def reasons(
        self, shares: Mapping[str, float], found: Sequence[Reason], *, figurative: bool = False
    ) -> list[Reason]:
        """The categories named, each with the words the lexicons know of it. *figurative*: an idiom stands in the text
        and no lexicon found anything else, so that a danger takes more than a suspicion."""
        evidence = {reason.category: reason.evidence for reason in found}
        least = FIGURATIVE if figurative else 0.0
        return [
            Reason(name, round(min(0.999, shares[name]), 4), evidence.get(name, ()))
            for name in CATEGORIES
            if name in shares and shares[name] >= max(self.threshold(name), least if LEVEL_OF[name] >= 2 else 0.0)
        ]


def rules(described: Mapping[str, Any]) -> Rules:
    """What the config of a model of ours says."""
    return Rules(dict(described.get("thresholds", {})), dict(described.get("guard", {})))
