"""Pictures with a post in a forum: handed in first, then shown by the post's own words (Markdown)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from inbox import file_rules
from inbox.file_rules import FileRule
from services.channels import posting, reading, uploading
from services.channels.contract import File, Way

FILES = FileRule(file_rules.of(file_rules.IMAGES, 4_000_000), count=4, length_most=30_000)
"""What a forum takes that changed none of its settings; the rest of the words' length is for naming the pictures."""
COMPOSER = {"type": "composer", "synchronous": "true"}
NAME_MOST = 100
_MARKS = str.maketrans(dict.fromkeys("[]()|\\`*_<>!\r\n", " "))
"""Of Markdown: a file's name is no place to write a link, nor to say how large the picture is shown."""


async def under(
    words: str, way: Way, url: str, files: Sequence[File], headers: Mapping[str, str], refusal: posting.Refusal
) -> str:
    """The words with the pictures under them. What no post shows, the forum throws away after some days."""
    calls = [uploading.call(url, COMPOSER, [("file", file)], headers) for file in files]
    async with uploading.in_time():
        given = [await uploading.given(way, call, refusal) for call in calls]
    return "\n\n".join([words, *(_shown(file, said) for file, said in zip(files, given, strict=True))])


def _shown(file: File, said: Any) -> str:
    """By its short address (`upload://…`), which holds also where the forum moves its files. Raises
    `reading.MISREAD`."""
    address = reading.need(said["short_url"], "the file's address")
    return f"![{' '.join(file.name.translate(_MARKS).split())[:NAME_MOST]}]({address})"
