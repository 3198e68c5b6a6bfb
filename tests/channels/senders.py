"""Signing as the networks do, for tests of what is signed and of what is not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from inbox.channels import ChannelRecord
from inbox.ids import BrandId, ChannelId
from services.channels.contract import Inbound

WHSEC = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
APP_SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def channel(
    network: str = "generic",
    secrets: Mapping[str, str] | None = None,
    account_id: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> ChannelRecord:
    """A channel that no database knows."""
    default = {"secret": WHSEC if network == "generic" else APP_SECRET}
    return ChannelRecord(
        BrandId(1),
        ChannelId("1-abcdefghijklmnop"),
        network,
        network,
        account_id,
        settings or {},
        secrets or default,
        NOON,
    )


def standard(
    body: bytes, secret: str = WHSEC, *, ident: str = "msg_1", age_s: int = 0, at: int | None = None
) -> dict[str, str]:
    """Standard Webhooks headers. Made by the formula, not by the library that checks them."""
    timestamp = str(at if at is not None else int(time.time()) - age_s)
    key = base64.b64decode(secret.removeprefix("whsec_") + "==")
    digest = hmac.new(key, f"{ident}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": ident,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


def hub(body: bytes, secret: str = APP_SECRET) -> dict[str, str]:
    return {"x-hub-signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def signed(network: str, body: bytes, secret: str | None = None) -> dict[str, str]:
    if network == "generic":
        return standard(body, secret or WHSEC)
    return hub(body, secret or APP_SECRET)


def inbound(body: bytes, headers: Mapping[str, str | list[str]]) -> Inbound:
    return Inbound({k: [v] if isinstance(v, str) else v for k, v in headers.items()}, body)
