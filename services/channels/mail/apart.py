"""Mails that a provider has taken apart: its fields become the same `Letter` that the bytes of a mail become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.channels.forms import Form, Upload
from services.channels.mail import bodies, headers
from services.channels.mail.letter import File, Letter
from services.channels.mail.parsing import KEPT

WORDS_MOST = 400_000


def letter(
    found: Sequence[tuple[str, str]], plain: str, markup: str, attached: Sequence[File], digest: bytes
) -> Letter:
    """`found`: the mail's headers. A report of non-delivery shows by its content type, as in a whole mail."""
    kept = tuple(
        (name, headers.clean(value))
        for name, value in found[: headers.HEADERS_MOST]
        if name.strip().lower() in KEPT
    )  # fmt: skip
    named = headers.Headers(kept)
    kind, _, parameters = (named.first("content-type") or "").partition(";")
    text = bodies.words(plain[:WORDS_MOST], markup[:WORDS_MOST], named.first("subject"))
    return Letter(
        kept, text, digest.hex(), tuple(attached[: bodies.FILES_MOST]), kind.strip().lower()[:80], _report(parameters)
    )


def _report(parameters: str) -> str:
    _, equals, after = parameters.lower().replace(" ", "").partition("report-type=")
    return after.partition(";")[0].strip('"')[:80] if equals else ""


def pairs(listed: Any) -> list[tuple[str, str]]:
    """Headers as a list of pairs; what is no pair of texts is left out."""
    rows = listed if isinstance(listed, list) else []
    return [(row[0], row[1]) for row in rows if _is_pair(row)]


def _is_pair(row: Any) -> bool:
    return isinstance(row, list) and len(row) == 2 and all(isinstance(one, str) for one in row)


def lines(block: str) -> list[tuple[str, str]]:
    """Headers as a mail has them, one a line; lines that go on begin with white space."""
    unfolded: list[str] = []
    for line in block.splitlines()[:4000]:
        if line[:1] in (" ", "\t") and unfolded:
            unfolded[-1] = f"{unfolded[-1]} {line.strip()}"[: headers.VALUE_MOST]
        else:
            unfolded.append(line)
    return [(name, value.strip()) for name, colon, value in (line.partition(":") for line in unfolded) if colon]


def files(uploads: Iterable[Upload]) -> list[File]:
    return [File(one.name or None, one.content_type or None, len(one.data)) for one in uploads]


def kept(form: Form) -> Mapping[str, str]:
    """A form as plain data. Of its files nothing is kept: the whole delivery lies with the hook that took it."""
    return {name: value.decode("utf-8", "replace") for name, value in form.fields.items()}
