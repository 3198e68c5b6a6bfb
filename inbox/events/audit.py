"""Events that only the record needs: what was forgotten, given out, reported or set."""

from __future__ import annotations

import uuid
from typing import Literal

from pydantic import AwareDatetime, Field

from inbox.event import Event


class AuthorForgotten(Event):
    """The key of this author is destroyed. Views blank what they hold of the items of `subject_id`. `by`: None from the
    shell, and where their time of keeping was over."""

    subject_id: uuid.UUID
    item_ids: tuple[uuid.UUID, ...]
    by: int | None
    at: AwareDatetime


class PersonExported(Event):
    """An audit line: all that is held of this author was given out. `by`: None from the shell."""

    subject_id: uuid.UUID
    by: int | None = None
    at: AwareDatetime


class EvidenceTaken(Event):
    """An audit line: the evidence pack of this item was given out."""

    item: uuid.UUID
    by: int
    at: AwareDatetime


class CorrectionsExported(Event):
    """An audit line: so many corrections left the house as training text, personal content masked. `by`: None from the
    shell."""

    lines: int
    by: int | None = None
    at: AwareDatetime


class SettingChanged(Event):
    """An audit line: who changed which channel, member, token or subscription of the brand. `before` and `after`: its
    settings that changed, by name (of a secret: that it was replaced). Never holds a secret or a person's name.
    `by`: None from the shell, and where Vigie itself paused a subscription."""

    what: Literal[
        "channel", "member", "token", "brand", "subscription", "view", "wall", "report", "guide", "translation",
    ]  # fmt: skip
    action: str
    subject: str
    before: dict[str, str] = Field(default_factory=dict)
    after: dict[str, str] = Field(default_factory=dict)
    by: int | None = None
    at: AwareDatetime


class ReportMade(Event):
    """A report of the days `first` to `last` (ISO) was made, as of a position of this log. `digest`: SHA-256 of its
    figures: made again as of the same position they have the same. `by`: None for the first of the month."""

    report_id: uuid.UUID
    issue_id: uuid.UUID
    first: str
    last: str
    as_of: int
    digest: str
    by: int | None = None
    at: AwareDatetime


class ReportMailed(Event):
    """A report went to one of the addresses that leads chose, or did not. `reason`: of a failure, in the words of
    deliveries. Who it was is not told."""

    report_id: uuid.UUID
    issue_id: uuid.UUID
    outcome: Literal["sent", "failed", "uncertain"]
    reason: str | None = None
    at: AwareDatetime


ALL: tuple[type[Event], ...] = (
    AuthorForgotten, PersonExported, EvidenceTaken, CorrectionsExported, SettingChanged, ReportMade, ReportMailed,
)  # fmt: skip
