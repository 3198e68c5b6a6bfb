"""Answers on X: a post below the post, or a direct message; signed by OAuth 1.0a, whose tokens do not run out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from inbox.channels import ChannelRecord
from services.channels import calling, oauth1, posting, reading
from services.channels.contract import Outcome, RefusalReason, Refused, Reply, Way
from services.outbound import Response

API_URL = "https://api.x.com"
LENGTH_MOST = 280
DIRECT_LENGTH_MOST = 10_000
LINK_WEIGHT = 23
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that weigh one; all others weigh two (configuration v3 of X's own counter)."""

_LINK = re.compile(r"https?://\S+")
_JOINED = re.compile("\u200d[\u2600-\u27bf\U0001f000-\U0001faff]|[\ufe0f\U0001f3fb-\U0001f3ff]")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
REFUSALS: Mapping[str, RefusalReason] = MappingProxyType(
    {
        "duplicate": "duplicate", "deleted": "gone", "not visible": "gone", "not found": "gone",
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
    direct = reply.kind == "dm"
    if (len(reply.text) > DIRECT_LENGTH_MOST) if direct else (weight(reply.text) > LENGTH_MOST):
        return Refused("rejected")
    base = posting.api_url(channel, API_URL)
    url, content = _direct(base, reply) if direct else _post(base, reply)
    headers = {"authorization": oauth1.header("POST", url, signing, reply.now)}
    return await calling.post_json(way, url, content, headers, lambda found: _outcome(found, reply.now))


def _post(base: str, reply: Reply) -> tuple[str, dict[str, Any]]:
    return f"{base}/2/tweets", {"text": reply.text, "reply": {"in_reply_to_tweet_id": reply.in_reply_to}}


def _direct(base: str, reply: Reply) -> tuple[str, dict[str, Any]]:
    return f"{base}/2/dm_conversations/with/{quote(reply.author_id, safe='')}/messages", {"text": reply.text}


def keys(channel: ChannelRecord) -> oauth1.Keys | None:
    names = ("consumer_key", "secret", "access_token", "access_token_secret")
    values = [channel.secrets.get(name, "") for name in names]
    return oauth1.Keys(*values) if all(values) else None


def _outcome(response: Response, now: datetime) -> Outcome:
    """X says as a time, and not as a number of seconds, from when on one may write again."""
    until = response.headers.get("x-rate-limit-reset", "")
    if response.status == 429 and until.isascii() and until.isdigit():
        return calling.too_many(min(max(int(until[:12]) - now.timestamp(), 1.0), 86_400.0))
    return calling.outcome(response, _posted, _refusal)


def _posted(content: Mapping[str, Any]) -> str | None:
    data = content["data"]
    return reading.ident(data.get("id")) or reading.ident(data.get("dm_event_id"))


def _refusal(content: Mapping[str, Any], response: Response) -> Refused:
    if response.status == 401:
        return Refused("not_authorised")
    if response.status == 402:  # the credits are used up
        return Refused("blocked_by_network")
    said = " ".join(str(content.get(name, "")) for name in ("title", "detail", "type", "reason")).lower()
    found = next((reason for words, reason in REFUSALS.items() if words in said), None)
    return Refused(found or ("not_authorised" if response.status == 403 else "rejected"))


def weight(text: str) -> int:
    """How long X counts a text: a link is 23 whatever its length, a sign of most scripts of Asia 2, an emoji or a flag
    2 with all that is joined to it."""
    links = _LINK.findall(text)
    rest = _FLAG.sub("日", _JOINED.sub("", unicodedata.normalize("NFC", _LINK.sub("", text))))
    return LINK_WEIGHT * len(links) + sum(1 if _is_light(ord(sign)) else 2 for sign in rest)


def _is_light(point: int) -> bool:
    return any(low <= point <= high for low, high in LIGHT)
