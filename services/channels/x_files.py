"""Pictures with a post or a direct message on X: handed in first, then named by it.

https://docs.x.com/x-api/media/upload-media: a form of one call, which X takes for pictures only.
"""

from __future__ import annotations

from datetime import datetime

from inbox import file_rules
from inbox.file_rules import FileRule
from services.channels import oauth1, posting, reading, uploading
from services.channels.contract import File, Reply, Way

_TYPES = file_rules.of((*file_rules.PHOTOS, "image/webp"), 5_000_000)
POST_FILES = FileRule(_TYPES, count=4)
DIRECT_FILES = FileRule(_TYPES)
"""Films and moving pictures are worked on for minutes before a post may name them; they are not offered."""


async def handed_in(
    way: Way, base: str, reply: Reply, signing: oauth1.Keys, refusal: posting.Refusal
) -> list[str]:  # fmt: skip
    """Their ids. What no post names is forgotten within a day."""
    sort = "dm_image" if reply.kind == "dm" else "tweet_image"
    async with uploading.in_time():
        calls = (_call(f"{base}/2/media/upload", file, sort, signing, reply.now) for file in reply.files)
        given = [await uploading.given(way, call, refusal) for call in calls]
    return [reading.need(one["data"]["id"], "the file's id") for one in given]


def _call(url: str, file: File, sort: str, signing: oauth1.Keys, now: datetime) -> posting.Call:
    """Of a form with files nothing but the address is signed."""
    fields = {"media_category": sort, "media_type": file.content_type}
    return uploading.call(url, fields, [("media", file)], {"authorization": oauth1.header("POST", url, signing, now)})
