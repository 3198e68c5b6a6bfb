"""Taking parts out of foreign JSON: what is there and of the right kind, else None.

For what a message can do without (a name, a title, a link). What it cannot do without is asked for with `reading.need`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from inbox.events import Attachment, Author
from services.channels import html, reading

NAME_MOST = 200
ATTACHMENTS_MOST = 100


def dig(node: Any, *path: str) -> Any:
    """The value at a path of names; None where the path breaks off."""
    for name in path:
        if not isinstance(node, dict):
            return None
        node = node.get(name)
    return node


def table(node: Any, *path: str) -> dict[str, Any]:
    """The object at a path; an empty one where there is none."""
    found = dig(node, *path)
    return found if isinstance(found, dict) else {}


def rows(node: Any, *path: str) -> list[dict[str, Any]]:
    """The objects of the list at a path; what is no object is left out."""
    found = dig(node, *path)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def name(value: Any) -> str | None:
    return value.strip()[:NAME_MOST] or None if isinstance(value, str) else None


def ident(value: Any) -> str | None:
    """As `reading.ident`, but what is no id counts as none."""
    try:
        return reading.ident(value)
    except reading.Misread:
        return None


def person(ident: Any, *, called: Any = None, handle: Any = None, avatar: Any = None) -> Author | None:
    """Somebody, where the network says who."""
    found = reading.ident(ident)
    if found is None:
        return None
    return Author(id=found, name=name(called), handle=name(handle), avatar_url=reading.link(avatar))


def at(value: Any) -> datetime:
    """As `reading.instant`; "2017-12-14 15:54:26 UTC" is understood as well. Raises `reading.Misread`."""
    return reading.instant(value.replace(" UTC", "+00:00") if isinstance(value, str) else value)


def at_or(value: Any, otherwise: datetime) -> datetime:
    return otherwise if value is None else at(value)


def plain(value: Any) -> str | None:
    """HTML as words; None stays None. Raises `reading.Misread` for what is no text."""
    text = reading.words(value)
    return None if text is None else reading.words(html.plain(text))


def titled(title: Any, text: str | None) -> str | None:
    """A title is said by the author as well: it stands above the words, unless they begin with it."""
    head, body = name(title), text or None
    if head is None or (body is not None and body.lstrip().startswith(head)):
        return body
    return reading.words(f"{head}\n\n{body}") if body else head


STARS_MOST = 5
_SPELT = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}


def stars(given: Any) -> str | None:
    """What a review gives, as it is seen above its words: a number of stars out of five, or that number as a word."""
    number = _SPELT.get(given) if isinstance(given, str) else given
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= STARS_MOST:
        return None
    return "★" * number + "☆" * (STARS_MOST - number)


def version(stamp: Any, text: str | None) -> str:
    """Of an edit that the network does not number: its time as sent, and a digest of its words. Never a time of ours,
    which would be another when the same edit is sent again."""
    return f"{str(stamp or '')[:64]} {digest(text or '')}"


def digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def files(found: Sequence[dict[str, Any]], *, url: str, kind: str, size: str, called: str) -> tuple[Attachment, ...]:
    """Attachments, by the names that the network gives their fields."""
    return tuple(
        Attachment(
            url=reading.link(one.get(url)), content_type=name(one.get(kind)), bytes=_count(one.get(size)),
            name=name(one.get(called)),
        )
        for one in found[:ATTACHMENTS_MOST]
    )  # fmt: skip


def _count(value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return min(value, 2**53) if whole and value >= 0 else None
