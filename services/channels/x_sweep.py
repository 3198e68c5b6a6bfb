"""Looking for mentions that no webhook brought: X gives a subscribed user's latest 800, the newest first.

X charges for each post that it gives, so only those after the last one known are asked for. A look goes through pages;
the cursor says which post the look before began with, which one this look began with, and the page to go on with.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import orjson

from inbox.channels import ChannelRecord
from services.channels import asking, oauth1, posting, reading, x_activity
from services.channels.contract import Parsed, SweepFailed, Swept, Way
from services.channels.x_replies import API_URL, keys

EVERY_S = 300.0
PAGE = 100
FIRST_LOOK_MOST = timedelta(days=6)
"""X looks for posts by time within the last seven days only."""

FIELDS: Mapping[str, str] = {
    "tweet.fields": "created_at,conversation_id,in_reply_to_user_id,referenced_tweets,note_tweet",
    "expansions": "author_id,attachments.media_keys",
    "user.fields": "name,username,verified,public_metrics,profile_image_url",
    "media.fields": "type,url,preview_image_url,alt_text",
}


async def look(way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
    signing = keys(channel)
    if signing is None or not channel.account_id:
        raise SweepFailed("not_configured")
    at = reading.table(orjson.loads(cursor)) if cursor else {}
    user = quote(channel.account_id, safe="")
    base = f"{posting.api_url(channel, API_URL)}/2/users/{user}/mentions"
    asked = _from(at, channel, now)
    url = asking.address(base, max_results=PAGE, **asked, **FIELDS)
    content = await asking.get(way, url, {"authorization": oauth1.header("GET", url, signing, now)})
    with asking.understood():
        return _swept(reading.table(content), {**at, "begun": asked["start_time"]}, channel.account_id, now)


def _from(at: Mapping[str, Any], channel: ChannelRecord, now: datetime) -> dict[str, str | None]:
    """Before anything is known: what was said since the channel was set up."""
    since, begun = at.get("since"), max(channel.created_at, now - FIRST_LOOK_MOST)
    start = None if since else at.get("begun") or begun.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"since_id": since, "start_time": start, "pagination_token": at.get("page")}


def _swept(content: dict[str, Any], at: Mapping[str, Any], own: str, now: datetime) -> Swept:
    meta, includes = reading.table(content.get("meta")), content.get("includes")
    parsed: list[Parsed] = []
    for post in reading.tables(content.get("data")):
        event = {"event_type": "post.mention.create", "payload": post, "includes": includes}
        parsed += x_activity.parsed(event, frozenset({own}), now)
    newest, page = at.get("newest") or meta.get("newest_id"), meta.get("next_token")
    onward = {**at, "newest": newest, "page": page} if page else {"since": newest or at.get("since")}
    raw = orjson.dumps(content) if parsed else b""
    return Swept(tuple(parsed), orjson.dumps(onward).decode(), more=bool(page), raw=raw)
