"""Sending files: as a form beside the words, or handed in first and then named by the reply.

What is handed in first is shown to nobody before the reply names it. So whatever fails until then was not posted, and
may be tried again: hand in within `asking.carefully`, and only the reply itself by `posting`.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from services.channels import asking, posting, reading
from services.channels.contract import File, Refused, SweepFailed, Way

WITHIN_S = 14.0
"""All files of one reply: with the reply's own call, less than a claim on it holds."""


def form(fields: Mapping[str, str], files: Iterable[tuple[str, File]]) -> tuple[bytes, str]:
    """A form with files (RFC 7578), and its content type: plain fields first, as some networks want them."""
    boundary = secrets.token_hex(16)
    parts = [_part(boundary, f'name="{_quoted(name)}"', "", value.encode()) for name, value in fields.items()]
    parts += [
        _part(boundary, f'name="{_quoted(name)}"; filename="{_quoted(file.name)}"', file.content_type, file.body)
        for name, file in files
    ]  # fmt: skip
    return b"".join([*parts, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


def _part(boundary: str, described: str, content_type: str, value: bytes) -> bytes:
    kind = f"Content-Type: {content_type}\r\n" if content_type else ""
    head = f"--{boundary}\r\nContent-Disposition: form-data; {described}\r\n{kind}\r\n"
    return head.encode() + value + b"\r\n"


def _quoted(text: str) -> str:
    """As browsers write it: nothing in a name can end it."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def call(
    url: str, fields: Mapping[str, str], files: Iterable[tuple[str, File]], headers: Mapping[str, str]
) -> posting.Call:  # fmt: skip
    """A form as one call."""
    body, content_type = form(fields, files)
    return posting.Call(url, body, {**headers, "content-type": content_type})


async def given(way: Way, handing: posting.Call, refusal: posting.Refusal = lambda _: None) -> Any:
    """The JSON that a network answers to a file handed in. `refusal`: its own words, which say more than the status:
    some refuse with 200. Raises as `asking.get`."""
    response = await posting.request(way, handing)
    with contextlib.suppress(*reading.MISREAD):
        refused = refusal(posting.content(response))
        if isinstance(refused, Refused):
            raise SweepFailed(refused.reason, response.retry_after_s or refused.retry_after_s)
    return asking.content(response)


@contextlib.asynccontextmanager
async def in_time() -> AsyncIterator[None]:
    """Around the handing in of all files. Raises `SweepFailed`."""
    try:
        async with asyncio.timeout(WITHIN_S):
            yield
    except TimeoutError as error:
        raise SweepFailed("busy") from error
