"""Answers on X: a post below the post, or a direct message; signed by OAuth 1.0a, whose tokens do not run out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from inbox.channels import ChannelRecord
from services.channels import asking, lengths, oauth1, posting, reading, x_files
from services.channels.contract import Deed, Outcome, RefusalReason, Refused, Reply, Way

API_URL = "https://api.x.com"
LENGTH_MOST = 280
DIRECT_LENGTH_MOST = 10_000
REFUSALS: Mapping[str, RefusalReason] = MappingProxyType(
    {
        "too long": "too_long", "blocked": "author_blocked_us", "duplicate": "duplicate",
        "deleted": "gone", "not visible": "gone", "not found": "gone",
        "suspended": "blocked_by_network", "locked": "blocked_by_network", "automated": "blocked_by_network",
        "oauth1-permissions": "not_authorised", "not permitted": "not_authorised", "not allowed": "not_authorised",
        "client-not-enrolled": "not_authorised", "unsupported authentication": "not_authorised",
    }
)  # fmt: skip
"""X refuses with a sentence or a type of problem; what to look for in them, in lower case, the telling ones first."""


async def send(way: Way, channel: ChannelRecord, reply: Reply) -> Outcome:
    signing = keys(channel)
    if signing is None:
        return Refused("not_configured")
    if (len(reply.text) > DIRECT_LENGTH_MOST) if reply.kind == "dm" else (lengths.weighted(reply.text) > LENGTH_MOST):
        return Refused("too_long")
    return await asking.carefully(_send(way, posting.api_url(channel, API_URL), reply, signing))


async def _send(way: Way, base: str, reply: Reply, signing: oauth1.Keys) -> Outcome:
    media = await x_files.handed_in(way, base, reply, signing, _refusal) if reply.files else []
    url, content = (_direct if reply.kind == "dm" else _post)(base, reply, media)
    headers = {"authorization": oauth1.header("POST", url, signing, reply.now)}
    return await posting.send(way, posting.Call(url, content, headers), _posted, _refusal, named=True)


async def gesture(way: Way, channel: ChannelRecord, deed: Deed) -> Outcome:
    """Only what answers a post of ours can be hidden; X refuses the rest."""
    signing, own = keys(channel), channel.account_id
    if signing is None or not own:
        return Refused("not_configured")
    base, ident = posting.api_url(channel, API_URL), quote(deed.external_id, safe="")
    likes = f"{base}/2/users/{quote(own, safe='')}/likes"
    ways: Mapping[str, tuple[str, str, dict[str, Any]]] = {
        "like": ("POST", likes, {"tweet_id": deed.external_id}),
        "unlike": ("DELETE", f"{likes}/{ident}", {}),
        "hide": ("PUT", f"{base}/2/tweets/{ident}/hidden", {"hidden": True}),
        "unhide": ("PUT", f"{base}/2/tweets/{ident}/hidden", {"hidden": False}),
    }
    method, url, content = ways[deed.gesture]
    headers = {"authorization": oauth1.header(method, url, signing, deed.now)}
    return await posting.done(way, posting.Call(url, content, headers, method), _refusal)


def _post(base: str, reply: Reply, media: Sequence[str]) -> tuple[str, dict[str, Any]]:
    named = {"media": {"media_ids": list(media)}} if media else {}
    return f"{base}/2/tweets", {"text": reply.text, "reply": {"in_reply_to_tweet_id": reply.in_reply_to}, **named}


def _direct(base: str, reply: Reply, media: Sequence[str]) -> tuple[str, dict[str, Any]]:
    named = {"attachments": [{"media_id": one} for one in media]} if media else {}
    url = f"{base}/2/dm_conversations/with/{quote(reply.author_id, safe='')}/messages"
    return url, {"text": reply.text, **named}


def keys(channel: ChannelRecord) -> oauth1.Keys | None:
    names = ("consumer_key", "secret", "access_token", "access_token_secret")
    values = [channel.secrets.get(name, "") for name in names]
    return oauth1.Keys(*values) if all(values) else None


def _posted(said: Any) -> str | None:
    data = said["data"]
    return reading.ident(data.get("id")) or reading.ident(data.get("dm_event_id"))


def _refusal(said: Any) -> Refused | None:
    """A problem document. What is posted comes under `data`, and may have partial errors beside it."""
    if "data" in said or said.get("status") in (401, 429):
        return None
    words = " ".join(str(said.get(name, "")) for name in ("title", "detail", "type", "reason")).lower()
    found = next((reason for telling, reason in REFUSALS.items() if telling in words), None)
    return Refused(found) if found else None
