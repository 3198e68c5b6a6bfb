"""What a caller asks by the query, the head and the path: read strictly, and refused by name."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from aiohttp import web

from inbox.errors import NotFound
from inbox.ids import ItemId
from inbox.web.problems import bad

DEFAULT_LIMIT, MOST_LIMIT = 50, 500
MOST_POSITION = 2**62
MOST_QUERY = 500
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)


def only(request: web.Request, *known: str) -> None:
    """A misspelt parameter is refused rather than overlooked."""
    for name in request.query:
        if name not in known:
            shown = name if name.isprintable() else "query"
            raise bad(shown, f"no such parameter; there are {', '.join(known) or 'none'}")


def item_id(request: web.Request) -> ItemId:
    """What is no id is an item that is not there."""
    text = request.match_info["item_id"]
    if not _UUID.fullmatch(text):
        raise NotFound
    return ItemId(uuid.UUID(text))


def wave_id(request: web.Request) -> uuid.UUID:
    """What is no id is a wave that is not there."""
    text = request.match_info["wave_id"]
    if not _UUID.fullmatch(text):
        raise NotFound
    return uuid.UUID(text)


def run_id(request: web.Request) -> uuid.UUID:
    """What is no id is a run that is not there."""
    text = request.match_info["run_id"]
    if not _UUID.fullmatch(text):
        raise NotFound
    return uuid.UUID(text)


def idempotency_key(request: web.Request) -> str:
    """Required, so that a command repeated after a broken connection does nothing twice."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        raise bad("Idempotency-Key", "this header is required: a new random value for each command")
    if not _KEY.fullmatch(key):
        raise bad("Idempotency-Key", "1 to 255 visible ASCII characters")
    return key


def one(request: web.Request, name: str) -> str | None:
    values = request.query.getall(name, [])
    if len(values) > 1:
        raise bad(name, "given more than once")
    return _storable(name, values[0]) if values and values[0] != "" else None


def many(request: web.Request, name: str) -> list[str]:
    """Repeated, comma-separated, or both."""
    parts = (part.strip() for value in request.query.getall(name, []) for part in value.split(","))
    return [_storable(name, part) for part in parts if part]


def _storable(name: str, text: str) -> str:
    """PostgreSQL takes neither NUL nor lone surrogates."""
    if any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in text):
        raise bad(name, "characters that no text holds")
    return text


def number(request: web.Request, name: str, default: int, least: int, most: int) -> int:
    text = one(request, name)
    if text is None:
        return default
    if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
        raise bad(name, f"a whole number from {least} to {most}")
    return int(text)


def limit(request: web.Request) -> int:
    return number(request, "limit", DEFAULT_LIMIT, 1, MOST_LIMIT)


def position(request: web.Request, name: str = "after") -> int:
    return number(request, name, 0, 0, MOST_POSITION)


def chosen(request: web.Request, name: str, allowed: tuple[str, ...]) -> Iterator[str]:
    for value in many(request, name):
        if value not in allowed:
            raise bad(name, f"one or more of {', '.join(allowed)}")
        yield value


def priorities(request: web.Request) -> frozenset[int]:
    """`1`, `P1` or `p1`."""
    found = [value.upper().removeprefix("P") for value in many(request, "priority")]
    if any(value not in {"1", "2", "3", "4"} for value in found):
        raise bad("priority", "1, 2, 3 or 4")
    return frozenset(map(int, found))


def words(request: web.Request) -> str | None:
    text = one(request, "q")
    if text is not None and len(text) > MOST_QUERY:
        raise bad("q", f"at most {MOST_QUERY} characters")
    return text


def moment(request: web.Request, name: str, zone: str) -> datetime | None:
    """An RFC 3339 time, or a day, which begins at midnight in the brand's zone."""
    text = one(request, name)
    if text is None:
        return None
    try:
        if len(text) == len("2026-11-21"):
            return datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone)).astimezone(UTC)
        # In a query an unescaped "+" reads as a space.
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except (ValueError, OverflowError) as error:
        raise bad(name, "a day (2026-11-21) or a time with its zone (2026-11-21T10:00:00Z)") from error
    if at.tzinfo is None or not 2000 <= at.year < 2200:
        raise bad(name, "a time with its zone (2026-11-21T10:00:00Z), between 2000 and 2199")
    return at.astimezone(UTC)
