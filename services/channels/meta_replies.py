"""Replies through the Graph API: to a comment under it, to a direct message within 24 hours of the person's last one.

Meta's error codes are many; `refusal` maps those that say why nothing was posted to our small vocabulary. An error of
the server's own (5xx) says nothing about whether the reply was posted: uncertain, and never sent again by itself.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import orjson

from inbox.channels import ChannelRecord
from services.channels import reading
from services.channels.contract import (
    CannotRead,
    Outcome,
    RefusalReason,
    Refused,
    Reply,
    Sent,
    Uncertain,
    Way,
)
from services.outbound import NoAnswer, NotSent, Response

THROTTLED_S = 300.0
BY_SUBCODE: Mapping[int, RefusalReason] = {
    2018278: "window_closed",
    2534022: "window_closed",
    2018001: "gone",
    33: "gone",
}
BY_CODE: Mapping[int, RefusalReason] = {
    4: "too_many", 17: "too_many", 32: "too_many", 613: "too_many", 80001: "too_many", 80002: "too_many",
    80006: "too_many", 10: "not_authorised", 102: "not_authorised", 190: "not_authorised", 200: "not_authorised",
    368: "blocked_by_network", 506: "duplicate", 551: "gone", 803: "gone",
}  # fmt: skip


async def send(way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
    token = channel.secrets.get("access_token")
    if not token:
        return Refused("not_configured")
    path, body = _call(channel, reply)
    url = f"{way.meta_graph_url.rstrip('/')}/{path}?appsecret_proof={_proof(channel, token)}"
    # The token goes in a header: addresses end up in logs.
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    try:
        return outcome(await way.http.post(url, orjson.dumps(body), headers))
    except NotSent as error:
        return Refused(error.reason, again=error.reason == "unreachable")
    except NoAnswer as error:
        return Uncertain(error.reason)


def _call(channel: ChannelRecord, reply: Reply) -> tuple[str, dict[str, Any]]:
    if reply.kind == "dm" or reply.thread_id == reply.author_id:  # a story's mention is a direct message too
        page = channel.settings.get("page_id") or channel.account_id or "me"
        message = {"recipient": {"id": reply.author_id}, "messaging_type": "RESPONSE", "message": {"text": reply.text}}
        return f"{quote(str(page), safe='')}/messages", message
    edge = "replies" if channel.network == "instagram" else "comments"
    return f"{quote(reply.in_reply_to, safe='')}/{edge}", {"message": reply.text}


def _proof(channel: ChannelRecord, token: str) -> str:
    """Proves that the caller holds the app's secret as well as the token; an app may demand it."""
    return hmac.new(channel.secrets.get("secret", "").encode(), token.encode(), hashlib.sha256).hexdigest()


def outcome(response: Response) -> Outcome:
    content = _object(response.body)
    if 200 <= response.status < 300:
        posted = content.get("message_id") or content.get("id")
        return Sent(str(posted)[:512]) if posted else Uncertain("unclear_answer")
    if 300 <= response.status < 400:
        return Refused("redirected")
    if response.status >= 500:
        return Uncertain("server_error")
    return refusal(content.get("error"), response)


def refusal(error: Any, response: Response) -> Refused:
    found = error if isinstance(error, dict) else {}
    code, subcode = _number(found.get("code")), _number(found.get("error_subcode"))
    reason: RefusalReason = BY_SUBCODE.get(subcode) or BY_CODE.get(code) or "rejected"
    if reason == "rejected" and 200 <= code <= 299:
        reason = "not_authorised"
    if response.status == 429:
        reason = "too_many"
    if reason == "too_many":
        return Refused(reason, again=True, retry_after_s=response.retry_after_s or THROTTLED_S)
    return Refused(reason)


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def _object(body: bytes) -> dict[str, Any]:
    try:
        content = reading.loads(body)
    except CannotRead:
        return {}
    return content if isinstance(content, dict) else {}
