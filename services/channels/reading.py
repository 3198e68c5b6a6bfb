"""Reading JSON from strangers: what a parser accepts, PostgreSQL and pydantic may not.

`loads` gives plain data in which no string holds a NUL or half a surrogate pair (each becomes U+FFFD; the raw bytes are
kept elsewhere), no number is NaN, infinite or thousands of digits long, and nothing nests deeper than `DEPTH_MOST`.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import orjson

from services.channels.contract import ID_MOST, TEXT_MOST, CannotRead

DEPTH_MOST = 200
DIGITS_MOST = 30
EARLIEST, LATEST = datetime(2, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
"""Nearer to the ends of the calendar a time cannot be shown in every time zone."""
_BAD = re.compile("[\x00\ud800-\udfff]")
_LINK = re.compile(r"https?://[^\s<>\"`\\]+\Z", re.IGNORECASE)


class Misread(ValueError):
    """A value is not of the form it should have. The message is for the sender and holds nothing of the value."""


MISREAD = (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
"""What reading a payload of unexpected shape raises: one entry is unreadable then, never the process's fault."""


def start(raw: bytes) -> bytes:
    """The first byte that counts: behind a byte order mark and white space."""
    return raw[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]


def loads(raw: bytes) -> Any:
    """Raises `CannotRead`. A byte order mark is forgiven; what is not UTF-8, not JSON or too deep is not."""
    try:
        data = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return cleaned(_slowly(raw))
    if b"\\u0000" in raw:
        return cleaned(data)
    # What opens fewer brackets than that cannot nest deeper.
    return data if raw.count(b"{") + raw.count(b"[") <= DEPTH_MOST else _shallow(data)


def _slowly(raw: bytes) -> Any:
    """The standard parser takes half surrogate pairs, which real senders make by cutting text; we mend them after."""
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_int=_int, parse_float=_float, parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise CannotRead("the body is not UTF-8") from error
    except RecursionError as error:
        raise CannotRead("the body nests too deeply") from error
    except ValueError as error:
        raise CannotRead("the body is not JSON") from error


def _int(digits: str) -> int:
    return int(digits[:DIGITS_MOST])


def _float(digits: str) -> float:
    value = float(digits)
    return value if abs(value) <= 1e300 else (1e300 if value > 0 else -1e300)


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _shallow(data: Any) -> Any:
    """`data` as it is; raises when it nests too deeply. Level by level, so that it cannot run out of stack itself."""
    level = [data]
    for _ in range(DEPTH_MOST):
        level = [child for node in level for child in _children(node)]
        if not level:
            return data
    raise CannotRead("the body nests too deeply")


def _children(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return [value for value in node.values() if isinstance(value, dict | list)]
    if isinstance(node, list):
        return [value for value in node if isinstance(value, dict | list)]
    return []


def cleaned(data: Any) -> Any:
    return _cleaned(_shallow(data))


def _cleaned(node: Any) -> Any:
    if isinstance(node, str):
        return clean_text(node)
    if isinstance(node, dict):
        return {clean_text(key): _cleaned(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_cleaned(value) for value in node]
    return node


def clean_text(text: str) -> str:
    return _BAD.sub("\ufffd", text)


# --- values of networks that are not strict about their own types ---------------------------------------------------


def ident(value: Any) -> str | None:
    """An id as a string, whether it came as string or number; None for nothing. Raises `Misread` for anything else."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Misread("an id is neither text nor a whole number")
    text = str(value)
    if len(text) > ID_MOST:
        raise Misread("an id is too long")
    return text


def need(value: Any, name: str) -> str:
    text = ident(value)
    if text is None:
        raise Misread(f"{name} is missing")
    return text


def words(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise Misread("a text is not text")
    return value[:TEXT_MOST]


def link(value: Any) -> str | None:
    """A web address that is safe to show as a link: http or https. Anything else is dropped; the raw body keeps it."""
    return value if isinstance(value, str) and len(value) <= 4096 and _LINK.match(value) else None


def instant(value: Any) -> datetime:
    """Seconds or milliseconds since 1970 (number or digits), or ISO 8601 with a zone. Raises `Misread`."""
    if isinstance(value, str) and not value.strip().lstrip("-").isdigit():
        return instant_of(value)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Misread("a time is neither a number nor text")
    seconds = float(value)
    # Seconds stay below this until the year 5138; milliseconds passed it in 1973.
    if abs(seconds) >= 1e11:
        seconds /= 1000
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise Misread("a time is out of range") from error
    return _showable(at)


def instant_of(text: str) -> datetime:
    """ISO 8601 with a zone, as UTC. Raises `Misread` with words for the sender."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Misread("must be ISO 8601 with a time zone, as 2026-11-21T10:00:00Z") from error
    if at.tzinfo is None:
        raise Misread("must name its time zone, as 2026-11-21T10:00:00Z")
    try:
        return _showable(at.astimezone(UTC))
    except OverflowError as error:
        raise Misread("must lie between the years 2 and 9998") from error


def _showable(at: datetime) -> datetime:
    if not EARLIEST <= at < LATEST:
        raise Misread("must lie between the years 2 and 9998")
    return at


# --- what need not be there -----------------------------------------------------------------------------------------

NAME_MOST = 200


def shown(value: Any) -> str | None:
    """A name as it is shown, cut; None for nothing and for what is no text."""
    return value[:NAME_MOST] if isinstance(value, str) and value.strip() else None


def count(value: Any) -> int | None:
    """A number of people or bytes; None for nothing and for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def table(value: Any) -> dict[str, Any]:
    """An object; an empty one for nothing and for anything else."""
    return value if isinstance(value, dict) else {}


def tables(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; none for nothing and for anything else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
