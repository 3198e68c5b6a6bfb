"""The timeline of an item: a line for each event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inbox.events import Event, MessageClassified, MessageReceived, occurred_at
from inbox.log.record import Recorded
from inbox.web import words
from inbox.web.i18n import Speech


@dataclass(frozen=True)
class FactLine:
    at: datetime
    text: str
    tone: str


def timeline(recorded: Sequence[Recorded], names: Mapping[int, str], say: Speech) -> list[FactLine]:
    lines = []
    for record in recorded:
        event = record.event
        actor = getattr(event, "by", None)
        text = words.fact(event.TYPE, event.TYPE, _params(event), actor, names, say)
        tone = "soon" if event.TYPE in words.SOON_FACTS else "key" if event.TYPE in words.KEY_FACTS else ""
        lines.append(FactLine(occurred_at(event) or record.recorded_at, text, tone))
    return lines


_OPEN_PARAMS = (
    "clock", "purpose", "was_sent", "retry_at", "priority", "assignee", "network", "reason", "assessed", "categories",
    "lang", "undone", "provisional", "private", "gesture", "end", "guest", "edited", "to",
)  # fmt: skip


def _params(event: Event) -> dict[str, Any]:
    said = {name: getattr(event, name) for name in _OPEN_PARAMS if hasattr(event, name)}
    if isinstance(event, MessageClassified):
        said["categories"] = [reason.category for reason in event.reasons] or list(event.categories)
    if isinstance(event, MessageReceived):
        said["network"] = event.network
    return said
