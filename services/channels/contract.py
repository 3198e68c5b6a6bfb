"""What a channel is to the rest of Vigie: how its deliveries are proven, read and answered, and how replies leave.

One file of this folder per network, offering `CHANNEL`, an object of class `Channel` below; `registry` finds it,
nothing else needs editing. The way of a delivery: `verify` over the raw bytes → `split` into envelopes, each addressed
to one account of the network → the ingest finds whose account it is → `read` turns an envelope into parsed things. A
bad entry becomes `Unreadable` and never drops or repeats its neighbours. Nothing here touches the database.

Ids are strings of at most `ID_MOST` characters whatever the network sends, times are aware UTC datetimes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Literal, Protocol
from uuid import UUID

import orjson

from inbox.channels import ChannelRecord, Network
from inbox.events import Attachment, Author, Kind, ReplyPurpose
from services.outbound import Outbound

ID_MOST = 512
TEXT_MOST = 100_000


# --- in -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Inbound:
    """One request as it came. `headers` has lower-case names and every value of a repeated header."""

    headers: Mapping[str, Sequence[str]]
    raw: bytes

    def header(self, name: str) -> str | None:
        """The value of a header that was sent exactly once; a repeated one is as good as none."""
        values = self.headers.get(name, ())
        return values[0] if len(values) == 1 else None


@dataclass(frozen=True, slots=True)
class Envelope:
    """One part of a delivery. `account_id`: whose it is on the network, None where the network does not say;
    `network`: the channel kind that it belongs to by right; `takers`: all kinds that can read it, empty for the hook's
    only; `content`: for `read` and `join`."""

    content: Any
    account_id: str | None = None
    network: str | None = None
    takers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Received:
    """A message. `author` is None where the network hides who wrote. `reply_until`: the closing reply window."""

    kind: Kind
    external_id: str
    thread_id: str
    sent_at: datetime
    text: str | None
    author: Author | None = None
    parent_id: str | None = None
    permalink: str | None = None
    attachments: tuple[Attachment, ...] = ()
    reply_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    """New words. `version` tells two edits of a message apart, and is the same whenever this one is sent again."""

    external_id: str
    sent_at: datetime
    version: str
    text: str | None
    attachments: tuple[Attachment, ...] = ()
    thread_id: str | None = None
    author: Author | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    external_id: str
    sent_at: datetime
    thread_id: str | None = None
    author: Author | None = None


@dataclass(frozen=True, slots=True)
class Echoed:
    """A reply made as us. It names the message it answers, or (direct messages) the person: thread and author."""

    external_id: str
    sent_at: datetime
    text: str | None
    in_reply_to: str | None = None
    thread_id: str | None = None
    author: Author | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """Understood, and no business of an inbox: a reaction, a receipt, our own post."""

    reason: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, for the sender: JSON pointer, what is wrong, what to send instead."""

    pointer: str
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Verified, but not understood: quarantined. `reason` goes to the screen and holds no content."""

    reason: str
    problems: tuple[Problem, ...] = ()


Parsed = Received | Edited | Withdrawn | Echoed | Ignored | Unreadable


class CannotRead(Exception):
    """The whole delivery is unreadable."""

    def __init__(self, reason: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(reason)
        self.unreadable = Unreadable(reason, problems)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a delivery: each message id, in the order sent, and whether it was new; what could not be read."""

    messages: tuple[tuple[str, bool], ...] = ()
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The HTTP answer that this network expects."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain"


PROBLEM_TYPE = "application/problem+json"


def problem(status: int, code: str, detail: str, errors: Sequence[Mapping[str, str]] = ()) -> bytes:
    """The document of a refusal (RFC 9457), as the API's: the same members, the same `type`."""
    document = {
        "type": f"urn:vigie:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": list(errors),
    }
    return orjson.dumps(document)


# --- out ----------------------------------------------------------------------------------------------------------

RefusalReason = Literal[
    "rejected", "not_authorised", "gone", "duplicate", "too_many", "busy", "blocked_by_network", "redirected",
    "window_closed", "unreachable", "address_not_allowed", "not_configured", "cannot_reply", "channel_gone",
    "author_forgotten", "message_gone",
]  # fmt: skip
"""Why nothing was posted: the whole vocabulary, which screens translate."""

DoubtReason = Literal["no_answer", "connection_lost", "server_error", "unclear_answer", "interrupted"]
"""Why nobody knows whether it was posted."""


@dataclass(frozen=True, slots=True)
class Sent:
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was posted. `again`: the same may work later, at the earliest after `retry_after_s` where known."""

    reason: RefusalReason
    again: bool = False
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Uncertain:
    reason: DoubtReason


Outcome = Sent | Refused | Uncertain


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply to send: to the message `in_reply_to` of `author_id` in `thread_id`, of kind `kind`."""

    reply_id: UUID
    kind: Kind
    in_reply_to: str
    thread_id: str
    author_id: str
    text: str = field(repr=False)
    purpose: ReplyPurpose
    now: datetime


@dataclass(frozen=True, slots=True)
class Way:
    """How replies get out: the one HTTP client, and the base addresses of networks that can be configured."""

    http: Outbound
    meta_graph_url: str


# --- the contract -------------------------------------------------------------------------------------------------


class Channel(Network, Protocol):
    """One network. `whole`: a delivery is taken whole or, with one unreadable thing in it, not at all: the sender is
    told, and sends it again."""

    @property
    def whole(self) -> bool: ...

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        """The secret that proves the request, None when none does. Constant time, over the raw bytes."""
        ...

    def knows(self, channel: ChannelRecord, secret: str) -> bool:
        """Whether `secret` also proves requests for this channel: then it belongs to the same app."""
        ...

    def handshake(self, query: Mapping[str, str], channel: ChannelRecord) -> Answer | None:
        """The answer to a GET on the hook; None where the network makes none."""
        ...

    def split(self, raw: bytes) -> Sequence[Envelope]:
        """Raises `CannotRead` where nothing at all can be read."""
        ...

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        """Never raises for what the envelope holds."""
        ...

    def join(self, envelopes: Sequence[Envelope]) -> bytes:
        """A delivery of these envelopes alone, as `split` reads it: what another brand of the organisation keeps."""
        ...

    def answer(self, taken: Taken) -> Answer: ...

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome: ...
