"""Events of the brand itself: what is in force from a position on."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from pydantic import AwareDatetime

from inbox.event import Event

Role = Literal["owner", "lead", "cm", "observer"]


class PolicyChanged(Event):
    """The SLA policy in force from this position on. `policy` is `inbox.policy.Policy` as JSON."""

    policy: dict[str, Any]
    by: int | None = None
    at: AwareDatetime


class WordingSaved(Event):
    """A wording as it stands from now on: `wording` is `inbox.wording.Draft` as JSON: words of the brand, no
    person's."""

    wording_id: uuid.UUID
    wording: dict[str, Any]
    by: int
    at: AwareDatetime


class TopicFrozen(Event):
    """Nobody replies on this topic until there is a position. Of an item any of `categories`, `wave_id`, `words` is
    enough; none of them given: the whole brand. `until`: None until it is lifted. `holding_allowed`: people may be
    told that we read them."""

    freeze_id: uuid.UUID
    reason: str
    categories: tuple[str, ...] = ()
    wave_id: uuid.UUID | None = None
    words: tuple[str, ...] = ()
    until: AwareDatetime | None = None
    holding_allowed: bool = True
    by: int
    at: AwareDatetime


class WordingRemoved(Event):
    wording_id: uuid.UUID
    by: int
    at: AwareDatetime


class FreezeLifted(Event):
    freeze_id: uuid.UUID
    by: int
    at: AwareDatetime


class ModelSwitched(Event):
    """The model that judges the brand's messages from this position on, where a host has it. `model`: its name in the
    settings, "" for the installation's default one; `sha256`: of its weights when it was chosen."""

    model: str
    sha256: str = ""
    by: int | None = None
    at: AwareDatetime


class RetentionChanged(Event):
    """How long people's words are kept, from now on: see `inbox.people.retention`. `reason`: of the legal hold. `by`:
    None from the shell."""

    words_days: int | None
    raw_days: int
    hold: bool
    reason: str = ""
    by: int | None = None
    at: AwareDatetime


ALL: tuple[type[Event], ...] = (
    PolicyChanged, WordingSaved, TopicFrozen, WordingRemoved, FreezeLifted, ModelSwitched, RetentionChanged,
)  # fmt: skip
