"""What is sent to a network, and what may become of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from inbox.events import Gesture, Kind, ReplyFile, ReplyPurpose
from services.outbound import Outbound

RefusalReason = Literal[
    "rejected", "not_authorised", "token_expired", "gone", "duplicate", "too_many", "too_long", "busy",
    "blocked_by_network", "author_blocked_us", "redirected", "window_closed", "unreachable", "address_not_allowed",
    "not_configured", "cannot_reply", "channel_gone", "author_forgotten", "message_gone",
]  # fmt: skip
"""Why nothing was posted: the whole vocabulary, which screens translate; `inbox.reply_failures` sorts it."""
DoubtReason = Literal["no_answer", "connection_lost", "server_error", "unclear_answer", "interrupted"]
"""Why nobody knows whether it was posted."""


@dataclass(frozen=True, slots=True)
class Sent:
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was posted. `again`: the same may work later, at the earliest after `retry_after_s` where known.
    `only_here`: a limit of this conversation, not of the account."""

    reason: RefusalReason
    again: bool = False
    retry_after_s: float | None = None
    only_here: bool = False


@dataclass(frozen=True, slots=True)
class Uncertain:
    reason: DoubtReason


Outcome = Sent | Refused | Uncertain


@dataclass(frozen=True, slots=True)
class File:
    """A file to send with a reply, whole. `url`: where the network may fetch it for some hours; empty where it
    cannot."""

    name: str = field(repr=False)
    content_type: str
    body: bytes = field(repr=False)
    url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply to send: to the message `in_reply_to` of `author_id` in `thread_id`, of kind `kind`. `title`: that
    message's. `private`: by a direct message, though the message is public. `named`: the files that go with it;
    `files`: the same with their bytes, once they are at hand."""

    reply_id: UUID
    kind: Kind
    in_reply_to: str
    thread_id: str
    author_id: str
    text: str = field(repr=False)
    purpose: ReplyPurpose
    now: datetime
    title: str | None = field(default=None, repr=False)
    private: bool = False
    named: tuple[ReplyFile, ...] = field(default=(), repr=False)
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Deed:
    """One gesture to make: on the message `external_id` of `author_id` in `thread_id`, of kind `kind`."""

    gesture: Gesture
    kind: Kind
    external_id: str
    thread_id: str
    author_id: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Way:
    """How requests get out: the one HTTP client, and the base addresses of networks that can be configured."""

    http: Outbound
    meta_graph_url: str
