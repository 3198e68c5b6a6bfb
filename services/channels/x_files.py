"""Files with a post or a direct message on X: handed in first, then named by it.

https://docs.x.com/x-api/media/upload-media: a form of one call, which X takes for pictures only; `x_films` is for the
others.
"""

from __future__ import annotations

from datetime import datetime

from inbox import file_rules
from inbox.file_rules import FileRule
from services.channels import oauth1, posting, reading, uploading, x_films
from services.channels.contract import File, Reply, Way

_TYPES = {
    **file_rules.of((*file_rules.PHOTOS, "image/webp"), 5_000_000),
    **file_rules.of(tuple(x_films.SORTS), file_rules.MOST_BYTES),
}
POST_FILES = FileRule(_TYPES, count=4, alone=frozenset(x_films.SORTS))
DIRECT_FILES = FileRule(_TYPES)


async def handed_in(
    way: Way, base: str, reply: Reply, signing: oauth1.Keys, refusal: posting.Refusal
) -> list[str]:  # fmt: skip
    """Their ids. What no post names is forgotten within a day."""
    url = f"{base}/2/media/upload"
    async with uploading.in_time():
        return [await _one(way, url, file, reply, signing, refusal) for file in reply.files]


async def _one(
    way: Way, url: str, file: File, reply: Reply, signing: oauth1.Keys, refusal: posting.Refusal
) -> str:  # fmt: skip
    if file.content_type in x_films.SORTS:
        return await x_films.handed_in(way, url, file, reply, signing, refusal)
    sort = "dm_image" if reply.kind == "dm" else "tweet_image"
    given = await uploading.given(way, _call(url, file, sort, signing, reply.now), refusal)
    return reading.need(given["data"]["id"], "the file's id")


def _call(url: str, file: File, sort: str, signing: oauth1.Keys, now: datetime) -> posting.Call:
    """Of a form with files nothing but the address is signed."""
    fields = {"media_category": sort, "media_type": file.content_type}
    return uploading.call(url, fields, [("media", file)], {"authorization": oauth1.header("POST", url, signing, now)})
