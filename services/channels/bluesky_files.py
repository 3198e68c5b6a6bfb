"""Pictures with a post on Bluesky: handed in as blobs first, then embedded in the post."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inbox import file_rules
from inbox.file_rules import FileRule
from services.channels import posting, reading, uploading
from services.channels.contract import Reply, Way

FILES = FileRule(file_rules.of((*file_rules.PHOTOS, "image/webp"), 2_000_000), count=4)
"""A GIF would be shown without moving."""
EMBED = "app.bsky.embed.images"


async def embedded(
    way: Way, url: str, reply: Reply, headers: Mapping[str, str], refusal: posting.Refusal
) -> dict[str, Any]:
    """The embed of the post. A blob that no post names is forgotten by the server. Nobody described the pictures, and a
    file's name describes nothing: the description, which the network wants, stays empty."""
    calls = (posting.Call(url, file.body, {**headers, "content-type": file.content_type}) for file in reply.files)
    async with uploading.in_time():
        given = [await uploading.given(way, call, refusal) for call in calls]
    return {"$type": EMBED, "images": [{"image": _blob(one), "alt": ""} for one in given]}


def _blob(said: Any) -> dict[str, Any]:
    """As the server described it. Raises `reading.MISREAD`."""
    blob = said["blob"]
    reading.need(blob["ref"]["$link"], "the blob's digest")
    return reading.table(blob)
