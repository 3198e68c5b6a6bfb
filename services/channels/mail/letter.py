"""A mail, read: what the process that reads mails hands over, and what providers' webhooks are turned into."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class File:
    name: str | None = None
    content_type: str | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """`headers`: names and values as they came; `text`: the new words, without the history below them; `files`: the
    attachments; `failed_id`, `failed_status`: of the mail that a report of non-delivery is about; `content_type`: of
    the whole, with `report`, the kind of report that it says it is; `digest`: of the bytes; `cut`: not all was read."""

    headers: tuple[tuple[str, str], ...]
    text: str | None
    digest: str
    files: tuple[File, ...] = ()
    content_type: str = ""
    report: str = ""
    failed_id: str | None = None
    failed_status: str | None = None
    cut: bool = False


def packed(letter: Letter) -> bytes:
    return orjson.dumps(asdict(letter))


def unpacked(raw: bytes) -> Letter:
    found: dict[str, Any] = orjson.loads(raw)
    files = tuple(File(**one) for one in found.pop("files"))
    headers = tuple((name, value) for name, value in found.pop("headers"))
    return Letter(headers=headers, files=files, **found)
