"""Typed ids, and the rule by which an item, an author and a dedupe key get theirs.

An item is everything one author says in one thread of one channel, so its id is a keyed digest of those four (brand,
channel, thread, author): no look-up is needed to find it, and no order of arrival can change it. The digest is keyed
(`IdMaker`) because an author's id on a network is a small space: an unkeyed digest of it could be searched through
after the author asked to be forgotten.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import NewType

BrandId = NewType("BrandId", int)
ChannelId = NewType("ChannelId", str)
MemberId = NewType("MemberId", int)
ItemId = NewType("ItemId", uuid.UUID)
SubjectId = NewType("SubjectId", uuid.UUID)
ReplyId = NewType("ReplyId", uuid.UUID)
DedupeKey = NewType("DedupeKey", uuid.UUID)
Position = NewType("Position", int)

SEPARATOR = b"\x1f"
_BETWEEN = SEPARATOR.decode()


def _digest(key: bytes, *parts: str) -> uuid.UUID:
    text = _BETWEEN.join(parts)
    if "\\" in text or text.count(_BETWEEN) >= len(parts):
        joined = _escaped(parts)
    else:
        joined = text.encode("utf-8", "surrogatepass")
    return uuid_of(hashlib.blake2b(joined, digest_size=16, key=key).digest())


def uuid_of(digest: bytes) -> uuid.UUID:
    """As `uuid.UUID(bytes=digest)`, which spends most of its time on looking what it was given."""
    new = _new(uuid.UUID)
    _set(new, "int", _number(digest, "big"))
    _set(new, "is_safe", _UNKNOWN)
    return new


_new, _set, _number, _UNKNOWN = object.__new__, object.__setattr__, int.from_bytes, uuid.SafeUUID.unknown


def _escaped(parts: tuple[str, ...]) -> bytes:
    """So that no two different lists of parts can give the same bytes; lone surrogates survive."""
    return SEPARATOR.join(
        part.encode("utf-8", "surrogatepass").replace(b"\\", b"\\\\").replace(SEPARATOR, b"\\s") for part in parts
    )


@dataclass(frozen=True, slots=True)
class IdMaker:
    """Derives ids from what identifies a thing. `key`: 16 to 64 secret bytes, the same in every process, for ever."""

    key: bytes

    def item(self, brand: BrandId, channel: ChannelId, thread: str, author: str) -> ItemId:
        return ItemId(_digest(self.key, "item", str(brand), channel, thread, author))

    def subject(self, brand: BrandId, network: str, author: str) -> SubjectId:
        """The owner of the key that seals an author's words: one person on one network, for one brand."""
        return SubjectId(_digest(self.key, "subject", str(brand), network, author))

    def thread(self, brand: BrandId, channel: ChannelId | str, thread: str) -> uuid.UUID:
        """What the views know a thread by: enough to count who speaks in it, not enough to find it on the network."""
        return _digest(self.key, "thread", str(brand), channel, thread)

    def wave(self, brand: BrandId, item: uuid.UUID, message: str) -> uuid.UUID:
        """A wave is named after its first member: whichever process finds it, finds the same."""
        return _digest(self.key, "wave", str(brand), str(item), message)

    def words(self, brand: BrandId, text: str) -> uuid.UUID:
        """Tells two texts apart. Keyed, so that nobody can try out what a forgotten author may have said."""
        return _digest(self.key, "words", str(brand), text)


def dedupe_key(*parts: str) -> DedupeKey:
    """The key under which the log takes a thing once: the parts name what it is, never the request that brought it."""
    return DedupeKey(_digest(b"", "dedupe", *parts))


def reply_id(item: ItemId, idempotency_key: str) -> ReplyId:
    """A reply's id, the same for each repetition of the same command."""
    return ReplyId(_digest(b"", "reply", str(item), idempotency_key))
