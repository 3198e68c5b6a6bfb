"""What can be said on the networks beyond the script's own, and ids in their shape.

An id is what the channel reads back unchanged, so that the ledger finds every message in the log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """`kinds`: the first stands for what the network does not have. `message_id`: from a tail that no other message
    has, and the author's id. `fetched`: no hook brings it, Vigie looks for it."""

    kinds: tuple[str, ...]
    message_id: Callable[[str, str], str]
    fetched: bool = False


def _number(tail: str, author: str) -> str:
    """Of networks that count in 64 bits."""
    return tail[-18:].lstrip("0")


def _slack(tail: str, author: str) -> str:
    """A channel and a time: seconds, and a number in place of the microseconds."""
    return f"C0BRIZEO:{tail[:10]}.{tail[-6:]}"


def _twilio(tail: str, author: str) -> str:
    return f"SM{hashlib.sha256(tail.encode()).hexdigest()[:32]}"


SHAPES: Mapping[str, Shape] = {
    "messenger": Shape(("dm",), lambda tail, author: f"m_{tail}Mg"),
    "whatsapp": Shape(("dm",), lambda tail, author: f"wamid.{tail}"),
    "x": Shape(("mention",), _number),
    "tiktok": Shape(("comment",), _number),
    "trustpilot": Shape(("review",), lambda tail, author: tail),
    "discourse": Shape(("comment",), _number),
    "telegram": Shape(("dm",), lambda tail, author: f"{author}:{tail[-9:].lstrip('0')}"),
    "slack": Shape(("mention",), _slack),
    "twilio": Shape(("sms",), _twilio),
    "email": Shape(("email",), lambda tail, author: f"<{tail}@mail.example>", fetched=True),
}
MAIL = "email"
ALSO_CALLED = {"imap": MAIL}
