"""The headers of a mail from strangers: encoded words, raw bytes, folded lines, addresses, ids and dates.

The standard library's own readers raise, or take minutes, on headers that are sent every day; these take what can be
had, in time that grows with the length only.
"""

from __future__ import annotations

import base64
import binascii
import email.utils
import quopri
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

from services.channels.mail import charsets

VALUE_MOST = 20_000
"""Characters of one header that are looked at."""
HEADERS_MOST = 1_000
ADDRESSES_MOST = 100
IDS_MOST = 200
ID_MOST = 500

_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]{0,2000})\?=")
_BETWEEN = re.compile(r"(\?=)[ \t]+(?==\?[^?\s]{1,80}\?[bBqQ]\?)")
_FOLD = re.compile(r"\r?\n[ \t]*|\r")
_ID = re.compile(r"<[^<>\s]{1,498}>")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]{1,200}@[^\s<>()\[\],;:\"@]{1,255}")


class Address(NamedTuple):
    name: str | None
    address: str


class Headers:
    """In the order sent. Names in any case; values decoded."""

    def __init__(self, items: Iterable[tuple[str, str]]) -> None:
        self._items = [(name.strip().lower(), value) for name, value in items][:HEADERS_MOST]

    def all(self, name: str) -> list[str]:
        return [text(value) for found, value in self._items if found == name]

    def first(self, name: str) -> str | None:
        """The first that says something."""
        return next((value for value in self.all(name) if value), None)

    def count(self, name: str) -> int:
        return sum(1 for found, _ in self._items if found == name)

    def has(self, *names: str) -> bool:
        return any(found in names for found, _ in self._items)

    def addresses(self, *names: str) -> list[Address]:
        values = [value for name in names for found, value in self._items if found == name]
        return [found for value in values for found in addresses(value)][:ADDRESSES_MOST]

    def ids(self, name: str) -> list[str]:
        return [ident for value in self.all(name) for ident in ids(value)][:IDS_MOST]

    def without(self, *names: str) -> Headers:
        return Headers(item for item in self._items if item[0] not in names)


def text(value: str) -> str:
    """A header as it was meant: unfolded, with its encoded words decoded. Bytes that are no ASCII (as the standard
    parser keeps them) are read as UTF-8, else as western European."""
    plain = _FOLD.sub(" ", clean(value)).strip()
    return clean(_words(plain)) if "=?" in plain else plain


def clean(value: str, most: int = VALUE_MOST) -> str:
    """A text that JSON and databases take: what was sent as bytes is decoded, half characters and NUL are not kept."""
    return _without_raw_bytes(value[:most]).replace("\x00", "\ufffd")


def _without_raw_bytes(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        return charsets.decoded(value.encode("utf-8", "surrogateescape"), None) if _is_raw(value) else _mended(value)
    return value


def _is_raw(value: str) -> bool:
    return all(not "\ud800" <= one <= "\udfff" or "\udc80" <= one <= "\udcff" for one in value)


def _mended(value: str) -> str:
    return value.encode("utf-8", "replace").decode()


def _words(value: str) -> str:
    """Encoded words that follow one another are one text: a letter of several bytes may lie across two of them."""
    spans: list[tuple[str | None, bytes | str]] = []
    at = 0
    joined = _BETWEEN.sub(r"\1", value)
    for match in _WORD.finditer(joined):
        raw = _word(match)
        if raw is None or charsets.known(match.group(1)) is None:
            continue
        if match.start() > at:
            spans.append((None, joined[at : match.start()]))
        spans.append((match.group(1).lower(), raw))
        at = match.end()
    spans.append((None, joined[at:]))
    return "".join(_span(charset, [part for _, part in run]) for charset, run in groupby(spans, lambda one: one[0]))


def _span(charset: str | None, run: list[bytes | str]) -> str:
    if charset is None:
        return "".join(part for part in run if isinstance(part, str))
    return _FOLD.sub(" ", charsets.decoded(b"".join(part for part in run if isinstance(part, bytes)), charset))


def _word(match: re.Match[str]) -> bytes | None:
    encoded = match.group(3).encode("utf-8", "surrogateescape")
    if match.group(2) in "qQ":
        return quopri.decodestring(encoded, header=True)
    try:
        return base64.b64decode(encoded + b"=" * (-len(encoded) % 4))
    except binascii.Error:
        return None


# --- what headers hold ----------------------------------------------------------------------------------------------


def addresses(value: str) -> list[Address]:
    """Split before it is decoded: a name may hold a comma, or what looks like an address, in its encoded form."""
    plain = _FOLD.sub(" ", clean(value))
    found = [Address(text(name).strip("\"' ") or None, address) for name, address in _pairs(plain)]
    return found or [Address(None, match.group()) for match in _ADDRESS.finditer(plain)][:ADDRESSES_MOST]


def _pairs(plain: str) -> Iterator[tuple[str, str]]:
    try:
        pairs = email.utils.getaddresses([plain])
    except (ValueError, IndexError, TypeError, RecursionError):
        return
    for name, given in pairs[:ADDRESSES_MOST]:
        match = _ADDRESS.fullmatch(given.strip())
        if match is not None:
            yield name, match.group()


def ids(value: str) -> list[str]:
    """Message ids, with their angle brackets; bare ones are given theirs."""
    found = _ID.findall(value)
    if found:
        return found
    bare = value.split()
    return [f"<{one}>" for one in bare if "@" in one and len(one) < ID_MOST and not set("<>") & set(one)]


def moment(value: str | None) -> datetime | None:
    """A date as mail writes it, in UTC; None for what is none. Without a zone it is UTC."""
    try:
        at = email.utils.parsedate_to_datetime(value or "")
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        found = at.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
    return found if 1900 <= found.year < 9999 else None
