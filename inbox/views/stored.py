"""Items and rows as bytes in the database, and back. Not jsonb, which refuses the NUL that a network may send."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import BaseModel

from inbox import trusted
from inbox.state import Item
from inbox.views.row import Row


def dump(value: Row | Item) -> bytes:
    """Canonical JSON: the same value gives the same bytes in every process, so that views can be compared."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z)


def load_row(card: bytes) -> Row:
    return trusted.build_data(Row, orjson.loads(card))


def load_item(state: bytes) -> Item:
    return trusted.build_data(Item, orjson.loads(state))


def _plain(value: object) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, BaseModel):
        return value.__dict__
    raise TypeError(type(value).__name__)
