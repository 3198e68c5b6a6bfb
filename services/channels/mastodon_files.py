"""Pictures with a post on Mastodon: handed in first, then named by the post."""

from __future__ import annotations

from collections.abc import Mapping

from inbox import file_rules
from inbox.file_rules import FileRule
from services.channels import reading, uploading
from services.channels.contract import Reply, Way

FILES = FileRule(file_rules.of(file_rules.IMAGES, file_rules.MOST_BYTES), count=4)
"""Films are worked on for minutes before a post may name them; they are not offered."""


async def handed_in(way: Way, api: str, reply: Reply, headers: Mapping[str, str]) -> list[str]:
    """A server that is not done with a file (202) has given it its id all the same; pictures are done at once."""
    async with uploading.in_time():
        calls = (uploading.call(f"{api}/api/v2/media", {}, [("file", file)], headers) for file in reply.files)
        given = [await uploading.given(way, call) for call in calls]
    return [reading.need(one["id"], "the file's id") for one in given]
