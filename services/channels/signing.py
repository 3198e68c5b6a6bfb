"""Standard Webhooks signatures, by the library `standardwebhooks`: proving what comes in, signing what goes out."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import UTC, datetime

from standardwebhooks import Webhook, WebhookVerificationError
from standardwebhooks.webhooks import EmptyWebhookSecretError, hmac_data

from services.channels.contract import Inbound


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


def proves(secret: str, request: Inbound) -> bool:
    """Whether the request is signed with `secret`, at most five minutes ago or ahead.

    Each signature of the list is tried by itself: a malformed neighbour must not hide a good one.
    """
    ident, at, signatures = (request.header(f"webhook-{name}") for name in ("id", "timestamp", "signature"))
    if not (ident and at and signatures):
        return False
    try:
        webhook = Webhook(secret)
    except (ValueError, EmptyWebhookSecretError):
        return False
    return any(_proves_one(webhook, secret, ident, at, one, request.raw) for one in signatures.split(" ")[:8])


def _proves_one(webhook: Webhook, secret: str, ident: str, at: str, signature: str, raw: bytes) -> bool:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return _proves_bytes(webhook, secret, ident, at, signature, raw)
    return _accepts(webhook, ident, at, signature, text)


def _accepts(webhook: Webhook, ident: str, at: str, signature: str, text: str) -> bool:
    headers = {"webhook-id": ident, "webhook-timestamp": at, "webhook-signature": signature}
    try:
        webhook.verify(text, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def _proves_bytes(webhook: Webhook, secret: str, ident: str, at: str, signature: str, raw: bytes) -> bool:
    """The library signs text only; what is no UTF-8 is no message either, but signed it is kept, in the quarantine."""
    if not at.isascii() or not at.isdigit():
        return False
    empty = webhook.sign(ident, datetime.fromtimestamp(min(int(at), 2**40), UTC), "") if len(at) < 13 else ""
    if not _accepts(webhook, ident, at, empty, ""):  # the library's own rule on the age of a timestamp
        return False
    key = base64.b64decode(secret.removeprefix("whsec_") + "==")
    expected = "v1," + base64.b64encode(hmac_data(key, f"{ident}.{at}.".encode() + raw)).decode()
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogateescape"))


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
