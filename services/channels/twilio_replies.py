"""Answers by Twilio: a message back to the number that wrote, by WhatsApp where they wrote by WhatsApp.

A file goes as its address, which Twilio fetches: https://www.twilio.com/docs/messaging/guides/accepted-mime-types
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

from inbox import file_rules
from inbox.channels import ChannelRecord
from inbox.events import Kind
from inbox.file_rules import FileRule
from services.channels import posting
from services.channels.contract import Outcome, RefusalReason, Refused, Reply, Way

API_URL = "https://api.twilio.com"
LENGTH_MOST = 1600
PREFIX = "whatsapp:"
_PICTURES = (*file_rules.PHOTOS, "image/gif")
FILES: Mapping[Kind, FileRule] = MappingProxyType(
    {
        "sms": FileRule(file_rules.of(_PICTURES, 5_000_000), count=10, together=5_000_000),
        "dm": FileRule(file_rules.of((*file_rules.PHOTOS, "video/mp4", "application/pdf"), file_rules.MOST_BYTES)),
    }
)
"""A text message with pictures (MMS) has 5 MB at most, and not every country has it; by WhatsApp one file goes."""
REFUSALS: Mapping[int, RefusalReason] = MappingProxyType(
    {
        20003: "token_expired", 20404: "not_authorised", 20429: "too_many", 14107: "too_many", 63038: "too_many",
        21211: "gone", 21214: "gone", 21217: "gone", 21610: "author_blocked_us", 21612: "gone", 21614: "gone",
        21605: "too_long", 21617: "too_long",
        21408: "not_authorised", 21606: "not_configured", 21603: "not_configured", 21703: "not_configured",
        63007: "not_configured", 63016: "window_closed", 30002: "blocked_by_network", 21219: "not_authorised",
    }
)  # fmt: skip


async def send(way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
    if reply.kind == "call":
        return Refused("cannot_reply")
    (account, password), sender = credentials(channel), _sender(channel, reply)
    if not account or not password or sender is None:
        return Refused("not_configured")
    if len(reply.text) > LENGTH_MOST:
        return Refused("too_long")
    url = f"{posting.api_url(channel, API_URL)}/2010-04-01/Accounts/{quote(account, safe='')}/Messages.json"
    media = [("MediaUrl", file.url) for file in reply.files]
    if not all(address for _, address in media):
        return Refused("not_configured")
    body = urlencode([("To", reply.author_id), ("Body", reply.text), *sender.items(), *media]).encode()
    headers = {"authorization": password, "content-type": "application/x-www-form-urlencoded"}
    call = posting.Call(url, body, headers)
    return await posting.send(way, call, lambda said: said["sid"], _refusal, named=True)


def credentials(channel: ChannelRecord) -> tuple[str, str]:
    """The account, and the header that names it and proves who asks; empty where the settings are."""
    account, token = channel.settings.get("account_sid"), channel.secrets.get("secret")
    if not isinstance(account, str) or not account or not token:
        return "", ""
    return account, "Basic " + base64.b64encode(f"{account}:{token}".encode()).decode()


def _sender(channel: ChannelRecord, reply: Reply) -> dict[str, str] | None:
    service = channel.settings.get("messaging_service_sid")
    if isinstance(service, str) and service:
        return {"MessagingServiceSid": service}
    if not channel.account_id:
        return None
    number = channel.account_id.removeprefix(PREFIX)
    return {"From": PREFIX + number if reply.author_id.startswith(PREFIX) else number}


def _refusal(said: Any) -> Refused | None:
    code = said.get("code")
    reason = REFUSALS.get(code) if isinstance(code, int) else None
    return Refused(reason, again=reason == "too_many") if reason else None
