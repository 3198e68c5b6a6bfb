"""Answers by a bot of Telegram: a message that answers the message."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import orjson

from inbox import file_rules
from inbox.channels import ChannelRecord
from inbox.file_rules import FileRule
from services.channels import posting, reading, uploading
from services.channels.contract import Deed, Outcome, RefusalReason, Refused, Reply, Way
from services.channels.telegram_messages import pair

API_URL = "https://api.telegram.org"
LENGTH_MOST = 4096
FILES = FileRule({file_rules.ANY: file_rules.MOST_BYTES}, count=10, length_most=1024)
"""A caption is shorter than a message."""


async def send(way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
    token = channel.secrets.get("bot_token")
    if not token:
        return Refused("not_configured")
    if len(reply.text.encode("utf-16-le")) // 2 > LENGTH_MOST:
        return Refused("too_long")
    bot = f"{posting.api_url(channel, API_URL)}/bot{token}"
    call = _with_files(bot, channel, reply) if reply.files else posting.Call(
        f"{bot}/sendMessage", _message_of(channel, reply), {}
    )  # fmt: skip
    return await posting.send(way, call, _posted, _refusal, named=True)


def _with_files(bot: str, channel: ChannelRecord, reply: Reply) -> posting.Call:
    """One message of several: an album of photos, or of documents where one of them is none."""
    content = _message_of(channel, reply)
    words = content.pop("text")
    sort = "photo" if all(file.content_type in file_rules.PHOTOS for file in reply.files) else "document"
    fields = {name: value if isinstance(value, str) else orjson.dumps(value).decode()
              for name, value in content.items()}  # fmt: skip
    if len(reply.files) == 1:
        fields["caption"] = words
        return uploading.call(f"{bot}/send{sort.capitalize()}", fields, [(sort, reply.files[0])], {})
    named = [(f"file{number}", file) for number, file in enumerate(reply.files)]
    album: list[dict[str, str]] = [{"type": sort, "media": f"attach://{name}"} for name, _ in named]
    album[0]["caption"] = words
    fields["media"] = orjson.dumps(album).decode()
    return uploading.call(f"{bot}/sendMediaGroup", fields, named, {})


async def gesture(way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
    """A thumb up, or none of ours any more."""
    token = channel.secrets.get("bot_token")
    chat, _, number = deed.external_id.partition(":")
    if not token or not number.isdigit():
        return Refused("not_configured")
    url = f"{posting.api_url(channel, API_URL)}/bot{token}/setMessageReaction"
    thumb = [{"type": "emoji", "emoji": "👍"}] if deed.gesture == "like" else []
    call = posting.Call(url, {"chat_id": chat, "message_id": int(number), "reaction": thumb}, {})
    return await posting.done(way, call, _refusal)


def _message_of(channel: ChannelRecord, reply: Reply) -> dict[str, Any]:
    """In a private chat an answer to what has been deleted is still an answer; in a group nobody would know to what."""
    chat, _, number = reply.in_reply_to.partition(":")
    private = not chat.startswith("-")
    content: dict[str, Any] = {"chat_id": chat, "text": reply.text}
    if number.isascii() and number.isdigit():
        content["reply_parameters"] = {"message_id": int(number), "allow_sending_without_reply": private}
    connection = channel.settings.get("business_connection_id")
    return content | ({"business_connection_id": connection} if connection else {})


def _posted(said: Any) -> str | None:
    result = said["result"][0] if isinstance(said["result"], list) else said["result"]
    return pair(result["chat"]["id"], result["message_id"])


REFUSALS: Mapping[str, RefusalReason] = MappingProxyType(
    {
        "not found": "gone", "deactivated": "gone", "blocked by the user": "author_blocked_us",
        "can't initiate": "not_authorised",
        "kicked": "not_authorised", "not a member": "not_authorised", "not enough rights": "not_authorised",
        "have no rights": "not_authorised", "TOPIC_CLOSED": "not_authorised", "too long": "too_long",
    }
)  # fmt: skip
"""Telegram's refusals have no codes, only sentences."""


def _refusal(said: Any) -> Refused | None:
    if said.get("ok") is not False:
        return None
    code, words = said.get("error_code"), str(said.get("description", ""))
    if code == 429:
        wait = reading.count(reading.table(said.get("parameters")).get("retry_after"))
        return Refused("too_many", again=True, retry_after_s=float(wait) if wait else None)
    if code in (401, 404):  # a token that is none is an address that is none
        return Refused("token_expired")
    found = next((reason for telling, reason in REFUSALS.items() if telling in words), None)
    return Refused(found or ("not_authorised" if code == 403 else "rejected"))
