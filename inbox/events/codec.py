"""How an event is written to bytes and read back, whatever version it was written in."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson

from inbox import author_events, team_events, trusted
from inbox.event import Event, Part
from inbox.events import audit, brand, clock, decided, heard, judged, proposals, replies

FAMILIES = (heard, judged, decided, replies, proposals, clock, brand, audit, team_events, author_events)
EVENT_TYPES: dict[str, type[Event]] = {cls.TYPE: cls for family in FAMILIES for cls in family.ALL}

Fields = dict[str, Any]
UPCASTERS: Mapping[tuple[str, int], Callable[[Fields], Fields]] = {}
"""(type, old version) → function to the next version's fields. Empty while every type is at its first version."""


class UnknownEventType(Exception):
    """The log holds an event that this version of the code does not know: a newer process wrote it."""


def encode(event: Event) -> tuple[bytes, bytes | None]:
    """The open JSON, and the JSON to be sealed (None when there is nothing personal to seal)."""
    # The instance's own values, not a copy of all that is below them: in a storm this is most of what an append costs.
    body = vars(event).copy()
    sealed: Fields = {}
    for name in _hidden(type(event)):
        if value := body.pop(name):
            sealed[name] = value
    return orjson.dumps(body, _plain), orjson.dumps(sealed, _plain) if sealed else None


@functools.cache
def _hidden(cls: type[Event]) -> tuple[str, ...]:
    return tuple(sorted(cls.SEALED))


def _plain(value: object) -> object:
    """What orjson asks about: parts of events, and the driver's UUIDs, which are a subclass."""
    return vars(value) if isinstance(value, Part) else str(value)


def decode(type_: str, v: int, body: bytes, sealed: bytes | None) -> Event:
    """The event as today's code knows it. `sealed` is None for what seals nothing and for what was forgotten."""
    cls = EVENT_TYPES.get(type_)
    if cls is None:
        raise UnknownEventType(type_)
    fields: Fields = orjson.loads(body)
    if sealed is not None:
        fields.update(orjson.loads(sealed))
    while v < cls.V:
        fields = UPCASTERS[type_, v](fields)
        v += 1
    return trusted.build(cls, fields)


def occurred_at(event: Event) -> datetime | None:
    """When it happened by our clock: every event carries `at`, or `received_at` where the network spoke."""
    at: datetime | None = getattr(event, "at", None) or getattr(event, "received_at", None)
    return at
