"""What a network lets us do, and what each of them offers to the rest of Vigie."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from inbox.channel_state import Term
from inbox.channels import ChannelRecord, Counting, Network
from inbox.clock import Clock
from inbox.events import Kind
from inbox.file_rules import FileRule
from services.channels.contract.asked import Heard, Swept, Tended
from services.channels.contract.inward import Answer, Envelope, Hint, Inbound, Parsed, Taken
from services.channels.contract.outward import Deed, Outcome, Reply, Way

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
