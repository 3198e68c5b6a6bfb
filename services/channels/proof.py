"""Proving a request by a secret that both sides hold, in the ways that networks have of doing so.

Always over the raw bytes as they came, always in constant time; a secret that is empty proves nothing. A channel says
which way is its network's; after a rotation its old secret holds beside the new one (`first`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Literal

from inbox.channels import ChannelRecord
from inbox.clock import Clock, SystemClock
from services.channels.contract import Inbound

TOLERANCE_S = 300.0
"""How far the time in a signature may lie from ours, either way."""

CLOCK: Clock = SystemClock()

Hash = Literal["sha1", "sha256"]


def first(channel: ChannelRecord, proves: Callable[[str], bool]) -> str | None:
    """The first of the channel's secrets that proves the request."""
    return next((secret for secret in channel.valid_secrets() if proves(secret)), None)


def hexadecimal(secret: str, signed: bytes, algorithm: Hash = "sha256") -> str:
    return _hmac(secret, signed, algorithm).hex()


def base64d(secret: str, signed: bytes, algorithm: Hash = "sha256") -> str:
    return base64.b64encode(_hmac(secret, signed, algorithm)).decode()


def _hmac(secret: str, signed: bytes, algorithm: Hash) -> bytes:
    return hmac.digest(secret.encode(), signed, getattr(hashlib, algorithm))


def same(given: str | None, expected: str) -> bool:
    """Nothing given, or nothing expected, is never the same."""
    if not given or not expected:
        return False
    return hmac.compare_digest(_bytes(given), _bytes(expected))


def after(value: str | None, prefix: str) -> str | None:
    """What follows a prefix that must be there: the digest in `sha256=…`, in lower case."""
    if value is None or not value.lower().startswith(prefix):
        return None
    return value[len(prefix) :].strip().lower()


def fresh(timestamp_s: str | None, divisor: int = 1) -> bool:
    """Whether a time in whole seconds (or in parts of them: `divisor` to the second) lies near ours."""
    if not timestamp_s or not timestamp_s.isascii() or not timestamp_s.isdigit() or len(timestamp_s) > 16:
        return False
    return abs(CLOCK.now().timestamp() - int(timestamp_s) / divisor) <= TOLERANCE_S


def carries(request: Inbound, secret: str) -> bool:
    """For networks that sign nothing: the secret itself came along, over TLS: as the password of basic authentication
    (`https://vigie:SECRET@…`), as a bearer token, or in the address as `?token=` or `?access_token=`."""
    query = request.query()
    given = (_password(request), _bearer(request), query.get("token"), query.get("access_token"))
    # All are compared, so that the time taken does not tell which one was tried.
    matches = [same(one, secret) for one in given]
    return any(matches)


def _password(request: Inbound) -> str | None:
    encoded = _credentials(request, "basic")
    try:
        decoded = base64.b64decode(encoded or "", validate=True).decode("utf-8", "surrogateescape")
    except (binascii.Error, ValueError):
        return None
    return decoded.partition(":")[2] or None


def _bearer(request: Inbound) -> str | None:
    return _credentials(request, "bearer")


def _credentials(request: Inbound, scheme: str) -> str | None:
    named, _, credentials = (request.header("authorization") or "").strip().partition(" ")
    return credentials.strip() if named.lower() == scheme else None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def new_token() -> str:
    """A secret of ours that can stand in an address as it is."""
    return secrets.token_urlsafe(32)
