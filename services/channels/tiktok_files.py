"""A picture with a direct message on TikTok: handed in first, then sent as a message before the words."""

from __future__ import annotations

from inbox import file_rules
from inbox.file_rules import FileRule
from services.channels import apart_files, posting, reading, uploading
from services.channels.contract import Outcome, Reply, Way

FILES = FileRule(file_rules.of(file_rules.PHOTOS, 3_000_000))


async def send(
    way: Way, base: str, words: posting.Call, reply: Reply, posted: posting.Posted, refusal: posting.Refusal
) -> Outcome:  # fmt: skip
    """`words`: the message that goes after the picture. Raises as `asking.get`, and then nothing was posted."""
    (file,) = reply.files
    url = f"{base}/open_api/v1.3/business/message/media/upload/"
    fields = {"business_id": str(words.body["business_id"]), "media_type": "IMAGE"}
    async with uploading.in_time():
        given = await uploading.given(way, uploading.call(url, fields, [("file", file)], words.headers), refusal)
    ident = reading.need(given["data"]["media_id"], "the file's id")
    body = {name: value for name, value in words.body.items() if name != "text"}
    shown = posting.Call(words.url, body | {"message_type": "IMAGE", "image": {"media_id": ident}}, words.headers)
    return await apart_files.send(way, shown, words, posted, refusal)
