"""The words and the attachments of a mail's parts.

Of the alternatives of one text the plain one is taken, or the HTML where the plain one is empty. Texts beside one
another follow one another. What is attached, also a mail, is named and measured, never opened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.message import Message

from services.channels import html
from services.channels.mail import charsets, headers, quotes
from services.channels.mail.letter import File

FILES_MOST = 100
PARTS_MOST = 500
DEPTH_MOST = 30
BYTES_MOST = 400_000
"""Of one part's words: no text is shown that is longer."""
NAME_MOST = 200
_GAP = re.compile(r"\n[ \t]*\n\s*\n")
_FLOWING = re.compile(r"(?<!--) \r?\n(?![>\s])")


@dataclass(slots=True)
class Body:
    """`plain` and `markup`: pieces that stand beside one another. `cut`: there are more parts, or deeper ones."""

    plain: list[str] = field(default_factory=list)
    markup: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    parts: int = 0
    cut: bool = False

    def words(self, subject: str | None) -> str | None:
        return words("\n\n".join(self.plain), "\n".join(self.markup), subject)


def words(plain: str, markup: str, subject: str | None) -> str | None:
    """The new words of a mail that says the same in both, or in one of them; None for none."""
    text = quotes.folded(plain, subject) if plain.strip() else _of_markup(markup, subject)
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return headers.clean(_GAP.sub("\n\n", lines), BYTES_MOST).strip() or None


def _of_markup(markup: str, subject: str | None) -> str:
    whole = html.plain(markup)
    folded = quotes.folded_html(markup, subject)
    text = whole if folded is markup else html.plain(folded)
    return quotes.folded(text or whole, subject, unmarked=True)


def read(message: Message) -> Body:
    body = Body()
    _part(message, body, 0)
    return body


def _part(part: Message, body: Body, depth: int) -> None:
    body.parts += 1
    if body.parts > PARTS_MOST or depth > DEPTH_MOST:
        body.cut = True
        return
    kind = content_type(part)
    within = children(part)
    if kind == "multipart/alternative" and within:
        _alternatives(within, body, depth + 1)
    elif within and not kind.startswith("message/"):
        for child in within:
            _part(child, body, depth + 1)
    elif kind == "text/html" and not _is_attached(part):
        body.markup.append(_text(part))
    elif kind.startswith("multipart/") or (kind == "text/plain" and not _is_attached(part)):
        body.plain.append(_text(part))  # parts that could not be told apart are words as well
    elif len(body.files) < FILES_MOST:
        body.files.append(_file(part, kind))


def _alternatives(parts: Iterable[Message], body: Body, depth: int) -> None:
    """One text said several times: of these the plain one, unless it says nothing."""
    said: list[Body] = []
    for child in parts:
        one = Body(parts=body.parts)
        _part(child, one, depth)
        body.parts, body.cut = one.parts, body.cut or one.cut
        body.files.extend(one.files[: FILES_MOST - len(body.files)])
        said.append(one)
    plain = next((one for one in said if "".join(one.plain).strip()), None)
    rich = next((one for one in said if one.markup), None)
    if plain is not None:
        body.plain.extend(plain.plain)
    elif rich is not None:
        body.markup.extend(rich.markup)


def children(part: Message) -> list[Message]:
    found = part.get_payload()
    return [one for one in found if isinstance(one, Message)] if isinstance(found, list) else []


def content_type(part: Message) -> str:
    """In lower case. A part of no known form is text, as RFC 2045 has it."""
    try:
        return part.get_content_type()
    except (AttributeError, TypeError, ValueError, LookupError):
        return "text/plain"


def parameter(part: Message, name: str, header: str = "content-type") -> str | None:
    try:
        value = _asked(part, header).get_param(name, header=header)
    except (AttributeError, TypeError, ValueError, LookupError, IndexError):
        return None
    if isinstance(value, tuple):
        charset, _, encoded = value
        return charsets.decoded(encoded.encode("latin-1", "replace"), charset)
    return value if isinstance(value, str) else None


def _asked(part: Message, header: str) -> Message:
    """The part itself; where its header has bytes that are no ASCII, which the standard parser would not show, one with
    that header as it was meant."""
    raw = next((value for name, value in part.raw_items() if name.lower() == header and not value.isascii()), None)
    if raw is None:
        return part
    mended = Message()
    mended[header] = headers.clean(raw)
    return mended


def _is_attached(part: Message) -> bool:
    """With a file's name, text is a file as well, unless it says that it is to be shown."""
    disposition = str(part.get("content-disposition", "")).partition(";")[0].strip().lower()
    return disposition == "attachment" or (not disposition and _name(part) is not None)


def _text(part: Message) -> str:
    raw = _bytes(part)[:BYTES_MOST]
    text = charsets.decoded(_whole_letters(raw), parameter(part, "charset"))
    return _FLOWING.sub(" ", text) if (parameter(part, "format") or "").lower() == "flowed" else text


def _bytes(part: Message) -> bytes:
    """What is encoded wrongly is taken as it is."""
    try:
        found = part.get_payload(decode=True)
    except (AttributeError, TypeError, ValueError, LookupError, AssertionError):
        found = None
    if isinstance(found, bytes):
        return found
    return str(part.get_payload() or "").encode("utf-8", "surrogateescape")


def _whole_letters(raw: bytes) -> bytes:
    """A text that was cut may end within a letter."""
    return raw if len(raw) < BYTES_MOST else raw[: raw.rfind(b"\n") + 1] or raw


def _name(part: Message) -> str | None:
    found = parameter(part, "filename", "content-disposition") or parameter(part, "name")
    return headers.text(found)[:NAME_MOST] or None if found else None


def _file(part: Message, kind: str) -> File:
    return File(_name(part) or _enclosed_subject(part, kind), kind[:NAME_MOST], sum(_sizes(part)))


def _enclosed_subject(part: Message, kind: str) -> str | None:
    if kind != "message/rfc822":
        return None
    found = next((inner.get("subject") for inner in children(part)), None)
    return headers.text(str(found))[:NAME_MOST] or None if found else None


def _sizes(part: Message) -> Iterator[int]:
    """In bytes, about: nothing is decoded to be counted."""
    for one in part.walk():
        payload = one.get_payload()
        if isinstance(payload, str):
            encoded = str(one.get("content-transfer-encoding", "")).strip().lower() == "base64"
            yield len(payload) * 3 // 4 if encoded else len(payload)
