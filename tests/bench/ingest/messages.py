"""Signed messages as bytes for the wire: a comment of 1.5 kB in JSON, under a Standard Webhooks signature of its own.

Everything is made before a round begins, so that a round measures servers and not the making of messages. The standard
library alone: the process that sends should start at once.
"""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

BODY_BYTES = 1500
WORDS = (
    "Bonjour, j’ai commandé un chargeur il y a trois semaines, il chauffe, il siffle, et depuis hier il fume. Votre"
    " service après-vente ne répond ni au téléphone ni par courriel : que dois-je faire ? "
)


@dataclass(frozen=True, slots=True)
class Hook:
    """Where messages go, and what signs them. `host` and `port` are those of the server."""

    path: str
    secret: str


def body(ident: str) -> bytes:
    """A message nobody sent before, by somebody who never wrote before: what a storm is made of."""
    said = {
        "type": "message.received", "id": f"m-{ident}", "kind": "comment", "thread_id": f"post-{ident[-1]}",
        "sent_at": "2026-11-21T10:00:00Z", "permalink": f"https://social.example/posts/{ident}", "text": "",
        "author": {"id": f"u-{ident}", "handle": f"camille{ident}", "name": "Camille Martin", "followers": 120},
    }  # fmt: skip
    bare = len(json.dumps(said).encode())
    said["text"] = words(BODY_BYTES - bare)
    return json.dumps(said, ensure_ascii=False).encode()


def words(size: int) -> str:
    """As many bytes of UTF-8, or one less where a letter would be cut."""
    return (WORDS * (size // len(WORDS) + 1)).encode()[:size].decode(errors="ignore")


def signature(key: bytes, ident: str, at: str, raw: bytes) -> str:
    digest = hmac.digest(key, f"{ident}.{at}.".encode() + raw, "sha256")
    return "v1," + base64.b64encode(digest).decode()


def key_of(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"))


def requests(hooks: Sequence[Hook], series: str, count: int) -> Iterator[bytes]:
    """Each hook in turn gets a message. `series` tells the ids of two rounds apart."""
    at = str(int(time.time()))
    keys = [key_of(hook.secret) for hook in hooks]
    for n in range(count):
        hook, key, ident = hooks[n % len(hooks)], keys[n % len(hooks)], f"{series}{n}"
        raw = body(ident)
        head = (
            f"POST {hook.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(raw)}\r\nUser-Agent: bench\r\nwebhook-id: {ident}\r\nwebhook-timestamp: {at}\r\n"
            f"webhook-signature: {signature(key, ident, at, raw)}\r\n\r\n"
        )
        yield head.encode() + raw
