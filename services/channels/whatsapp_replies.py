"""Answers by WhatsApp's Cloud API: free text within 24 hours of the person's last message, as an answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from inbox import file_rules
from inbox.channels import ChannelRecord
from inbox.file_rules import FileRule
from services.channels import asking, meta_replies, posting, reading, uploading
from services.channels.contract import Deed, Outcome, RefusalReason, Refused, Reply, Way

LENGTH_MOST = 4096
PICTURES: Mapping[str, int] = MappingProxyType(
    {**file_rules.of(file_rules.PHOTOS, 5_000_000), **file_rules.of(("video/mp4", "video/3gpp"), 16_000_000)}
)
_OFFICE = "application/vnd.openxmlformats-officedocument"
FILES = FileRule(
    {
        **PICTURES,
        **file_rules.of(
            (
                "application/pdf", "text/plain", "application/msword", "application/vnd.ms-excel",
                "application/vnd.ms-powerpoint", f"{_OFFICE}.wordprocessingml.document",
                f"{_OFFICE}.spreadsheetml.sheet", f"{_OFFICE}.presentationml.presentation",
            ),
            file_rules.MOST_BYTES,
        ),
    },
    length_most=1024,
)  # fmt: skip
"""One a message, and sound takes no caption, so none is offered."""
PAIR_LIMIT = 131056
"""Too many messages to the same person: others may be written to."""
REASONS: Mapping[int, RefusalReason] = MappingProxyType(
    {
        131047: "window_closed", 131026: "gone", 131021: "rejected", 131030: "not_authorised", 131005: "not_authorised",
        131031: "blocked_by_network", 131042: "not_authorised", 131045: "not_configured", 133010: "not_configured",
        131048: "blocked_by_network", 131049: "blocked_by_network", 131050: "author_blocked_us",
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
        return Refused("too_long")
    account = f"{posting.api_url(channel, way.meta_graph_url)}/{quote(number, safe='')}"
    return await asking.carefully(_send(way, account, reply, {"authorization": f"Bearer {token}"}))


async def _send(way: Way, account: str, reply: Reply, headers: Mapping[str, str]) -> Outcome:
    content = await _with_file(way, account, reply, headers) if reply.files else _message(reply)
    return await posting.send(way, posting.Call(f"{account}/messages", content, headers), _posted, _refusal, named=True)


async def _with_file(way: Way, account: str, reply: Reply, headers: Mapping[str, str]) -> dict[str, Any]:
    """Handed in first; the message then names it, and the words are its caption."""
    (file,) = reply.files
    fields = {"messaging_product": "whatsapp", "type": file.content_type}
    async with uploading.in_time():
        given = await uploading.given(
            way, uploading.call(f"{account}/media", fields, [("file", file)], headers), _refusal
        )  # fmt: skip
    sort = file.content_type.partition("/")[0] if file.content_type in PICTURES else "document"
    shown: dict[str, str] = {"id": reading.need(given["id"], "the file's id"), "caption": reply.text}
    if sort == "document":
        shown["filename"] = file.name
    content = {name: value for name, value in _message(reply).items() if name != "text"}
    return content | {"type": sort, sort: shown}


async def gesture(way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
    """A reaction is a message of its own; an empty one takes it back."""
    token, number = channel.secrets.get("access_token"), channel.account_id
    if not token or not number:
        return Refused("not_configured")
    url = f"{posting.api_url(channel, way.meta_graph_url)}/{quote(number, safe='')}/messages"
    reaction = {"message_id": deed.external_id, "emoji": "👍" if deed.gesture == "like" else ""}
    content = {
        "messaging_product": "whatsapp", **_to(deed.thread_id, deed.author_id),
        "type": "reaction", "reaction": reaction,
    }  # fmt: skip
    return await posting.done(way, posting.Call(url, content, {"authorization": f"Bearer {token}"}), _refusal)


def _message(reply: Reply) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        **_to(reply.thread_id, reply.author_id),
        "type": "text",
        "text": {"body": reply.text, "preview_url": False},
        "context": {"message_id": reply.in_reply_to},
    }


def _to(thread_id: str, author_id: str) -> dict[str, str]:
    """A group, a business-scoped user id (letters, a full stop, digits), or a phone number: each has its own field."""
    if thread_id != author_id:
        return {"recipient_type": "group", "to": thread_id}
    if author_id.lstrip("+").isdigit():
        return {"recipient_type": "individual", "to": author_id}
    return {"recipient_type": "individual", "recipient": author_id}


def _posted(said: Any) -> Any:
    return reading.tables(said["messages"])[0].get("id")


def _refusal(said: Any) -> Refused | None:
    code = said["error"].get("code")
    found = REASONS.get(code) if isinstance(code, int) else None
    limited, pair = found == "too_many", code == PAIR_LIMIT
    return Refused(found, again=limited, only_here=pair) if found else meta_replies.refusal(said)
