"""Under which keys the log takes things once. All of them, in one place.

| thing | key: "verb", brand, channel, then |
|---|---|
| a message received | its id on the network |
| an edit | id of the message, version: the time or number that the network gives it, with a digest of its words |
| a withdrawal | id of the message |
| an echo | id of the reply on the network |
| a delivery in quarantine | id of the delivery, digest of the reason |

A delivery's own id is a digest of its channel and its bytes (and of its headers, where they say what the bytes are), so
that a re-delivery is stored once. What names only a
message id is first held (`ReferenceHeld`) under its key, and later applied to its item under `applied(key)`; what can
be applied at once is appended under `applied(key)` at once. Either way, in either order, it is applied once.
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import date

from inbox.ids import BrandId, DedupeKey, dedupe_key, uuid_of


def received(brand: BrandId, channel_id: str, external_id: str) -> DedupeKey:
    return dedupe_key("received", str(brand), channel_id, external_id)


def edited(brand: BrandId, channel_id: str, external_id: str, version: str) -> DedupeKey:
    return dedupe_key("edited", str(brand), channel_id, external_id, version)


def withdrawn(brand: BrandId, channel_id: str, external_id: str) -> DedupeKey:
    return dedupe_key("withdrawn", str(brand), channel_id, external_id)


def echoed(brand: BrandId, channel_id: str, external_id: str) -> DedupeKey:
    return dedupe_key("echoed", str(brand), channel_id, external_id)


def applied(key: DedupeKey | uuid.UUID) -> DedupeKey:
    return dedupe_key("applied", str(key))


def quarantined(brand: BrandId, channel_id: str, delivery_id: uuid.UUID, reason: str) -> DedupeKey:
    return dedupe_key("quarantined", str(brand), channel_id, str(delivery_id), reason)


def delivery(channel_id: str, body: bytes, headers: bytes = b"") -> uuid.UUID:
    digest = hashlib.blake2b(channel_id.encode() + b"|", digest_size=16)
    digest.update(body)
    if headers:
        digest.update(b"|" + headers)
    return uuid_of(digest.digest())


def swept_unread(channel_id: str, reason: str, day: date) -> uuid.UUID:
    """Of what a look at a network brought and nobody can read: it brings it again every time, and one a day is kept."""
    return delivery(channel_id, f"swept {day.isoformat()} {reason}".encode())


def held_stream(channel_id: str) -> str:
    """The stream of references that wait for their message."""
    return f"held:{channel_id}"
