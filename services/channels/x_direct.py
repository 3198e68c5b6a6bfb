"""Direct messages of X, which both APIs tell alike but for their map of users. A thread is the person we talk with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.channels import reading
from services.channels.base import guarded
from services.channels.contract import Echoed, Ignored, Parsed, Received, Unreadable
from services.channels.x_posts import attachments, author_of, unescaped


def parsed(content: dict[str, Any], own: frozenset[str], received_at: datetime) -> Sequence[Parsed]:
    events, users = content["direct_message_events"], reading.table(content.get("users"))
    if not isinstance(events, list):
        return (Unreadable("direct_message_events is not a list"),)
    return [guarded(lambda event: _event(event, users, own, received_at), one) for one in events]


def _event(event: dict[str, Any], users: dict[str, Any], own: frozenset[str], received_at: datetime) -> Parsed:
    if event.get("type") != "message_create":
        return Ignored(f"a direct event of another type: {event.get('type')}"[:80])
    ident, created = reading.need(event.get("id"), "the message's id"), event["message_create"]
    sender = reading.need(created.get("sender_id"), "the sender's id")
    at = reading.instant(event["created_timestamp"]) if event.get("created_timestamp") else received_at
    data = reading.table(created.get("message_data"))
    text = unescaped(data.get("text"))
    if sender in own:
        person = reading.need(reading.table(created.get("target")).get("recipient_id"), "the recipient's id")
        return Echoed(ident, at, text, None, person, author_of(person, _user(users, person)))
    media = reading.table(data.get("attachment")).get("media")
    return Received(
        kind="dm", external_id=ident, thread_id=sender, sent_at=at, text=text,
        author=author_of(sender, _user(users, sender)), attachments=attachments(reading.tables([media])),
    )  # fmt: skip


def _user(users: dict[str, Any], ident: str) -> dict[str, Any]:
    user = reading.table(users.get(ident))
    return reading.table(user.get("data")) or user
