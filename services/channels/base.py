"""What a channel does when its network has nothing of its own to say: a network's file holds only what is its own.

Set `id`, `title` and `capabilities`, override `verify` and `read`, and what else the network needs. What each method
must keep to is told in `contract.Channel`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import orjson

from inbox.channels import ChannelRecord, SetupField
from inbox.events import Kind
from services.channels import reading
from services.channels.contract import (
    Answer,
    Capabilities,
    Envelope,
    Hint,
    Inbound,
    Outcome,
    Parsed,
    Refused,
    Reply,
    Swept,
    Taken,
    Unreadable,
    Way,
)

UNFORESEEN = Unreadable("an entry is not of the form that we know")


def guarded(read: Callable[[Any], Parsed], part: Any) -> Parsed:
    """One part of unexpected shape is unreadable; its neighbours are not, and nobody stumbles over it."""
    try:
        return read(part)
    except reading.Misread as error:
        return Unreadable(str(error))
    except reading.MISREAD:
        return UNFORESEEN


def guarded_all(read: Callable[[Any], Iterable[Parsed]], part: Any) -> tuple[Parsed, ...]:
    """The same for a part that may hold several things. Those read before the fault are lost with it: guard smaller
    parts where that matters."""
    try:
        return tuple(read(part))
    except reading.Misread as error:
        return (Unreadable(str(error)),)
    except reading.MISREAD:
        return (UNFORESEEN,)


class BaseChannel:
    id: str
    title: str
    capabilities: Capabilities
    setup_fields: Sequence[SetupField] = ()
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType({"fr": (), "en": ()})
    whole = False
    slow = False
    sweep_every_s = 120.0

    @property
    def can_reply(self) -> bool:
        return self.capabilities.reply

    @property
    def reply_window(self) -> Mapping[Kind, timedelta]:
        return self.capabilities.window

    @property
    def length_most(self) -> int | None:
        return self.capabilities.length_most

    # --- proof ---

    async def prepare(self, way: Way, request: Inbound, channel: ChannelRecord) -> None:
        return None

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        """Nothing proves a request to a network that makes none."""
        return None

    def knows(self, channel: ChannelRecord, secret: str) -> bool:
        return secret in channel.valid_secrets()

    def handshake(self, query: Mapping[str, str], channel: ChannelRecord) -> Answer | None:
        return None

    def preflight(self, request: Inbound, channel: ChannelRecord) -> Answer | None:
        return None

    def greet(self, request: Inbound, channel: ChannelRecord) -> Answer | None:
        return None

    # --- reading ---

    def split(self, raw: bytes) -> Sequence[Envelope]:
        return (Envelope(reading.loads(raw)),)

    def split_request(self, request: Inbound) -> Sequence[Envelope]:
        return self.split(request.raw)

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        return (UNFORESEEN,)

    def join(self, envelopes: Sequence[Envelope]) -> bytes:
        """Good for a network whose envelopes name no account: theirs are never parted. The others override it."""
        contents = [envelope.content for envelope in envelopes]
        return orjson.dumps(contents[0] if len(contents) == 1 else contents)

    def answer(self, taken: Taken) -> Answer:
        return Answer(200)

    # --- asking and answering the network ---

    async def reply(self, way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
        return Refused("cannot_reply")

    async def sweep(self, way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
        raise NotImplementedError

    async def fetch(self, way: Way, channel: ChannelRecord, hint: Hint, now: datetime) -> Sequence[Parsed]:
        raise NotImplementedError
