"""Where a page ended: a place in the order, as an opaque string that a caller gives back, and that is not trusted."""

from __future__ import annotations

import base64
import uuid
from datetime import UTC, datetime
from typing import Any

import orjson

from inbox.errors import Refused
from inbox.views.row import FOREVER, Row

Rank = tuple[int, bool, datetime, uuid.UUID]
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
FIRST: Rank = (0, False, datetime(1, 1, 1, tzinfo=UTC), uuid.UUID(int=0))
NEWEST = 2**62
LAST = uuid.UUID(int=2**128 - 1)
MOST_LETTERS = 200


def after_rank(row: Row) -> str:
    due = None if row.rank_due_at is None else row.rank_due_at.isoformat()
    return _pack(["r", row.priority, due, str(row.id), row.suspected])


def after_position(row: Row) -> str:
    return _pack(["p", row.position])


def rank(cursor: str | None) -> Rank:
    """The place after which a page by rank begins. Raises Refused for what is no cursor of ours."""
    if cursor is None:
        return FIRST
    try:
        priority, due, item_id, suspected = _unpack(cursor, "r")
        if priority not in {1, 2, 3, 4} or type(suspected) is not bool:
            raise ValueError
        return int(priority), suspected, FOREVER if due is None else _aware(due), uuid.UUID(item_id)
    except BROKEN as error:
        raise _refused() from error


def position(cursor: str | None) -> int:
    """The position before which a page of the newest begins. Raises Refused for what is no cursor of ours."""
    if cursor is None:
        return NEWEST
    try:
        (place,) = _unpack(cursor, "p")
        if type(place) is not int or not 0 <= place <= NEWEST:
            raise ValueError
        return place
    except BROKEN as error:
        raise _refused() from error


def after_heard(heard_at: datetime, item_id: uuid.UUID) -> str:
    return _pack(["h", heard_at.isoformat(), str(item_id)])


def heard(cursor: str | None) -> tuple[datetime, uuid.UUID]:
    """The place before which a page of those who spoke last begins. Raises Refused for what is no cursor of ours."""
    if cursor is None:
        return FOREVER, LAST
    try:
        heard_at, item_id = _unpack(cursor, "h")
        return _aware(heard_at), uuid.UUID(item_id)
    except BROKEN as error:
        raise _refused() from error


BROKEN = (ValueError, TypeError, AttributeError, OverflowError, RecursionError)


def _aware(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None or not EARLIEST <= at <= LATEST:
        raise ValueError
    return at


def _refused() -> Refused:
    return Refused("bad_cursor", "`after` is not a cursor that this list gave.", details={"parameter": "after"})


def _pack(place: list[object]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def _unpack(cursor: str, order: str) -> list[Any]:
    if len(cursor) > MOST_LETTERS or not cursor.isascii():
        raise ValueError
    place = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    if not isinstance(place, list) or place[:1] != [order]:
        raise ValueError
    return place[1:]
