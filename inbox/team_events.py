"""Events of how colleagues share the work: hand-overs, and rules that assign. They hold members and items, and no
person outside."""

from __future__ import annotations

import uuid
from typing import Literal

from pydantic import AwareDatetime

from inbox.event import Event, Part

Handed = Literal["open", "promised", "approval", "frozen"]
"""Why an item is named: its author waits; something was promised; a reply waits for approval; its topic is frozen."""


class HandedItem(Part):
    item_id: uuid.UUID
    why: tuple[Handed, ...]


class HandoverOffered(Event):
    """At the end of a shift: what this member holds, for `to` or (None) for whoever takes it. `acknowledged`,
    `answered`: how many turns they did since `since`. `text`: theirs to the colleague; it names no person outside."""

    handover_id: uuid.UUID
    to: int | None
    since: AwareDatetime
    items: tuple[HandedItem, ...]
    acknowledged: int = 0
    answered: int = 0
    text: str = ""
    by: int
    at: AwareDatetime


class HandoverAccepted(Event):
    """The items change hands, each by an event of its own, as far as `offered_by` still holds them."""

    handover_id: uuid.UUID
    offered_by: int
    by: int
    at: AwareDatetime


class HandoverDeclined(Event):
    """Nothing changes hands, and why. By whom it was offered: taken back."""

    handover_id: uuid.UUID
    offered_by: int
    text: str = ""
    by: int
    at: AwareDatetime


class AssignmentRule(Part):
    """What fits all of `channels`, `langs` and `categories` (each empty: any) goes to one of `members` or of `team`
    (neither: to anybody who acts), in `turn` or to whom has the least waiting (`load`). `speaks`: only to who speaks
    the author's language."""

    rule_id: uuid.UUID
    name: str
    channels: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    members: tuple[int, ...] = ()
    team: str = ""
    way: Literal["turn", "load"] = "turn"
    speaks: bool = False


class AssignmentRulesChanged(Event):
    """All of the brand's rules from this position on, in their order: of several that fit the first one assigns."""

    rules: tuple[AssignmentRule, ...]
    by: int
    at: AwareDatetime


ALL: tuple[type[Event], ...] = (
    HandoverOffered, HandoverAccepted, HandoverDeclined, AssignmentRulesChanged,
)  # fmt: skip
