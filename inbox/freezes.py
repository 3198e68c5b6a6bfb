"""Freezes: "nobody replies on this topic until there is a position". Said by a lead, lifted by a lead, each an event.

Pure. A freeze stands in the way of what would leave the house, however it was asked for: by hand, in bulk, approved.
What was on its way when it began still leaves, and an answer given elsewhere can be recorded, since it is a fact.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from inbox.errors import Refused
from inbox.events import Event, FreezeLifted, ReplyPurpose, TopicFrozen
from inbox.state import Item

STREAM = "freezes"
MOST_REASON = 500
MOST_WORDS = 20


@dataclass(frozen=True)
class Freeze:
    """As its event says; `lifted_at` and `lifted_by` once somebody ended it."""

    said: TopicFrozen
    lifted_at: datetime | None = None
    lifted_by: int | None = None

    def in_force(self, now: datetime) -> bool:
        return self.lifted_at is None and (self.said.until is None or now < self.said.until)

    @property
    def of_all(self) -> bool:
        return not (self.said.categories or self.said.words or self.said.wave_id)

    def touches(self, item: Item) -> bool:
        if self.of_all:
            return True
        named = {reason.category for reason in item.reasons}
        if named & set(self.said.categories):
            return True
        if self.said.wave_id is not None and any(message.wave == self.said.wave_id for message in item.messages):
            return True
        return any(_says(message.text, self.said.words) for message in item.messages)


def _says(text: str | None, words: Sequence[str]) -> bool:
    heard = " ".join((text or "").casefold().split())
    return any(word.casefold() in heard for word in words)


def fold(happened: Iterable[Event]) -> list[Freeze]:
    """All that were ever said, in order."""
    known: dict[uuid.UUID, Freeze] = {}
    for event in happened:
        if isinstance(event, TopicFrozen):
            known[event.freeze_id] = Freeze(event)
        elif isinstance(event, FreezeLifted) and event.freeze_id in known:
            known[event.freeze_id] = Freeze(known[event.freeze_id].said, event.at, event.by)
    return list(known.values())


def over(freezes: Iterable[Freeze], item: Item, now: datetime) -> list[Freeze]:
    """Those in force that touch the item."""
    return [freeze for freeze in freezes if freeze.in_force(now) and freeze.touches(item)]


def refuse(freezes: Iterable[Freeze], item: Item, purpose: ReplyPurpose, now: datetime) -> None:
    """Refused: `frozen` (409); details: `reason`, `until`, `by`, `freeze_id`."""
    for freeze in over(freezes, item, now):
        said = freeze.said
        if purpose == "holding" and said.holding_allowed:
            continue
        until = None if said.until is None else said.until.isoformat().replace("+00:00", "Z")
        raise Refused(
            "frozen", f"Nobody replies on this topic for now: {said.reason}", status=409,
            details={"reason": said.reason, "until": until, "by": said.by, "freeze_id": str(said.freeze_id)},
        )  # fmt: skip


def checked(reason: str, words: Sequence[str], until: datetime | None, now: datetime) -> tuple[str, ...]:
    """The words, each once and without white space around them. Refused: `freeze_bad`."""
    if not reason.strip() or len(reason) > MOST_REASON:
        raise Refused("freeze_bad", f"Say why, in at most {MOST_REASON} characters.")
    kept = clean(words)
    if len(kept) > MOST_WORDS or any(not 3 <= len(word) <= 100 for word in kept):
        raise Refused("freeze_bad", f"At most {MOST_WORDS} words or phrases, each of 3 to 100 characters.")
    if until is not None and until <= now:
        raise Refused("freeze_bad", "The end of a freeze lies ahead.")
    return kept


def clean(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(word.split()) for word in words if word.strip()))
