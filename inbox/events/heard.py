"""Events of what people outside said, as their networks brought it."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from pydantic import AwareDatetime, model_validator

from inbox.event import Event, ItemEvent
from inbox.events.parts import Attachment, Author, Marked, reach_of

Kind = Literal["comment", "mention", "dm", "review", "post", "email", "sms", "call"]


class MessageReceived(ItemEvent):
    """An author said something. `sent_at` is the network's time, `received_at` ours; `author` is None once forgotten.

    `reach` is the author's followers, rounded down to two digits, and filled from `author` by itself. It stays
    outside the seal: the priority, and so the due times, must come out the same after the person was forgotten.
    `sender_proven`: of an e-mail, whether the server that took it could prove who sent it; None where nobody told.
    """

    SEALED = frozenset({"thread_id", "author", "title", "text", "attachments", "permalink"})
    channel_id: str
    network: str
    kind: Kind
    external_id: str
    parent_id: str | None = None
    sent_at: AwareDatetime
    received_at: AwareDatetime
    delivery_id: uuid.UUID | None = None
    reply_until: AwareDatetime | None = None
    sender_proven: bool | None = None
    thread_id: str | None = None
    author: Author | None = None
    reach: int | None = None
    title: str | None = None
    text: str | None = None
    attachments: tuple[Attachment, ...] = ()
    permalink: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _reach_outlives_the_seal(cls, fields: Any) -> Any:
        if not isinstance(fields, dict) or fields.get("reach") is not None or not fields.get("author"):
            return fields
        return {**fields, "reach": reach_of(Author.model_validate(fields["author"]))}


class MessageEdited(ItemEvent):
    """The author changed their words. May come before its original."""

    SEALED = frozenset({"text", "attachments"})
    channel_id: str
    external_id: str
    sent_at: AwareDatetime
    received_at: AwareDatetime
    text: str | None = None
    attachments: tuple[Attachment, ...] = ()


class MessageWithdrawn(ItemEvent):
    """The author, or the network, took a message away. May come before its original."""

    channel_id: str
    external_id: str
    sent_at: AwareDatetime
    received_at: AwareDatetime


class ReplyEchoed(ItemEvent, Marked):
    """A reply that was made on the network itself, or our own coming back: it counts like ours."""

    SEALED = frozenset({"text"})
    channel_id: str
    external_id: str
    in_reply_to: str | None = None
    sent_at: AwareDatetime
    received_at: AwareDatetime
    text: str | None = None


class ReferenceHeld(Event):
    """An edit, a deletion or an echo that names only a message id. It waits until the item of that message is known."""

    SEALED = frozenset({"text", "attachments"})
    verb: Literal["edited", "withdrawn", "echoed"]
    channel_id: str
    external_id: str
    refers_to: str
    sent_at: AwareDatetime
    received_at: AwareDatetime
    text: str | None = None
    attachments: tuple[Attachment, ...] = ()


class DeliveryQuarantined(Event):
    """A delivery, or one entry of it, was verified but could not be read. `reason` is for the screen; no content."""

    channel_id: str
    delivery_id: uuid.UUID
    reason: str
    at: AwareDatetime


ALL: tuple[type[Event], ...] = (
    MessageReceived, MessageEdited, MessageWithdrawn, ReplyEchoed, ReferenceHeld, DeliveryQuarantined,
)  # fmt: skip
