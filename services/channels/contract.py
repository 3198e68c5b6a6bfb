"""What a channel is to the rest of Vigie: how its deliveries are proven, read and answered, and how replies leave.

One file of this folder per network, offering `CHANNEL`, an object of class `Channel` below; `registry` finds it,
nothing else needs editing. The way of a delivery: `verify` over the raw bytes → `split_request` into envelopes, each
addressed to one account of the network → the ingest finds whose account it is → `read` turns an envelope into parsed
things. A bad entry becomes `Unreadable` and never drops or repeats its neighbours. Nothing here touches the database.

`base.BaseChannel` has a default for everything that a network need not say. docs/channels/README.md is for whoever adds
one. Ids are strings of at most `ID_MOST` characters whatever the network sends, times are aware UTC datetimes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import Message
from http import HTTPStatus
from typing import Any, Literal, Protocol
from urllib.parse import parse_qsl
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
    """One request as it came. `headers` has lower-case names and every value of a repeated header.

    `url`: as the network was told it: the configured base address, then path and query as sent. Never from forwarded
    headers, which anybody can write. Empty where a stored delivery is read again: a query may hold a secret, so none is
    kept.
    """

    headers: Mapping[str, Sequence[str]]
    raw: bytes
    url: str = ""
    method: str = "POST"

    def header(self, name: str) -> str | None:
        """The value of a header that was sent exactly once; a repeated one is as good as none."""
        values = self.headers.get(name, ())
        return values[0] if len(values) == 1 else None

    def query(self) -> Mapping[str, str]:
        """The query of `url`: of a repeated name, the first value."""
        pairs = parse_qsl(self.url.partition("#")[0].partition("?")[2], keep_blank_values=True)
        return dict(reversed(pairs))

    @property
    def content_type(self) -> str:
        """In lower case, without its parameters; empty where the request names none."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    def parameter(self, name: str) -> str | None:
        """A parameter of the content type: `charset`, `boundary`."""
        header = Message()
        header["content-type"] = (self.header("content-type") or "").encode("ascii", "replace").decode()
        value = header.get_param(name)
        return value if isinstance(value, str) and value else None


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
    """A message. `author` is None where the network hides who wrote. `reply_until`: the closing reply window. `title`:
    what the author put above the words (an e-mail's subject), where the network keeps it apart from `text`."""

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
    title: str | None = None


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
class Status:
    """A network's word on a reply of ours, `external_id`. `reason`: only why it failed, without content."""

    external_id: str
    state: Literal["delivered", "read", "failed"]
    sent_at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Hint:
    """The delivery only says that there is something: `what` (a review, a mention) must be fetched by its `ref`."""

    what: str
    ref: str
    thread_id: str | None = None


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


Parsed = Received | Edited | Withdrawn | Echoed | Status | Hint | Ignored | Unreadable


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
    """The HTTP answer that this network expects. `headers`: its own beside the content type."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)


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
    """One reply to send: to the message `in_reply_to` of `author_id` in `thread_id`, of kind `kind`. `title`: that
    message's."""

    reply_id: UUID
    kind: Kind
    in_reply_to: str
    thread_id: str
    author_id: str
    text: str = field(repr=False)
    purpose: ReplyPurpose
    now: datetime
    title: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Way:
    """How requests get out: the one HTTP client, and the base addresses of networks that can be configured."""

    http: Outbound
    meta_graph_url: str


@dataclass(frozen=True, slots=True)
class Swept:
    """What one look at a network brought. `cursor`: where the next begins; `more`: there is more to be had at once;
    `raw`: what the network answered, to be kept beside what was read of it; `gap`: the network no longer has all that
    came since the cursor, so something may have been missed for good."""

    parsed: tuple[Parsed, ...]
    cursor: str | None
    more: bool = False
    raw: bytes = b""
    gap: bool = False


class SweepFailed(Exception):
    """A look brought nothing. `reason` goes to the channel's health; `retry_after_s`: what the network asked for."""

    def __init__(self, reason: RefusalReason | DoubtReason, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s


# --- the contract -------------------------------------------------------------------------------------------------

Receives = Literal["webhook", "poll", "stream", "mailbox", "form"]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a network lets us do, and we do. `receives`: by requests to our hook, of whatever content type (webhook); by
    asking (poll); by a connection that stays open (stream); from a mailbox; by a form of ours that a person fills in.
    `private_reply`: a direct message as the answer to a public comment; `attachments`, `edits`, `withdrawals`,
    `echoes`: `read` tells of those; `reconcile`: `sweep` finds what a webhook failed to bring; `fetches`: `fetch` gets
    what a hint names; `window`: how long after the person's last message a reply is possible; `length_most`: of a
    reply, as the network counts; `limits`: one English line."""

    receives: tuple[Receives, ...]
    reply: bool = False
    private_reply: bool = False
    hide: bool = False
    like: bool = False
    attachments: bool = False
    edits: bool = False
    withdrawals: bool = False
    echoes: bool = False
    reconcile: bool = False
    fetches: bool = False
    window: Mapping[Kind, timedelta] = field(default_factory=dict)
    length_most: int | None = None
    limits: str = ""

    @property
    def sweeps(self) -> bool:
        """Whether `sweep` is to be called: to receive at all, or to find what webhooks failed to bring."""
        return self.reconcile or bool({"poll", "mailbox"} & set(self.receives))


class Channel(Network, Protocol):
    """One network. `whole`: a delivery is taken whole or, with one unreadable thing in it, not at all: the sender is
    told, and sends it again. `slow`: splitting and reading take long, and are done beside the event loop.
    `sweep_every_s`: how often `sweep` looks."""

    @property
    def capabilities(self) -> Capabilities: ...
    @property
    def whole(self) -> bool: ...
    @property
    def slow(self) -> bool: ...
    @property
    def sweep_every_s(self) -> float: ...

    async def prepare(self, way: Way, request: Inbound, channel: ChannelRecord) -> None:
        """Before `verify`: gets what a proof needs from elsewhere (a network's public keys), and remembers it. Bounded
        in time; what fails here fails in `verify`, so it does not raise."""
        ...

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        """The secret that proves the request, None when none does. Constant time, over the raw bytes."""
        ...

    def knows(self, channel: ChannelRecord, secret: str) -> bool:
        """Whether `secret` also proves requests for this channel: then it belongs to the same app."""
        ...

    def handshake(self, query: Mapping[str, str], channel: ChannelRecord) -> Answer | None:
        """The answer to a GET on the hook; None where the network makes none."""
        ...

    def preflight(self, request: Inbound, channel: ChannelRecord) -> Answer | None:
        """The answer to a HEAD or OPTIONS on the hook; None where the network sends none."""
        ...

    def greet(self, request: Inbound, channel: ChannelRecord) -> Answer | None:
        """The answer to a verified POST that only shakes hands, and of which nothing is kept; None for all others."""
        ...

    def split(self, raw: bytes) -> Sequence[Envelope]:
        """Raises `CannotRead` where nothing at all can be read."""
        ...

    def split_request(self, request: Inbound) -> Sequence[Envelope]:
        """As `split`, where headers say how the body is to be read. What `read` needs of them goes into the envelope.
        A delivery that is read again has its headers back, but those that prove something or name the sender's own
        connection."""
        ...

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        """Never raises for what the envelope holds."""
        ...

    def join(self, envelopes: Sequence[Envelope]) -> bytes:
        """A delivery of these envelopes alone, as `split` reads it: what another brand of the organisation keeps."""
        ...

    def answer(self, taken: Taken) -> Answer: ...

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome: ...

    async def sweep(self, way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
        """What there is since `cursor` (None: never looked). Raises `SweepFailed`, `NotSent` or `NoAnswer`."""
        ...

    async def fetch(self, way: Way, channel: ChannelRecord, hint: Hint, now: datetime) -> Sequence[Parsed]:
        """What a hint names; empty when it is gone. Raises as `sweep`."""
        ...
