"""The two signatures of the drill: Standard Webhooks for the generic channel, `X-Hub-Signature-256` for Meta."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from standardwebhooks import Webhook

Headers = dict[str, str]


def standard(secret: str, webhook_id: str, at: datetime, body: bytes) -> Headers:
    """`webhook_id` stays the same over retries and re-deliveries, the timestamp does not."""
    return {
        "Content-Type": "application/json",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(webhook_id, at, body.decode("utf-8")),
    }


def meta(secret: str, body: bytes) -> Headers:
    digest = hmac.new(secret.encode("utf-8"), body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"}
