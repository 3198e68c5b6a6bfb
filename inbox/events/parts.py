"""What several events are made of, and what of a person outlives the seal."""

from __future__ import annotations

import uuid
import zlib
from typing import Any

from pydantic import model_validator

from inbox.event import Part


class Author(Part):
    """The person outside, as the network shows them. `followers` is their reach, None where the network does not
    say."""

    id: str
    handle: str | None = None
    name: str | None = None
    followers: int | None = None
    verified: bool = False
    avatar_url: str | None = None


class Attachment(Part):
    url: str | None = None
    content_type: str | None = None
    bytes: int | None = None
    name: str | None = None


class ReplyFile(Part):
    """A file of ours that goes with a reply; its bytes lie in `inbox.files`."""

    file_id: uuid.UUID
    name: str
    content_type: str
    bytes: int


class ReasonGiven(Part):
    """Why a message is urgent. `evidence` quotes the author's words, so it is sealed with them."""

    category: str
    score: float
    evidence: tuple[str, ...] = ()


def two_digits(number: int) -> int:
    """Rounded down to two significant digits, at least 0: 12,345 → 12,000."""
    step = int(10 ** max(0, len(str(max(0, number))) - 2))
    return max(0, number) // step * step


def reach_of(author: Author) -> int | None:
    """As a message tells it: the author's followers, rounded down to two digits."""
    return None if author.followers is None else two_digits(author.followers)


def mark_of(text: str | None) -> int | None:
    """16 bits of the words, whatever the white space: enough to know a reply of ours when the network shows it to us,
    far too few to tell what it said. None for no words. It stays outside the seal, so that a forgotten item folds as
    before."""
    words = " ".join((text or "").split())
    return zlib.crc32(words.encode("utf-8", "surrogatepass")) & 0xFFFF if words else None


class Marked(Part):
    """Words of ours whose `mark` outlives the seal. It is filled from `text` by itself."""

    mark: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _mark_outlives_the_seal(cls, fields: Any) -> Any:
        if not isinstance(fields, dict) or fields.get("mark") is not None or not fields.get("text"):
            return fields
        return {**fields, "mark": mark_of(fields["text"])}
