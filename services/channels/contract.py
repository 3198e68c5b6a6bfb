"""What a channel is to the rest of Vigie: how its deliveries are proven, read and answered, and how replies leave.

One file of this folder per network, offering `CHANNEL`, an object of class `Channel` below; `registry` finds it,
nothing else needs editing. The way of a delivery: `verify` over the raw bytes → `split_request` into envelopes, each
addressed to one account of the network → the ingest finds whose account it is → `read` turns an envelope into parsed
things. A bad entry becomes `Unreadable` and never drops or repeats its neighbours. Nothing here touches the database.

`base.BaseChannel` has a default for everything that a network need not say. docs/channels/README.md is for whoever adds
one. Ids are strings of at most `ID_MOST` characters whatever the network sends, times are aware UTC datetimes.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import Message
from http import HTTPStatus
from typing import Any, Literal, Protocol
from urllib.parse import parse_qsl
from uuid import UUID

import orjson

from inbox.channel_state import Term
from inbox.channels import ChannelRecord, Counting, Network
from inbox.clock import Clock
from inbox.events import Attachment, Author, Gesture, Kind, ReplyFile, ReplyPurpose
from inbox.file_rules import FileRule
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
    what the author put above the words (an e-mail's subject), where the network keeps it apart from `text`.
    `sender_proven`: whether a mail's sender is who they say, None where nobody told."""

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
    sender_proven: bool | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    """New words. `version` tells two edits of a message apart, and is the same whenever this one is sent again.
    `sent_at`: when it was edited; `written_at`: when the message itself was written, where the network tells both."""

    external_id: str
    sent_at: datetime
    version: str
    text: str | None
    attachments: tuple[Attachment, ...] = ()
    thread_id: str | None = None
    author: Author | None = None
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Deleted by whoever wrote it. The times are as an edit's."""

    external_id: str
    sent_at: datetime
    thread_id: str | None = None
    author: Author | None = None
    written_at: datetime | None = None


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
class Granted:
    """How many seconds from now something lasts that the network grants for a while; 0: it does not grant it."""

    what: Literal["access", "subscription"]
    ref: str
    lasts_s: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The HTTP answer that this network expects. `headers`: its own beside the content type. `granted`: what a
    hand-shake settled by the way."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)
    granted: Granted | None = None


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


@dataclass(frozen=True, slots=True)
class Heard:
    """What an open connection brought. `parsed`, `raw`, `gap`: as of a look; `cursor`: where to go on after a break,
    None where the network keeps no place; `look`: there may be something that only a look brings."""

    parsed: tuple[Parsed, ...] = ()
    cursor: str | None = None
    raw: bytes = b""
    gap: bool = False
    look: bool = False


@dataclass(frozen=True, slots=True)
class Tended:
    """How what runs out stands now, all of it. `secrets`: new ones, by the names of their set-up fields; `asked`: how
    many renewals the network was asked for; `again_s`: when to look after it next."""

    terms: tuple[Term, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    asked: int = 0
    again_s: float = 3600.0


@dataclass(frozen=True, slots=True)
class Probe:
    """A question that changes nothing and that only who has access gets an answer to. `name`: where the answer says
    who we are; `ok`: what of it must be true, where the network answers 200 to everybody."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    name: tuple[str, ...] = ()
    ok: str | None = None


class NotAsked(Exception):
    """There is nothing that this network could be asked: only what it sends shows that it is connected."""


class NothingToHear(Exception):
    """No connection stays open for this channel, and that is no failure: looks have to do."""


# --- the contract -------------------------------------------------------------------------------------------------

Receives = Literal["webhook", "poll", "stream", "mailbox", "form"]
PUBLIC: frozenset[Kind] = frozenset({"comment", "mention", "review", "post"})
EVERY: frozenset[Kind] = PUBLIC | {"dm"}


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a network lets us do, and we do. `receives`: by requests to our hook, of whatever content type (webhook); by
    asking (poll); by a connection that stays open (stream); from a mailbox; by a form of ours that a person fills in.
    `private_reply`: a direct message as the answer to a public comment; `attachments`, `edits`, `withdrawals`,
    `echoes`: `read` tells of those; `reconcile`: `sweep` finds what a webhook failed to bring; `fetches`: `fetch` gets
    what a hint names; `window`: how long after the person's last message a reply is possible; `length_most`: of a
    reply, counted as `counting` says; `lengths`: by kind of message where they differ; `gestures_on`: kinds of messages
    that can be hidden or liked; `private_within`: of a public message; `limits`: one English line;
    `resends_for`: how long the network goes on sending what got no 2xx, nothing where it does not or nobody knows: what
    is shorter than an hour is spooled while the database is away; `body_most`: bytes of its largest body, where that is
    more than a hook takes otherwise (`VIGIE_MAX_BODY_BYTES`); `files`: which may go with a reply to a message of that
    kind: none to kinds that are missing; `fetches_files`: it takes them by fetching them from us only."""

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
    counting: Counting = "characters"
    lengths: Mapping[Kind, int] = field(default_factory=dict)
    gestures_on: frozenset[Kind] = PUBLIC
    private_within: timedelta | None = None
    resends_for: timedelta = timedelta(0)
    body_most: int = 0
    files: Mapping[Kind, FileRule] = field(default_factory=dict)
    fetches_files: bool = False

    @property
    def sweeps(self) -> bool:
        """Whether `sweep` is to be called: to receive at all, or to find what webhooks failed to bring."""
        return self.reconcile or bool({"poll", "mailbox"} & set(self.receives))

    @property
    def listens(self) -> bool:
        """Whether `listen` is to be called."""
        return "stream" in self.receives


class Channel(Network, Protocol):
    """One network. `whole`: a delivery is taken whole or, with one unreadable thing in it, not at all: the sender is
    told, and sends it again. `slow`: splitting and reading take long, and are done beside the event loop.
    `sweep_every_s`: how often `sweep` looks. `tends`: it has something that runs out, and `tend` is to be called."""

    @property
    def capabilities(self) -> Capabilities: ...
    @property
    def whole(self) -> bool: ...
    @property
    def slow(self) -> bool: ...
    @property
    def sweep_every_s(self) -> float: ...
    @property
    def tends(self) -> bool: ...

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

    async def gesture(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        """`Sent` where the message stands as was asked, also where it stood so before."""
        ...

    async def sweep(self, way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
        """What there is since `cursor` (None: never looked). Raises `SweepFailed`, `NotSent` or `NoAnswer`."""
        ...

    def listen(self, way: Way, channel: ChannelRecord, cursor: str | None, clock: Clock) -> AsyncGenerator[Heard, None]:
        """Opens a connection and tells what it brings, until it breaks off; the first word comes as soon as it stands.
        Edits and withdrawals of messages that are none of ours may be among it: whoever listens leaves them out. Raises
        as `sweep`, and `NothingToHear`."""
        ...

    async def tend(
        self, way: Way, channel: ChannelRecord, hook: str, terms: Sequence[Term], now: datetime
    ) -> Tended:  # fmt: skip
        """Looks after what runs out (`terms`, as far as we know), and renews what is due. `hook`: the address of the
        channel's hook. Raises as `sweep`."""
        ...

    async def check(self, way: Way, channel: ChannelRecord, now: datetime) -> str | None:
        """Whether the network lets us in, by asking it something that changes nothing; the name of the account, where
        it tells. Raises as `sweep` where it does not, and `NotAsked`."""
        ...

    async def fetch(self, way: Way, channel: ChannelRecord, hint: Hint, now: datetime) -> Sequence[Parsed]:
        """What a hint names; empty when it is gone. Raises as `sweep`."""
        ...
