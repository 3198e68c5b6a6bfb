"""What is read in a message and may not be there. Dangers are named from a small probability on, so that few are
missed; a third of them are none. Who looks at the queue at two in the morning wants a fire above all that might be one.
"""

from __future__ import annotations

from inbox import categories
from inbox.events import ReasonGiven
from inbox.state import Judgement

LIKELY = 0.5
"""A reason at least as probable is likelier than not."""
HARMLESS = frozenset({"complaint", "praise", "question", "spam", "other", "negative"})
"""Of these it makes no difference whether they are doubtful."""


def is_doubtful(reason: ReasonGiven) -> bool:
    """Whether a grave reason is less likely than not and no word betrays it."""
    return reason.category not in HARMLESS and not reason.evidence and reason.score < LIKELY


def is_borne_out(said: Judgement) -> bool:
    """Whether a reason of the level that was read is more than a suspicion. A model that gives none is believed."""
    of_level = [reason for reason in said.reasons if categories.LEVEL_OF.get(reason.category) == said.level]
    return not of_level or not all(map(is_doubtful, of_level))
