"""Events of what the team decided on an item."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from inbox.event import Event, ItemEvent

ResolveReason = Literal["answered", "no_answer_needed", "spam", "duplicate", "handled_elsewhere"]


class ItemAcknowledged(ItemEvent):
    """Somebody took charge without writing to the person (a claim). Whether it stops the clock is the policy's."""

    by: int
    at: AwareDatetime


class ItemAssigned(ItemEvent):
    """`by` is None where a rule of the brand did it: `rule`, see `inbox.assigning`."""

    assignee: int | None
    by: int | None
    at: AwareDatetime
    rule: uuid.UUID | None = None


class NoteAdded(ItemEvent):
    SEALED = frozenset({"text"})
    note_id: uuid.UUID
    by: int
    at: AwareDatetime
    text: str | None = None


class ItemResolved(ItemEvent):
    by: int
    reason: ResolveReason = "answered"
    at: AwareDatetime


class ItemReopened(ItemEvent):
    by: int
    at: AwareDatetime


class PriorityOverridden(ItemEvent):
    """A person set the priority (1..4), or gave it back to the rules (None). `rules`: what the classifier's reading
    gave at that moment, people's corrections left aside; None where it had read nothing yet."""

    priority: Annotated[int, Field(ge=1, le=4)] | None
    by: int
    at: AwareDatetime
    rules: int | None = None


class CategoriesCorrected(ItemEvent):
    """A person said what the words so far are about (empty: nothing of note), or gave that back to the classifier
    (None). `had`: what the classifier had found in them; `rules`: as in `PriorityOverridden`."""

    categories: tuple[str, ...] | None
    by: int
    at: AwareDatetime
    rules: int | None = None
    had: tuple[str, ...] = ()


class LanguageCorrected(ItemEvent):
    """A person said which language the words so far are in (ISO 639), or gave that back to the classifier (None)."""

    lang: str | None
    by: int
    at: AwareDatetime
    had: str | None = None


class MarkedNotUrgent(ItemEvent):
    """A person said that the classifier's alarm over the words so far is false, or took that back (`undone`)."""

    undone: bool = False
    by: int
    at: AwareDatetime
    rules: int | None = None


class AuthorMuted(ItemEvent):
    """Nobody is to be alarmed by this author: what they say ranks as P4 and never rises by waiting. `of`: the item that
    it was decided on, where this one only follows it."""

    by: int
    at: AwareDatetime
    of: uuid.UUID | None = None


class AuthorUnmuted(ItemEvent):
    """They rank by the rules again. `of`: as of `AuthorMuted`."""

    by: int
    at: AwareDatetime
    of: uuid.UUID | None = None


ALL: tuple[type[Event], ...] = (
    ItemAcknowledged, ItemAssigned, NoteAdded, ItemResolved, ItemReopened, PriorityOverridden, CategoriesCorrected,
    LanguageCorrected, MarkedNotUrgent, AuthorMuted, AuthorUnmuted,
)  # fmt: skip
