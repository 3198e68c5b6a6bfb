"""What somebody of the team has seen or heard where no network tells us of it, recorded so that it counts like the
rest: a comment on Pinterest or Snapchat, a private group, a call, a word in the shop.

Each place is a channel of its own, made when it is recorded for the first time: so the figures tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from inbox.errors import Unavailable
from inbox.events import Kind
from inbox.ids import BrandId, ItemId

PLACES: Mapping[str, Kind] = MappingProxyType(
    {
        "pinterest": "comment", "snapchat": "dm", "facebook_group": "post", "google_plus": "post", "phone": "call",
        "shop": "dm", "letter": "dm", "elsewhere": "comment",
    }
)  # fmt: skip
"""Where it was said → what it is, if nobody says otherwise."""

TEXT_MOST = 20_000
NAME_MOST = 200
LINK_MOST = 2_000


@dataclass(frozen=True, slots=True)
class Sighting:
    """`place`: one of `PLACES`; `title`: how people call it, the name of its channel; `author`: whoever said it, as
    they are called there, None for nobody known; `said_at`: when; `key`: the same for the same form sent twice."""

    place: str
    title: str
    text: str = field(repr=False)
    said_at: datetime
    key: str
    author: str | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)
    kind: Kind | None = None


class Recorder(Protocol):
    async def __call__(self, brand: BrandId, sighting: Sighting, *, by: int) -> ItemId:
        """The item that it became part of, on disk. Raises `Refused` or `Unavailable`."""
        ...


async def not_here(brand: BrandId, sighting: Sighting, *, by: int) -> ItemId:
    """In a process that takes no messages. Raises `Unavailable`."""
    raise Unavailable("Messages cannot be recorded in this process.")
