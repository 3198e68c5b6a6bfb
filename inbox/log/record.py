"""What goes into the log and what comes out: new events and raw deliveries, recorded events."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from inbox.events import Event
from inbox.ids import DedupeKey, ItemId, Position, SubjectId

POLICY_STREAM = "policy"


def item_stream(item: ItemId | uuid.UUID) -> str:
    return str(item)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to append. `dedupe` says what it is: appended again under the same key it changes nothing.

    `subject` owns the key that seals its personal fields; needed where the event's type seals any and holds some.
    """

    event: Event
    stream: str
    dedupe: DedupeKey
    subject: SubjectId | None = None


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """One HTTP request of a network, as its bytes were. `reason` says why it is quarantined; `headers`, sealed like the
    body, is what reading it again needs of them, None where its bytes say all."""

    delivery_id: uuid.UUID
    channel_id: str
    received_at: datetime
    body: bytes
    content_type: str = ""
    outcome: Literal["parsed", "quarantined"] = "parsed"
    reason: str | None = None
    messages: int = 0
    headers: bytes | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event of the log. `position` is gapless per brand; `event` has empty personal fields once forgotten."""

    position: Position
    stream: str
    dedupe: DedupeKey
    subject: SubjectId | None
    recorded_at: datetime
    event: Event
    opened: bool = True
