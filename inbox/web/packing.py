"""What leaves for a browser is compressed where the browser takes it: a page of the queue is a tenth of itself then.

A page that is compressed tells by its length what is alike in it (BREACH): who can make a browser ask for pages with
words of theirs, and sees how long the answers are, could guess at a secret that stands in all of them. So the token of
forms is never written twice alike (`masked`), and no other secret stands in a page that can be asked for again.
"""

from __future__ import annotations

import re
import secrets

from aiohttp import hdrs, web
from aiohttp.web_response import ContentCoding

LEAST_BYTES = 1024
TYPES = frozenset({
    "text/html", "text/css", "text/javascript", "text/csv", "image/svg+xml", "application/json",
    "application/problem+json", "application/manifest+json",
})  # fmt: skip
_REFUSED = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")


def takes_gzip(request: web.Request) -> bool:
    accepted = request.headers.get(hdrs.ACCEPT_ENCODING, "").lower()
    return "gzip" in accepted and not _REFUSED.search(accepted)


def pack(request: web.Request, response: web.StreamResponse) -> None:
    """Streams, files and what is packed already stay as they are."""
    if not isinstance(response, web.Response) or response.content_type not in TYPES:
        return
    response.headers.add(hdrs.VARY, hdrs.ACCEPT_ENCODING)
    body = response.body
    if hdrs.CONTENT_ENCODING in response.headers or not isinstance(body, bytes) or len(body) < LEAST_BYTES:
        return
    if takes_gzip(request):
        response.enable_compression(ContentCoding.gzip)


MASK = "."
"""No token begins with it."""


def masked(token: str) -> str:
    """`token` behind a pad that is new each time, both in hexadecimal digits; nothing of nothing."""
    if not token:
        return ""
    plain = token.encode()
    pad = secrets.token_bytes(len(plain))
    return MASK + (pad + _over(plain, pad)).hex()


def unmasked(shown: str) -> str:
    """The token behind its pad. What wears no mask comes back as it is, and what is no mask as nothing."""
    if not shown.startswith(MASK):
        return shown
    try:
        both = bytes.fromhex(shown[len(MASK) :])
    except ValueError:
        return ""
    half = len(both) // 2
    return _over(both[half:], both[:half]).decode("utf-8", "replace")


def _over(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=False))
