"""Opening what somebody attached: the file is fetched when a person asks for it, by us, and never shown inside a page.

Nobody's browser calls the address that a stranger sent, and what comes is offered as a download under a kind that no
browser runs, whatever the stranger called it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from inbox.errors import Unavailable

MOST = 25_000_000
"""Bytes of a file; a larger one is not opened here."""
SAFE = frozenset({
    "image/png", "image/jpeg", "image/gif", "image/webp", "audio/mpeg", "audio/ogg", "audio/mp4", "video/mp4",
    "video/webm", "application/pdf", "text/plain",
})  # fmt: skip
"""Kinds that a file may keep. All others, SVG and HTML before all, are bytes."""
BYTES = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Opened:
    """`content_type`: one of `SAFE`, or `BYTES`."""

    content_type: str
    body: bytes = field(repr=False)


class Opener(Protocol):
    async def __call__(self, url: str) -> Opened:
        """Raises `Refused` (`file_gone`, `file_too_large`, `file_not_allowed`) or `Unavailable`."""
        ...


async def not_here(url: str) -> Opened:
    """In a process that calls nobody. Raises `Unavailable`."""
    raise Unavailable("Attachments cannot be opened in this process.")


def kind_of(said: str | None) -> str:
    """What a file is offered as, by what the other side calls it."""
    kind = (said or "").partition(";")[0].strip().lower()
    return kind if kind in SAFE else BYTES
