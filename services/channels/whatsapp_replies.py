"""Answers by WhatsApp's Cloud API: free text within 24 hours of the person's last message, as an answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from inbox.channels import ChannelRecord
from services.channels import calling, meta_replies, posting, reading
from services.channels.contract import Outcome, RefusalReason, Refused, Reply, Way
from services.outbound import Response

LENGTH_MOST = 4096
REASONS: Mapping[int, RefusalReason] = MappingProxyType(
    {
        131047: "window_closed", 131026: "gone", 131021: "rejected", 131030: "not_authorised", 131005: "not_authorised",
        131031: "blocked_by_network", 131042: "not_authorised", 131045: "not_configured", 133010: "not_configured",
        131048: "blocked_by_network", 131049: "blocked_by_network", 131050: "blocked_by_network",
        130472: "blocked_by_network", 130497: "blocked_by_network", 130429: "too_many", 131056: "too_many",
        80007: "too_many", 131051: "rejected", 131008: "rejected", 131009: "rejected",
    }
)  # fmt: skip


def reason(code: Any) -> RefusalReason:
    """Why a message was not delivered, by the code of its status."""
    return REASONS.get(code, "rejected") if isinstance(code, int) else "rejected"


async def send(way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
    token, number = channel.secrets.get("access_token"), channel.account_id
    if not token or not number:
        return Refused("not_configured")
    if len(reply.text) > LENGTH_MOST:
        return Refused("rejected")
    url = f"{posting.api_url(channel, way.meta_graph_url)}/{quote(number, safe='')}/messages"
    return await calling.post_json(way, url, _message(reply), {"authorization": f"Bearer {token}"}, _outcome)


def _message(reply: Reply) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        **_to(reply),
        "type": "text",
        "text": {"body": reply.text, "preview_url": False},
        "context": {"message_id": reply.in_reply_to},
    }


def _to(reply: Reply) -> dict[str, str]:
    """A group, a business-scoped user id (letters, a full stop, digits), or a phone number: each has its own field."""
    if reply.thread_id != reply.author_id:
        return {"recipient_type": "group", "to": reply.thread_id}
    if reply.author_id.lstrip("+").isdigit():
        return {"recipient_type": "individual", "to": reply.author_id}
    return {"recipient_type": "individual", "recipient": reply.author_id}


def _outcome(response: Response) -> Outcome:
    return calling.outcome(response, _posted, _refusal)


def _posted(content: Mapping[str, Any]) -> str | None:
    return reading.ident(reading.tables(content["messages"])[0].get("id"))


def _refusal(content: Mapping[str, Any], response: Response) -> Refused:
    error = reading.table(content.get("error"))
    code = error.get("code")
    found = REASONS.get(code) if isinstance(code, int) else None
    if found == "too_many":
        return calling.too_many(response.retry_after_s)
    return Refused(found) if found else meta_replies.refusal(error, response)
