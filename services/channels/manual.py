"""What somebody of the team recorded by hand: seen where no network tells us of it, heard on the phone or in the shop.

Nobody posts here: the page "Record a message" makes a small JSON object of its form, and that is the delivery. Answers
are given where it was said, and recorded as given by hand.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, get_args

import orjson

from inbox.channels import ChannelRecord
from inbox.events import Author, Kind
from inbox.recording import NAME_MOST, PLACES, Sighting
from services.channels import parts, reading
from services.channels.base import BaseChannel, guarded
from services.channels.contract import Capabilities, Envelope, Parsed, Received

KINDS: Mapping[str, Kind] = {kind: kind for kind in get_args(Kind)}


def body(sighting: Sighting, by: int) -> bytes:
    """A sighting as it is kept. `by`: the member who recorded it."""
    return orjson.dumps(
        {
            "type": "message.recorded", "place": sighting.place, "kind": sighting.kind, "key": sighting.key,
            "author": sighting.author, "text": sighting.text, "url": sighting.url,
            "said_at": sighting.said_at.isoformat(), "by": by,
        }
    )  # fmt: skip


def _parsed(content: Any, received_at: datetime) -> Parsed:
    place = (parts.name(content.get("place")) or "elsewhere").lower()
    author, key = _author(content.get("author"), place), _key(content)
    text, url = reading.words(content.get("text")) or None, reading.link(content.get("url"))
    if text is None and url is None:
        raise reading.Misread("neither words nor a link were recorded")
    said_at = parts.at_or(content.get("said_at"), received_at)
    return Received(
        kind=KINDS.get(str(content.get("kind")), PLACES.get(place, "comment")), external_id=f"recorded:{key}",
        thread_id=_thread(place, url, author, key), sent_at=min(said_at, received_at), text=text, author=author,
        permalink=url,
    )  # fmt: skip


def _author(given: Any, place: str) -> Author | None:
    """By name alone, as there is nothing else: the same name at the same place is the same person, however written."""
    name = parts.name(given)
    if name is None:
        return None
    decomposed = unicodedata.normalize("NFKD", name.removeprefix("@"))
    folded = "".join(one for one in decomposed if not unicodedata.combining(one)).casefold()
    return Author(id=f"{place}:{' '.join(folded.split())[:NAME_MOST]}", name=name)


def _key(content: dict[str, Any]) -> str:
    """Of the form that was sent. Without one, of what it says."""
    key = parts.ident(content.get("key"))
    if key is not None and len(key) <= 100:
        return key
    return hashlib.blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def _thread(place: str, url: str | None, author: Author | None, key: str) -> str:
    """What was said under one address is one thread; what one person says elsewhere, by voice or letter, is another."""
    digest = hashlib.blake2b((url or "").encode(), digest_size=16).hexdigest()
    if url is not None:
        return f"{place}:{digest}"
    return author.id if author is not None else f"{place}:{key}"


class Manual(BaseChannel):
    id = "manual"
    title = "Recorded by hand"
    capabilities = Capabilities(("form",), limits="Answered where it was said, and recorded so")
    setup_steps: Mapping[str, Sequence[str]] = MappingProxyType(
        {
            "fr": (
                "Rien à régler : ouvrez « Consigner un message » depuis la file et dites où, qui et quoi.",
                "Chaque lieu (Pinterest, téléphone, magasin…) devient un canal à sa première fois.",
            ),
            "en": (
                "Nothing to set up: open “Record a message” from the queue and say where, who and what.",
                "Each place (Pinterest, phone, shop…) becomes a channel when it is recorded for the first time.",
            ),
        }
    )

    def read(self, envelope: Envelope, channel: ChannelRecord, received_at: datetime) -> Sequence[Parsed]:
        return (guarded(lambda content: _parsed(content, received_at), envelope.content),)


CHANNEL = Manual()
