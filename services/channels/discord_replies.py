"""Answers in Discord: by the app's bot, into the channel of the message, as an answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import orjson

from inbox import file_rules
from inbox.channels import ChannelRecord
from inbox.file_rules import FileRule
from services.channels import posting, reading, uploading
from services.channels.contract import Deed, Outcome, RefusalReason, Refused, Reply, Way

API_URL = "https://discord.com/api/v10"
LENGTH_MOST = 2000
FILES = FileRule({file_rules.ANY: file_rules.MOST_BYTES}, count=10)
REFUSALS: Mapping[int, RefusalReason] = MappingProxyType(
    {
        10003: "gone", 10008: "gone", 10013: "gone", 50007: "author_blocked_us", 50035: "rejected",
        50001: "not_authorised", 50013: "not_authorised", 40001: "token_expired", 50014: "token_expired",
        40005: "too_long", 40002: "blocked_by_network", 40333: "blocked_by_network",
        20028: "too_many", 20016: "too_many", 50083: "gone", 160002: "not_authorised", 200000: "rejected",
        200001: "rejected", 340013: "blocked_by_network",
    }
)  # fmt: skip


async def send(way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
    token = channel.secrets.get("bot_token")
    if not token:
        return Refused("not_configured")
    if len(reply.text) > LENGTH_MOST:
        return Refused("too_long")
    url = f"{posting.api_url(channel, API_URL)}/channels/{quote(reply.thread_id, safe='')}/messages"
    headers = {"authorization": f"Bot {token}"}
    call = _with_files(url, reply, headers) if reply.files else posting.Call(url, _message(reply), headers)
    return await posting.send(way, call, lambda content: content["id"], _refusal, named=True)


async def gesture(way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
    token = channel.secrets.get("bot_token")
    if not token:
        return Refused("not_configured")
    place, message = posting.segment(deed.thread_id), posting.segment(deed.external_id)
    url = f"{posting.api_url(channel, API_URL)}/channels/{place}/messages/{message}/reactions/%F0%9F%91%8D/@me"
    method = "PUT" if deed.gesture == "like" else "DELETE"
    return await posting.done(way, posting.Call(url, b"", {"authorization": f"Bot {token}"}, method), _refusal)


def _with_files(url: str, reply: Reply, headers: Mapping[str, str]) -> posting.Call:
    named = [(f"files[{number}]", file) for number, file in enumerate(reply.files)]
    return uploading.call(url, {"payload_json": orjson.dumps(_message(reply)).decode()}, named, headers)


def _message(reply: Reply) -> dict[str, Any]:
    """Nobody is called by an answer but who is answered: not everybody, whatever somebody pasted into it. The nonce
    makes Discord take the same answer once, should it come twice within minutes."""
    return {
        "content": reply.text,
        "message_reference": {"message_id": reply.in_reply_to, "fail_if_not_exists": reply.kind != "dm"},
        "allowed_mentions": {"parse": [], "replied_user": True},
        "nonce": reply.reply_id.hex[:25],
        "enforce_nonce": True,
    }


def _refusal(said: Any) -> Refused | None:
    code = said.get("code")
    if code == 50035 and "content" in reading.table(said.get("errors")):
        return Refused("too_long")
    if code == 50035 and "message_reference" in reading.table(said.get("errors")):
        return Refused("gone")  # what is answered has been deleted
    reason = REFUSALS.get(code) if isinstance(code, int) else None
    return Refused(reason, again=reason == "too_many") if reason else None
