"""Signing a request by OAuth 1.0a with HMAC-SHA1 (RFC 5849): for networks whose tokens of this kind do not run out.

Only requests whose body is no form, so that nothing of the body is signed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlsplit


@dataclass(frozen=True, slots=True)
class Keys:
    consumer_key: str
    consumer_secret: str = field(repr=False)
    token: str
    token_secret: str = field(repr=False)


def header(method: str, url: str, keys: Keys, now: datetime, nonce: str | None = None) -> str:
    """The `Authorization` header. `nonce`: given by tests only."""
    protocol = {
        "oauth_consumer_key": keys.consumer_key,
        "oauth_nonce": nonce or secrets.token_hex(16),
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(int(now.timestamp())),
        "oauth_token": keys.token,
        "oauth_version": "1.0",
    }
    protocol["oauth_signature"] = _signature(method, url, keys, protocol)
    return "OAuth " + ", ".join(f'{_escaped(name)}="{_escaped(value)}"' for name, value in sorted(protocol.items()))


def _signature(method: str, url: str, keys: Keys, protocol: dict[str, str]) -> str:
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    pairs = sorted((_escaped(name), _escaped(value)) for name, value in (*query, *protocol.items()))
    parameters = "&".join(f"{name}={value}" for name, value in pairs)
    base = f"{parts.scheme}://{parts.netloc.lower()}{parts.path}"
    signed = "&".join((method.upper(), _escaped(base), _escaped(parameters)))
    key = f"{_escaped(keys.consumer_secret)}&{_escaped(keys.token_secret)}"
    return base64.b64encode(hmac.digest(key.encode(), signed.encode(), hashlib.sha1)).decode()


def _escaped(text: str) -> str:
    return quote(text, safe="-._~")
