"""Replies through the Graph API: to a comment under it, to a direct message within 24 hours of the person's last one.

Meta's error codes are many; `refusal` maps those that say why nothing was posted to our small vocabulary.

A picture goes with a comment on a page in one form; with a direct message a file goes as a message of its own before
the words (`meta_files`).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from inbox import file_rules
from inbox.channels import ChannelRecord
from inbox.events import Kind
from inbox.file_rules import FileRule
from services.channels import asking, meta_files, posting, uploading
from services.channels.contract import Deed, Outcome, RefusalReason, Refused, Reply, Way

BY_SUBCODE: Mapping[int, RefusalReason] = {
    2018278: "window_closed",
    2534022: "window_closed",
    2018001: "gone",
    33: "gone",
}
BY_CODE: Mapping[int, RefusalReason] = {
    4: "too_many", 17: "too_many", 32: "too_many", 613: "too_many", 80001: "too_many", 80002: "too_many",
    80006: "too_many", 10: "not_authorised", 102: "token_expired", 190: "token_expired", 200: "not_authorised",
    368: "blocked_by_network", 506: "duplicate", 551: "author_blocked_us", 803: "gone", 1545041: "author_blocked_us",
}  # fmt: skip

COMMENTED: tuple[Kind, ...] = ("comment", "post", "review")
"""What is answered by a comment on the page. A mention may stand in a story, which is answered by a direct message."""
PAGE_FILES: Mapping[Kind, FileRule] = {
    **dict.fromkeys(COMMENTED, FileRule(file_rules.of(file_rules.PHOTOS, 4_000_000))), "dm": meta_files.MESSENGER,
}  # fmt: skip


async def send(way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
    token = channel.secrets.get("access_token")
    if not token:
        return Refused("not_configured")
    path, body = _call(channel, reply)
    made = call(way, channel, token, path, body)
    if reply.files and reply.kind == "dm":
        page = path.partition("/")[0]

        def edge(name: str, content: Any) -> posting.Call:
            return call(way, channel, token, f"{page}/{name}", content)

        return await asking.carefully(meta_files.send(way, edge, made, reply, channel.network, posted, refusal))
    if reply.files:
        made = uploading.call(made.url, body, [("source", file) for file in reply.files], made.headers)
    return await posting.send(way, made, posted, refusal, named=True)


def call(way: Way, channel: ChannelRecord, token: str, path: str, body: Any, method: str = "POST") -> posting.Call:
    """The token goes in a header: addresses end up in logs."""
    url = f"{way.meta_graph_url.rstrip('/')}/{path}?appsecret_proof={_proof(channel, token)}"
    return posting.Call(url, body, {"authorization": f"Bearer {token}"}, method)


async def gesture(way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
    """A comment is hidden by its own address, and liked by its edge."""
    token = channel.secrets.get("access_token")
    if not token:
        return Refused("not_configured")
    ident = posting.segment(deed.external_id)
    if deed.gesture in ("like", "unlike"):
        made = call(way, channel, token, f"{ident}/likes", {}, "POST" if deed.gesture == "like" else "DELETE")
    else:
        name = "hide" if channel.network == "instagram" else "is_hidden"
        made = call(way, channel, token, ident, {name: deed.gesture == "hide"})
    return await posting.done(way, made, refusal)


def _call(channel: ChannelRecord, reply: Reply) -> tuple[str, dict[str, Any]]:
    page = posting.segment(str(channel.settings.get("page_id") or channel.account_id or "me"))
    said = {"messaging_type": "RESPONSE", "message": {"text": reply.text}}
    if reply.private:
        target = "post_id" if reply.kind == "post" else "comment_id"
        return f"{page}/messages", {"recipient": {target: reply.in_reply_to}, **said}
    if reply.kind == "dm" or reply.thread_id == reply.author_id:  # a story's mention is a direct message too
        return f"{page}/messages", {"recipient": {"id": reply.author_id}, **said}
    edge = "replies" if channel.network == "instagram" else "comments"
    return f"{posting.segment(reply.in_reply_to)}/{edge}", {"message": reply.text}


def _proof(channel: ChannelRecord, token: str) -> str:
    """Proves that the caller holds the app's secret as well as the token; an app may demand it."""
    return hmac.new(channel.secrets.get("secret", "").encode(), token.encode(), hashlib.sha256).hexdigest()


def posted(said: Any) -> Any:
    return said.get("message_id") or said.get("id")


def refusal(said: Any) -> Refused | None:
    error = said.get("error")
    if not isinstance(error, dict):
        return None
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    reason = BY_SUBCODE.get(subcode) or BY_CODE.get(code)
    if reason is None:
        reason = "not_authorised" if 200 <= code <= 299 else "rejected"
    if reason == "too_many":
        return Refused(reason, again=True)
    return Refused(reason)


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
