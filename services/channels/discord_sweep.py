"""Asking for what is written in a server's channels, which Discord tells to no webhook: channel by channel, in turns.

Ids of Discord hold the time: a channel that was never asked for is asked from when it was set up. Edits and deletions
are not told this way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import orjson

from inbox.channels import ChannelRecord
from services.channels import asking, discord_messages, posting, reading
from services.channels.contract import SweepFailed, Swept, Way
from services.channels.discord_replies import API_URL

EVERY_S = 30.0
PAGE = 100
CHANNELS_MOST = 50
DISCORD_BEGAN = datetime(2015, 1, 1, tzinfo=UTC)


async def look(way: Way, channel: ChannelRecord, cursor: str | None, now: datetime) -> Swept:
    """One page of one channel; the cursor says how far each has been read, and whose turn it is."""
    places, token = followed(channel), channel.secrets.get("bot_token")
    if not places or not token:
        raise SweepFailed("not_configured")
    at = reading.table(orjson.loads(cursor)) if cursor else {}
    read_up_to = reading.table(at.get("read"))
    place = next((one for one in places if one == at.get("turn")), places[0])
    after = read_up_to.get(place) or snowflake(channel.created_at)
    url = f"{posting.api_url(channel, API_URL)}/channels/{quote(place, safe='')}/messages"
    headers = {"authorization": f"Bot {token}"}
    content = await asking.get(way, asking.address(url, after=after, limit=PAGE), headers)
    with asking.understood():
        messages = _oldest_first(content)
        parsed = tuple(discord_messages.parsed(message, channel.account_id, now) for message in messages)
        newest = reading.need(messages[-1].get("id"), "the id") if messages else after
    full, last = len(messages) == PAGE, place == places[-1]
    following = place if full else places[(places.index(place) + 1) % len(places)]
    onward = orjson.dumps({"read": {**read_up_to, place: newest}, "turn": following}).decode()
    return Swept(parsed, onward, more=full or not last, raw=orjson.dumps(messages) if messages else b"")


def followed(channel: ChannelRecord) -> Sequence[str]:
    listed = channel.settings.get("channel_ids")
    idents = listed.split(",") if isinstance(listed, str) else []
    return list(dict.fromkeys(ident.strip() for ident in idents if ident.strip()))[:CHANNELS_MOST]


def snowflake(at: datetime) -> str:
    """The smallest id of that time."""
    milliseconds = int((at - DISCORD_BEGAN).total_seconds() * 1000)
    return str(max(milliseconds, 0) << 22)


def _oldest_first(content: Any) -> list[dict[str, Any]]:
    if not isinstance(content, list):
        raise reading.Misread("it is no list of messages")
    return sorted(reading.tables(content), key=lambda message: int(reading.need(message.get("id"), "the id")))
