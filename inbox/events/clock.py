"""Events of what the clock found."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from inbox.event import Event, ItemEvent

ClockName = Literal["ack", "response"]


class SlaWarned(ItemEvent):
    """75 % of a target have gone. One a turn and clock."""

    turn: int
    clock: ClockName
    due_at: AwareDatetime
    at: AwareDatetime


class SlaBreached(ItemEvent):
    turn: int
    clock: ClockName
    due_at: AwareDatetime
    at: AwareDatetime


class ClaimLapsed(ItemEvent):
    """A claim stayed silent past the policy's limit: the item is nobody's again."""

    assignee: int
    at: AwareDatetime


class PromiseBroken(ItemEvent):
    promise_until: AwareDatetime
    at: AwareDatetime


ALL: tuple[type[Event], ...] = (SlaWarned, SlaBreached, ClaimLapsed, PromiseBroken)
