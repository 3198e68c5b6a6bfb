"""Standard Webhooks signatures (standardwebhooks.com): proving what comes in, signing what goes out.

What goes out is signed by the library `standardwebhooks`. What comes in is checked here, under the same rules: the
library decodes the secret anew for each request and takes text only, and this is the hottest check there is.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from services.channels import proof
from services.channels.contract import Inbound

SIGNATURES_MOST = 8
_PREFIX = "whsec_"
_VERSION = "v1,"


class BadSecret(ValueError):
    """What somebody set as a secret is not base64, or empty."""


def headers(secret: str, ident: str, at: datetime, body: str) -> dict[str, str]:
    """The three headers that prove `body`. `ident` stays the same when the same thing is sent again. Raises
    `BadSecret`."""
    try:
        webhook = Webhook(secret)
    except (ValueError, EmptyWebhookSecretError) as error:
        raise BadSecret from error
    return {
        "webhook-id": ident,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": webhook.sign(ident, at, body),
    }


def proving(held: Sequence[str], request: Inbound) -> str | None:
    """The secret that the request is signed with, at most five minutes ago or ahead; None where there is none.

    Each signature of the list is tried by itself: a malformed neighbour must not hide a good one. The bytes are signed
    as they are: what is no UTF-8 is no message either, but signed it is kept, in the quarantine.
    """
    header = request.header
    ident, at, signatures = header("webhook-id"), header("webhook-timestamp"), header("webhook-signature")
    if not (ident and at and signatures and proof.fresh(at)):
        return None
    signed = f"{ident}.{at}.".encode("utf-8", "surrogateescape") + request.raw
    given = _given(signatures)
    for secret in held:
        if _is_among(_key(secret), signed, given):
            return secret
    return None


def proves(secret: str, request: Inbound) -> bool:
    return proving((secret,), request) is not None


def _is_among(key: bytes, signed: bytes, given: Sequence[bytes]) -> bool:
    if not key:
        return False
    digest = hmac.digest(key, signed, "sha256")
    return any(hmac.compare_digest(digest, one) for one in given)


@lru_cache(maxsize=4096)
def _key(secret: str) -> bytes:
    """Empty for what is no secret."""
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX) + "==")
    except ValueError:
        return b""


def _given(signatures: str) -> list[bytes]:
    """Those of the version we know; a network that changes its secret sends two."""
    given: list[bytes] = []
    for one in signatures.split(" ", SIGNATURES_MOST)[:SIGNATURES_MOST]:
        if one.startswith(_VERSION):
            with contextlib.suppress(ValueError):
                given.append(binascii.a2b_base64(one[len(_VERSION) :], strict_mode=True))
    return given


def new_secret() -> str:
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
