"""Answers by a bot of Telegram: a message that answers the message."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from inbox.channels import ChannelRecord
from services.channels import calling, posting, reading
from services.channels.contract import Outcome, RefusalReason, Refused, Reply, Way
from services.channels.telegram_messages import pair
from services.outbound import Response

API_URL = "https://api.telegram.org"
LENGTH_MOST = 4096


async def send(way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
    token = channel.secrets.get("bot_token")
    if not token:
        return Refused("not_configured")
    if len(reply.text.encode("utf-16-le")) // 2 > LENGTH_MOST:
        return Refused("rejected")
    url = f"{posting.api_url(channel, API_URL)}/bot{token}/sendMessage"
    return await calling.post_json(way, url, _message_of(channel, reply), {}, _outcome)


def _message_of(channel: ChannelRecord, reply: Reply) -> dict[str, Any]:
    """In a private chat an answer to what has been deleted is still an answer; in a group nobody would know to what."""
    chat, _, number = reply.in_reply_to.partition(":")
    private = not chat.startswith("-")
    content: dict[str, Any] = {"chat_id": chat, "text": reply.text}
    if number.isascii() and number.isdigit():
        content["reply_parameters"] = {"message_id": int(number), "allow_sending_without_reply": private}
    connection = channel.settings.get("business_connection_id")
    return content | ({"business_connection_id": connection} if connection else {})


def _outcome(response: Response) -> Outcome:
    content = calling.answered(response)
    if content.get("ok") is False and response.status < 500:
        return _refusal(content, response)
    return calling.outcome(response, _posted, _refusal)


def _posted(content: Mapping[str, Any]) -> str | None:
    result = content["result"]
    return pair(result["chat"]["id"], result["message_id"])


REFUSALS: Mapping[str, RefusalReason] = MappingProxyType(
    {
        "not found": "gone", "deactivated": "gone", "blocked by the user": "gone", "can't initiate": "not_authorised",
        "kicked": "not_authorised", "not a member": "not_authorised", "not enough rights": "not_authorised",
        "have no rights": "not_authorised", "TOPIC_CLOSED": "not_authorised",
    }
)  # fmt: skip
"""Telegram's refusals have no codes, only sentences."""


def _refusal(content: Mapping[str, Any], response: Response) -> Refused:
    code, said = content.get("error_code", response.status), str(content.get("description", ""))
    if code == 429:
        wait = reading.count(reading.table(content.get("parameters")).get("retry_after"))
        return calling.too_many(float(wait) if wait else response.retry_after_s)
    if code in (401, 404):  # a token that is none is an address that is none
        return Refused("not_authorised")
    found = next((reason for words, reason in REFUSALS.items() if words in said), None)
    return Refused(found or ("not_authorised" if code == 403 else "rejected"))
