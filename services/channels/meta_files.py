"""A file with a direct message of Messenger or Instagram: handed in first, then sent as a message before the words.

https://developers.facebook.com/docs/messenger-platform/instagram/features/attachment-upload (and its twin for
Messenger): a file that was handed in has an id, and is shown to nobody before a message names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import orjson

from inbox import file_rules
from inbox.file_rules import FileRule
from services.channels import apart_files, posting, reading, uploading
from services.channels.contract import File, Outcome, Reply, Way

_PICTURES = file_rules.of((*file_rules.PHOTOS, "image/gif"), 8_000_000)
_FILMS = file_rules.of(("video/mp4", "video/quicktime", "video/webm"), file_rules.MOST_BYTES)
_PAPERS = file_rules.of(("application/pdf",), file_rules.MOST_BYTES)
MESSENGER = FileRule({**_PICTURES, **_FILMS, **_PAPERS, file_rules.ANY: file_rules.MOST_BYTES})
INSTAGRAM = FileRule({**_PICTURES, **_FILMS, **_PAPERS})
SORTS: Mapping[str, str] = MappingProxyType(
    {**dict.fromkeys(_PICTURES, "image"), **dict.fromkeys(_FILMS, "video"), "audio/mpeg": "audio", "audio/mp4": "audio"}
)
"""Content type → what Meta calls it; whatever is none of them is a file."""
METADATA = "vigie:file"
"""Messenger echoes it: the file of a reply is no reply by itself."""

Made = Callable[[str, Any], posting.Call]
"""A call of an edge, with its body."""


async def send(
    way: Way, made: Made, words: posting.Call, reply: Reply, network: str, posted: posting.Posted,
    refusal: posting.Refusal,
) -> Outcome:  # fmt: skip
    """`words`: the message that goes after the file. Raises as `asking.get`, and then nothing was posted."""
    (file,) = reply.files
    ident = await _handed_in(way, made, file, network, refusal)
    shown: dict[str, Any] = {"attachment": {"type": _sort(file), "payload": {"attachment_id": ident}}}
    if network != "instagram":
        shown["metadata"] = METADATA
    message = made("messages", {**words.body, "message": shown})
    return await apart_files.send(way, message, words, posted, refusal)


async def _handed_in(way: Way, made: Made, file: File, network: str, refusal: posting.Refusal) -> str:
    attachment = {"type": _sort(file), "payload": {"is_reusable": True}}
    fields = {"message": orjson.dumps({"attachment": attachment}).decode()}
    if network == "instagram":
        fields["platform"] = network
    call = made("message_attachments", {})
    async with uploading.in_time():
        handing = uploading.call(call.url, fields, [("filedata", file)], call.headers)
        given = await uploading.given(way, handing, refusal)
    return reading.need(given["attachment_id"], "the file's id")


def _sort(file: File) -> str:
    return SORTS.get(file.content_type, "file")
