"""A test message, as the first steps send it: written by us, taken in by the way of every webhook.

What it shows is that the way in works: so it is signed with the channel's own secret and verified like anybody's, and
whatever would keep a customer's message out keeps it out, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from inbox.errors import Unavailable
from inbox.ids import BrandId, ItemId

NETWORK = "generic"
"""The one whose senders we can be: of others, only they themselves hold what a delivery looks like."""


@dataclass(frozen=True, slots=True)
class FirstMessage:
    """`author`: as the queue will show them; `key`: 32 hexadecimal digits, the same for the same form sent twice."""

    text: str = field(repr=False)
    author: str = field(repr=False)
    key: str


class Knocker(Protocol):
    async def __call__(self, brand: BrandId, channel_id: str, message: FirstMessage) -> ItemId:
        """The item that it became, on disk. Raises `NotFound`, `Refused` or `Unavailable`."""
        ...


async def not_here(brand: BrandId, channel_id: str, message: FirstMessage) -> ItemId:
    """In a process that takes no messages. Raises `Unavailable`."""
    raise Unavailable("Messages cannot be sent in this process.")
