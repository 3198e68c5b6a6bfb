"""Harsh words: threats and slurs stay folded until a colleague asks for them, wherever words of people are shown.

The one rule that says which do. Machines and lawyers get all words whole: the API, webhooks, exports, evidence.
"""

from __future__ import annotations

from collections.abc import Iterable

from inbox import corrections
from inbox.events import ReasonGiven
from inbox.state import Message

CATEGORIES = frozenset({"violence", "discrimination"})


def named(message: Message) -> tuple[str, ...]:
    """What its words stay folded for, as people corrected it; nothing where they are shown. A suspicion is enough:
    somebody who reads a threat that was folded in vain has lost a moment, who reads one unasked has read it."""
    said = corrections.reading(message)
    return tuple(name for name in (said.categories if said else ()) if name in CATEGORIES)


def quotable(reasons: Iterable[ReasonGiven]) -> bool:
    """Whether the words that gave reasons away may stand beside these: of what stays folded nothing is quoted."""
    return all(reason.category not in CATEGORIES for reason in reasons)
