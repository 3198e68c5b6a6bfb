"""Answers in Discord: by the app's bot, into the channel of the message, as an answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from inbox.channels import ChannelRecord
from services.channels import calling, posting, reading
from services.channels.contract import Outcome, RefusalReason, Refused, Reply, Way
from services.outbound import Response

API_URL = "https://discord.com/api/v10"
LENGTH_MOST = 2000
REFUSALS: Mapping[int, RefusalReason] = MappingProxyType(
    {
        10003: "gone", 10008: "gone", 10013: "gone", 50007: "gone", 50035: "rejected", 50001: "not_authorised",
        50013: "not_authorised", 40001: "not_authorised", 40002: "blocked_by_network", 40333: "blocked_by_network",
        20028: "too_many", 20016: "too_many", 50083: "gone", 160002: "not_authorised", 200000: "rejected",
        200001: "rejected", 340013: "blocked_by_network",
    }
)  # fmt: skip


async def send(way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
    token = channel.secrets.get("bot_token")
    if not token:
        return Refused("not_configured")
    if len(reply.text) > LENGTH_MOST:
        return Refused("rejected")
    url = f"{posting.api_url(channel, API_URL)}/channels/{quote(reply.thread_id, safe='')}/messages"
    return await calling.post_json(way, url, _message(reply), {"authorization": f"Bot {token}"}, _outcome)


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


def _outcome(response: Response) -> Outcome:
    return calling.outcome(response, lambda content: reading.ident(content.get("id")), _refusal)


def _refusal(content: Mapping[str, Any], response: Response) -> Refused:
    code = content.get("code")
    if code == 50035 and "message_reference" in reading.table(content.get("errors")):
        return Refused("gone")  # what is answered has been deleted
    reason = REFUSALS.get(code) if isinstance(code, int) else None
    if reason == "too_many":
        return calling.too_many(response.retry_after_s)
    by_status: Mapping[int, RefusalReason] = {401: "not_authorised", 403: "not_authorised", 404: "gone"}
    return Refused(reason or by_status.get(response.status, "rejected"))
