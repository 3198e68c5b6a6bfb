"""A network of no brand, for tests of what the house does with any: it signs with its secret, plainly, in a header.

A body is JSON: a list of [verb, id, text]. What it is about stands in the header `x-about`, as some networks have it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from inbox.channels import ChannelRecord
from inbox.events import Author
from services.channels import reading
from services.channels.base import BaseChannel, guarded
from services.channels.contract import (
    Answer,
    Capabilities,
    Envelope,
    Hint,
    Ignored,
    Inbound,
    Parsed,
    Received,
    Status,
    SweepFailed,
    Swept,
    Unreadable,
    Way,
)


def said(ident: str, at: datetime, text: str = "Alors ?") -> Received:
    return Received("comment", ident, "t", at, text, Author(id="81"))


@dataclass
class FakeNetwork(BaseChannel):
    """`pages`: what `sweep` gives, one after the other, or raises; `named`: what `fetch` finds by ref."""

    pages: list[Swept | Exception] = field(default_factory=list)
    named: dict[str, Sequence[Parsed]] = field(default_factory=dict)
    asked: list[str | None] = field(default_factory=list)
    seen: list[Inbound] = field(default_factory=list)
    stumbles: bool = False
    while_fetching: Callable[[], Awaitable[None]] | None = None
    id = "fake"
    title = "Fake"
    capabilities = Capabilities(("webhook",), reconcile=True, fetches=True)
    sweep_every_s = 60.0

    def verify(self, request: Inbound, channel: ChannelRecord) -> str | None:
        self.seen.append(request)
        return next((s for s in channel.valid_secrets() if s == request.header("x-secret")), None)

    def preflight(self, request: Inbound, channel: ChannelRecord) -> Answer | None:
        return Answer(200, headers={"X-Method": request.method, "X-Name": request.query().get("name", "")})

    def greet(self, request: Inbound, channel: ChannelRecord) -> Answer | None:
        return Answer(200, b"pong") if request.raw == b'"ping"' else None

    def split_request(self, request: Inbound) -> Sequence[Envelope]:
        if self.stumbles:
            raise RuntimeError("the words of a person")
        about = request.header("x-about") or "nothing"
        return [Envelope({"about": about, "part": part}) for part in reading.loads(request.raw)]

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        return (guarded(lambda content: _part(content, received_at), envelope.content),)

    async def sweep(self, way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
        self.asked.append(cursor)
        if not self.pages:
            return Swept((), cursor)
        page = self.pages.pop(0)
        if isinstance(page, Exception):
            raise page
        return page

    async def fetch(self, way: Way, channel: ChannelRecord, hint: Hint, now: datetime) -> Sequence[Parsed]:
        self.asked.append(hint.ref)
        if self.while_fetching is not None:
            await self.while_fetching()
        if hint.ref not in self.named:
            raise SweepFailed("busy", retry_after_s=40)
        return self.named[hint.ref]


def _part(content: Mapping[str, Any], at: datetime) -> Parsed:
    verb, ident, text = content["part"]
    match verb:
        case "said":
            return said(ident, at - timedelta(minutes=10), f"{text} ({content['about']})")
        case "failed" | "delivered":
            return Status(ident, verb, at, text)
        case "hint":
            return Hint("review", ident)
        case "unknown":
            return Ignored("an unknown event")
    return Unreadable("an unknown event")
