"""What a channel does when its network has nothing of its own to say: a network's file holds only what is its own.

Set `id`, `title` and `capabilities`, override `verify` and `read`, and what else the network needs. What each method
must keep to is told in `contract.Channel`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import orjson

from inbox.channel_state import Term
from inbox.channels import ChannelRecord, Counting, SetupField
from inbox.clock import Clock
from inbox.events import Gesture, Kind
from inbox.file_rules import FileRule
from services.channels import asking, lengths, reading
from services.channels.contract import (
    Answer,
    Capabilities,
    Deed,
    Envelope,
    Heard,
    Hint,
    Inbound,
    NotAsked,
    Outcome,
    Parsed,
    Probe,
    Refused,
    Reply,
    Swept,
    Taken,
    Tended,
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
    tends = False

    @property
    def can_reply(self) -> bool:
        return self.capabilities.reply

    @property
    def counting(self) -> Counting:
        return self.capabilities.counting

    @property
    def private_within(self) -> timedelta | None:
        return self.capabilities.private_within if self.capabilities.private_reply else None

    def length_of(self, text: str) -> int:
        return lengths.COUNTS[self.capabilities.counting](text)

    def length_most(self, kind: Kind, *, private: bool = False) -> int | None:
        can = self.capabilities
        return can.lengths.get("dm" if private else kind, can.length_most)

    def file_rule(self, kind: Kind, *, private: bool = False) -> FileRule | None:
        """No network that we answer takes a file with its one private answer to a comment."""
        return None if private else self.capabilities.files.get(kind)

    def can_gesture(self, gesture: Gesture, kind: Kind) -> bool:
        able = self.capabilities.hide if gesture in {"hide", "unhide"} else self.capabilities.like
        return able and kind in self.capabilities.gestures_on

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

    async def gesture(self, way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
        return Refused("cannot_reply")

    async def sweep(self, way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
        raise NotImplementedError

    def listen(self, way: Way, channel: ChannelRecord, cursor: str | None, clock: Clock) -> AsyncGenerator[Heard, None]:
        raise NotImplementedError

    async def tend(
        self, way: Way, channel: ChannelRecord, hook: str, terms: Sequence[Term], now: datetime
    ) -> Tended:  # fmt: skip
        raise NotImplementedError

    def probe(self, way: Way, channel: ChannelRecord) -> Probe | None:
        """The question of `check`; without one the look that a network is asked by has to do."""
        return None

    async def check(self, way: Way, channel: ChannelRecord, now: datetime) -> str | None:
        probe = self.probe(way, channel)
        if probe is not None:
            return await asking.probed(way, probe)
        if not self.capabilities.sweeps:
            raise NotAsked
        await self.sweep(way, channel, None, now)
        return None

    async def fetch(self, way: Way, channel: ChannelRecord, hint: Hint, now: datetime) -> Sequence[Parsed]:
        raise NotImplementedError
