"""Bodies that are forms: `application/x-www-form-urlencoded`, and `multipart/form-data` with files in it.

What a body is, it shows itself; the content type is asked only for what it does not show. So a stored body can be
read again by its bytes alone. Values stay bytes: some senders say elsewhere which charset each has. A JSON object of
texts is taken for a form, too: that is how such bodies are kept in parts, and shown in documentation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from services.channels import reading
from services.channels.contract import CannotRead, Inbound

FIELDS_MOST = 1_000
HEAD_MOST = 8_192
_DASHES = re.compile(rb"\A\s*--([^\r\n]{1,200}?)[ \t]*\r?\n")
_BLANK = re.compile(rb"\r?\n\r?\n")
_NAME = re.compile(rb";\s*name=(?:\"((?:[^\"\\\r\n]|\\.)*)\"|([^\s;]+))", re.IGNORECASE)
_FILENAME = re.compile(rb";\s*filename\*?=(?:\"((?:[^\"\\\r\n]|\\.)*)\"|([^\s;]+))", re.IGNORECASE)
_TYPE = re.compile(rb"^content-type:[ \t]*([^\r\n]{1,200})", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    content_type: str
    data: bytes


@dataclass(slots=True)
class Form:
    """`fields`: of a name that comes several times, the first value."""

    fields: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """In UTF-8; bytes that are none of it become U+FFFD."""
        value = self.fields.get(name)
        return None if value is None else reading.clean_text(value.decode("utf-8", "replace"))


def read(request: Inbound) -> Form:
    """Raises `CannotRead`."""
    return of_bytes(request.raw, request.parameter("boundary"))


def of_bytes(raw: bytes, boundary: str | None = None) -> Form:
    if reading.start(raw) == b"{":
        return _of_json(raw)
    shown = _DASHES.match(raw[:HEAD_MOST])
    delimiter = shown.group(1) if shown else (boundary or "").encode("utf-8", "replace")
    form = _multipart(raw, delimiter) if delimiter and b"--" + delimiter in raw else _urlencoded(raw)
    if not form.fields and not form.uploads:
        raise CannotRead("the body is no form")
    return form


def _of_json(raw: bytes) -> Form:
    content = reading.loads(raw)
    if not isinstance(content, dict):
        raise CannotRead("the body is no form")
    listed = list(content.items())[:FIELDS_MOST]
    return Form({name: _bytes(value) for name, value in listed if value is not None})


def _bytes(value: object) -> bytes:
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()  # orjson: 64 bits at most


def _urlencoded(raw: bytes) -> Form:
    form = Form()
    for pair in raw.split(b"&", FIELDS_MOST)[:FIELDS_MOST]:
        name, equals, value = pair.partition(b"=")
        if equals:
            plain = unquote_to_bytes(name.replace(b"+", b" ")).decode("utf-8", "replace").strip()
            form.fields.setdefault(reading.clean_text(plain), unquote_to_bytes(value.replace(b"+", b" ")))
    return form


def _multipart(raw: bytes, delimiter: bytes) -> Form:
    form = Form()
    for head, data in _parts(raw, delimiter):
        disposition = b";" + head.partition(b";")[2]
        name = _quoted(_NAME.search(disposition))
        if name is None:
            continue
        filename = _quoted(_FILENAME.search(disposition))
        if filename is None:
            form.fields.setdefault(name, data)
        else:
            kind = _TYPE.search(head)
            shown = kind.group(1).decode("ascii", "replace").strip() if kind else ""
            form.uploads.setdefault(name, Upload(filename, shown, data))
    return form


def _parts(raw: bytes, delimiter: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The head and the data of each part. Lines may end in LF alone, as stored samples of vendors do."""
    pieces = (b"\n" + raw).split(b"\n--" + delimiter, FIELDS_MOST + 1)
    for piece in pieces[1 : FIELDS_MOST + 1]:
        if piece.startswith(b"--"):
            return
        blank = _BLANK.search(piece[:HEAD_MOST])
        if blank is not None:
            yield _disposition_first(piece[: blank.start()]), piece[blank.end() :].removesuffix(b"\r")


def _disposition_first(head: bytes) -> bytes:
    at = head.lower().find(b"content-disposition:")
    return head[at:] + b"\n" + head[:at] if at > 0 else head


def _quoted(match: re.Match[bytes] | None) -> str | None:
    if match is None:
        return None
    found = match.group(1) if match.group(1) is not None else match.group(2)
    return reading.clean_text(found.replace(b'\\"', b'"').decode("utf-8", "replace"))[:200]
