"""The timeline of an item: each event as who, when, what, for a screen to put into words. No words of people in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from inbox import events as ev
from inbox.log.record import Recorded
from inbox.views.row import timestamp

Actor = int | Literal["author", "network", "vigie"]
"""A member's id, or who else: the author, the network (echoes), Vigie itself (clock, classifier, deliverer)."""

OF_THE_AUTHOR = (ev.MessageReceived, ev.MessageEdited, ev.MessageWithdrawn)
NOT_TOLD = {"item_id", "at", "by", "received_at", "delivery_id", "mark", "reach", "note_id", "model", "wording"} | {
    "subject_id",
    "item_ids",
    "model_sha256",
    "probabilities",
    "temperature",
    "words_at",
}
WORD_STARTS = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Entry:
    """`code`: the event's type in snake case (`sla_breached`). `params`: its open fields, JSON-ready."""

    position: int
    at: datetime
    type: str
    actor: Actor
    code: str
    params: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {
            "position": self.position,
            "at": timestamp(self.at),
            "type": self.type,
            "actor": self.actor,
            "code": self.code,
            "params": self.params,
        }


def entry_of(recorded: Recorded) -> Entry:
    event = recorded.event
    return Entry(
        position=recorded.position,
        at=ev.occurred_at(event) or recorded.recorded_at,
        type=event.TYPE,
        actor=actor_of(event),
        code=WORD_STARTS.sub("_", event.TYPE).lower(),
        params=event.model_dump(mode="json", exclude=NOT_TOLD | event.SEALED),
    )


def actor_of(event: ev.Event) -> Actor:
    by: int | None = getattr(event, "by", None)
    if by is not None:
        return by
    if isinstance(event, OF_THE_AUTHOR):
        return "author"
    return "network" if isinstance(event, ev.ReplyEchoed) else "vigie"
