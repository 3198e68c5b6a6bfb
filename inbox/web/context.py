"""What every request handler may use, and who is asking.

`Deps` is made once by the process and handed to the application; `Viewer` is made for each request by the security
middleware: a member with a session, or an API token. A handler never asks for more: no globals, no second way in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import asyncpg
from aiohttp import web

from inbox import first_message, opening
from inbox.catalogue import Catalogue, Listed
from inbox.clock import Clock
from inbox.events import Role
from inbox.first_message import Knocker
from inbox.ids import BrandId, MemberId
from inbox.log.pulse import Pulse
from inbox.log.store import Log
from inbox.opening import Opener
from inbox.recording import Recorder, not_here
from inbox.spooled import Telling, nothing
from inbox.translation import NotHere, Recognise, Translating, unrecognised
from inbox.verifying import Verifier, never_asked
from inbox.web.packing import masked
from inbox.weighing import Weigh

if TYPE_CHECKING:
    from inbox.channels import Channels, Network, Reparser

Right = Literal["read", "personal", "act", "manage", "own"]
"""read: figures and rows; personal: the words and names in them; act: acknowledge, answer, note, assign, resolve;
manage: policy, channels, quarantine (leads); own: members, tokens, forgetting, the brand itself (owners)."""

RIGHTS_OF_ROLE: Mapping[Role, frozenset[Right]] = {
    "observer": frozenset({"read", "personal"}),
    "cm": frozenset({"read", "personal", "act"}),
    "lead": frozenset({"read", "personal", "act", "manage"}),
    "owner": frozenset({"read", "personal", "act", "manage", "own"}),
}


@dataclass(frozen=True, slots=True)
class WebSettings:
    base_url: str
    secure_cookies: bool = False
    trusted_proxies: tuple[str, ...] = ()
    outbound_allow: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deps:
    """`networks`: id → what the settings pages say of a network. `ready`: raises `Unavailable` while not ready.
    `weigh`: which words of a text weighed most; None in a process without a classifier.
    `catalogue`: the models that this host can judge with. `record`: takes what somebody has seen elsewhere.
    `open_file`: fetches what an author attached. `translate`: asks a brand's translation service.
    `recognise`: which language words of ours are in.
    `push_key`: the public key that browsers subscribe to messages with; empty in a process that has none.
    `verify`: asks a network whether it lets us in. `spooled`: what waits on this host's disk for the log.
    `knock`: sends a test message."""

    pool: asyncpg.Pool
    log: Log
    pulse: Pulse
    clock: Clock
    settings: WebSettings
    channels: Channels
    networks: Mapping[str, Network]
    reparse: Reparser
    ready: Callable[[], Awaitable[None]]
    weigh: Weigh | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    catalogue: Catalogue = field(default_factory=Listed)
    record: Recorder = not_here
    knock: Knocker = first_message.not_here
    open_file: Opener = opening.not_here
    translate: Translating = field(default_factory=NotHere)
    recognise: Recognise = unrecognised
    verify: Verifier = never_asked
    spooled: Telling = nothing
    push_key: str = ""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. Exactly one of `member` and `token` is set. `rights`: brand → what they may do there.

    `actor` is the member id that events name: the member's, or for a token that of the member who made it.
    """

    rights: Mapping[BrandId, frozenset[Right]]
    member: MemberId | None = None
    token: str | None = None
    actor: int = 0
    name: str = ""
    email: str = ""
    locale: str = "fr"
    theme: str = ""
    zone: str = ""
    folds_waves: bool = True
    compact: bool = False
    csrf: str = ""

    @property
    def form_token(self) -> str:
        """`csrf` as pages carry it: never twice alike."""
        return masked(self.csrf)

    def may(self, brand: BrandId, right: Right) -> bool:
        return right in self.rights.get(brand, frozenset())


ANONYMOUS = Viewer(rights={})
DEPS = web.AppKey("deps", Deps)
VIEWER: web.RequestKey[Viewer] = web.RequestKey("viewer", Viewer)


def deps(request: web.Request) -> Deps:
    return request.config_dict[DEPS]


def viewer(request: web.Request) -> Viewer:
    return request[VIEWER]
