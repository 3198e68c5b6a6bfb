"""What of a request's headers is kept beside its raw body, so that it can be read again as it was read the first time.

Some networks say what a body is in headers (GitHub's event, CloudEvents' attributes, a form's boundary). So all are
kept, but those that prove something, which nobody may find in a store, and those that belong to the connection. They
are sealed with the body, and go when it goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def sent(headers: CIMultiDictProxy[str]) -> dict[str, list[str]]:
    """A request's headers as networks read them: names in lower case, every value of a repeated one."""
    found: dict[str, list[str]] = {}
    for name, value in headers.items():
        lower = name.lower()
        if lower in found:
            found[lower].append(value)
        else:
            found[lower] = [value]
    return found


def packed(headers: Headers) -> bytes:
    """Those that are kept, by name. All of them are, as far as there is room; then the content type first."""
    found = {name: _cleaned(values) for name, values in headers.items() if _may_be_kept(name)}
    whole = orjson.dumps(found, option=orjson.OPT_SORT_KEYS)
    return whole if len(whole) <= KEPT_MOST else orjson.dumps(_first(found), option=orjson.OPT_SORT_KEYS)


def _first(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """The content type first, then by name, as far as there is room."""
    first: dict[str, list[str]] = {}
    room = KEPT_MOST
    for name in sorted(found, key=_content_type_first):
        room -= len(name) + sum(len(value) for value in found[name])
        if room < 0:
            break
        first[name] = found[name]
    return first


def _content_type_first(name: str) -> str:
    return "" if name == "content-type" else name


def _cleaned(values: Sequence[str]) -> list[str]:
    """Without the halves of letters that a header's bytes may leave."""
    return [value if value.isascii() else value.encode("utf-8", "replace").decode() for value in values]


@lru_cache(maxsize=1024)
def _may_be_kept(name: str) -> bool:
    return (
        name not in _OF_THE_CONNECTION
        and not name.startswith(_PREFIXES)
        and not any(word in name for word in _PROOFS)
    )  # fmt: skip


def unpacked(packed_: bytes | None, content_type: str) -> dict[str, list[str]]:
    """`content_type`: of a delivery that was stored before its headers were."""
    if packed_ is None:
        return {"content-type": [content_type]} if content_type else {}
    found: Any = orjson.loads(packed_)
    return {str(name): [str(value) for value in values] for name, values in found.items()}
