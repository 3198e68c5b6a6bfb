"""What of a request's headers is kept beside its raw body, so that it can be read again as it was read the first time.

Some networks say what a body is in headers (GitHub's event, CloudEvents' attributes, a form's boundary). So all are
kept, but those that prove something, which nobody may find in a store, and those that belong to the connection. They
are sealed with the body, and go when it goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from multidict import CIMultiDictProxy

KEPT_MOST = 8192
"""Characters, of names and values together."""

JOINED = "application/vnd.vigie.joined"
"""What a brand keeps of a delivery that came to another brand's hook, as the network's `join` wrote it."""
SWEPT = "application/vnd.vigie.swept"
"""What a network answered when it was asked."""
OURS = frozenset({JOINED, SWEPT})
"""Bytes that no request brought: they are split without headers."""

Headers = Mapping[str, Sequence[str]]
_PROOFS = (
    "signature", "secret", "token", "cookie", "password", "credential", "authorization", "authenticat", "api-key",
    "apikey",
)  # fmt: skip
_OF_THE_CONNECTION = frozenset(
    {
        "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "connection",
        "content-encoding", "content-length", "date", "expect", "forwarded", "host", "keep-alive", "origin", "pragma",
        "priority", "referer", "te", "traceparent", "tracestate", "trailer", "transfer-encoding", "upgrade",
        "user-agent", "via", "x-real-ip", "x-request-id",
    }
)  # fmt: skip
_PREFIXES = ("x-forwarded-", "cf-", "sec-", "x-amzn-", "x-envoy-", "x-b3-")


class Sent(Mapping[str, Sequence[str]]):
    """A request's headers as networks read them: names in lower case, every value of a repeated one. Nothing is copied
    before somebody asks for it."""

    __slots__ = ("_headers",)

    def __init__(self, headers: CIMultiDictProxy[str]) -> None:
        self._headers = headers

    def __getitem__(self, name: str) -> Sequence[str]:
        return self._headers.getall(name)

    def get(self, name: str, default: Any = None) -> Any:
        return self._headers.getall(name, default)

    def __contains__(self, name: object) -> bool:
        return name in self._headers

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(map(str.lower, self._headers)))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def kept(headers: Headers) -> dict[str, list[str]]:
    """The content type first, then by name, as far as there is room."""
    found: dict[str, list[str]] = {}
    room = KEPT_MOST
    for name in sorted(filter(_may_be_kept, headers), key=_content_type_first):
        values = [_clean(value) for value in headers[name]]
        room -= len(name) + sum(len(value) for value in values)
        if room < 0:
            break
        found[name] = values
    return found


def _content_type_first(name: str) -> str:
    return "" if name == "content-type" else name


def _clean(value: str) -> str:
    """Without the halves of letters that a header's bytes may leave."""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


@lru_cache(maxsize=1024)
def _may_be_kept(name: str) -> bool:
    return (
        name not in _OF_THE_CONNECTION
        and not name.startswith(_PREFIXES)
        and not any(word in name for word in _PROOFS)
    )  # fmt: skip


def packed(headers: Headers) -> bytes:
    return orjson.dumps(kept(headers), option=orjson.OPT_SORT_KEYS)


def unpacked(packed_: bytes | None, content_type: str) -> dict[str, list[str]]:
    """`content_type`: of a delivery that was stored before its headers were."""
    if packed_ is None:
        return {"content-type": [content_type]} if content_type else {}
    found: Any = orjson.loads(packed_)
    return {str(name): [str(value) for value in values] for name, values in found.items()}
