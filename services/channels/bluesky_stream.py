"""Listening to Jetstream: everybody's posts, of which few are for us, from where we left off.

Two forms are spoken. The first (`/subscribe`) names a place by a time in microseconds and silently begins later than
asked where it no longer has all: a first event that is much later than the place is a gap. The second
(`…subscribeEvents`) numbers events and refuses a place that is too old, by 400 or by a last word. After a gap we go on
with what is said now; a look brings what was for us meanwhile. https://github.com/bluesky-social/jetstream
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson

from inbox.clock import Clock
from services.channels import asking, reading
from services.channels.base import UNFORESEEN, guarded
from services.channels.contract import CannotRead, Heard, Parsed, SweepFailed, Way

POSTS = "app.bsky.feed.post"
BACK_US = 5_000_000
"""The servers' clocks differ a little, and another may answer this time."""
GAP = timedelta(seconds=60)
AWAY = timedelta(hours=1)
"""A network on which nobody spoke for a minute has no gap; what a server forgets is older than this."""
BREATH = timedelta(seconds=1)
"""How long edits and deletions, most of which are no business of ours, wait for company; and how often we note where
we are."""
TOO_OLD = frozenset({"CursorTooOld", "FutureCursor", "OutdatedCursor"})
CHANGES = (b'"delete"', b'"update"')

Read = Callable[[Any, datetime], Parsed]


@dataclass(frozen=True, slots=True)
class Place:
    """`at`: microseconds in the first form, a number of an event in the second. One is never taken for the other."""

    form: int
    at: int

    @classmethod
    def of(cls, cursor: str | None, form: int) -> Place | None:
        named, _, at = (cursor or "").partition(":")
        return cls(form, int(at)) if named == str(form) and at.isdigit() else None

    def text(self) -> str:
        return f"{self.form}:{self.at}"


def form_of(url: str) -> int:
    return 2 if "subscribeEvents" in url else 1


def asked(url: str, place: Place | None) -> str:
    if form_of(url) == 2:
        query: dict[str, str | int] = {"collections": POSTS, "kinds": "commit"}
        back = 0
    else:
        query, back = {"wantedCollections": POSTS}, BACK_US
    return f"{url}?{urlencode({**query, 'cursor': place.at - back} if place else query)}"


async def listen(
    way: Way, url: str, own: str, cursor: str | None, clock: Clock, read: Read
) -> AsyncGenerator[Heard, None]:  # fmt: skip
    """`own`: our DID; `read`: an event. A place that is refused is given up, and that is a gap."""
    place = Place.of(cursor, form_of(url))
    try:
        async with contextlib.aclosing(_once(way, url, own, place, clock, read)) as heard:
            async for one in heard:
                yield one
        return
    except _TooOld:
        yield Heard(gap=True, look=True)
    async with contextlib.aclosing(_once(way, url, own, None, clock, read)) as heard:
        async for one in heard:
            yield one


class _TooOld(Exception):
    """The network no longer has what came after our place."""


async def _once(
    way: Way, url: str, own: str, place: Place | None, clock: Clock, read: Read
) -> AsyncGenerator[Heard, None]:  # fmt: skip
    ear = _Ear(own.encode(), form_of(url), place, clock, read)
    try:
        async with asking.stream(way, asked(url, place)) as said:
            yield Heard(look=True)
            async for one in ear.heard(said):
                yield one
    except SweepFailed as error:
        if place is not None and error.reason == "rejected":
            raise _TooOld from error
        raise


class _Ear:
    """Picks out of everything what may be ours: our DID stands in it, or it changes something that we may have."""

    def __init__(self, own: bytes, form: int, place: Place | None, clock: Clock, read: Read) -> None:
        self._own = own
        self._form = form
        self._place = place
        self._clock = clock
        self._read = read
        self._kept: list[tuple[bytes, Parsed]] = []
        self._told_at = clock.now()

    async def heard(self, said: AsyncIterator[bytes]) -> AsyncIterator[Heard]:
        reached, is_first = self._place, True
        async for raw in said:
            now, event = self._clock.now(), _object(raw)
            self._check(event)
            at = self._at(event)
            gap = is_first and at is not None and self._is_gap(at, now)
            if at is not None:
                reached, is_first = Place(self._form, at), False
            is_ours = self._own in raw
            if is_ours or any(change in raw for change in CHANGES):
                self._kept.append((raw, self._parsed(raw, now)))
            if is_ours or gap or now - self._told_at >= BREATH:
                yield self._told(reached, now, gap=gap)

    def _told(self, reached: Place | None, now: datetime, *, gap: bool) -> Heard:
        kept, self._kept, self._told_at = self._kept, [], now
        parsed, raw = tuple(one for _, one in kept), b"\n".join(line for line, _ in kept)
        return Heard(parsed, reached.text() if reached else None, raw, gap=gap, look=gap)

    def _is_gap(self, at: int, now: datetime) -> bool:
        if self._place is None or self._form != 1:
            return False
        missing = timedelta(microseconds=at - self._place.at)
        return missing > GAP and now.timestamp() - self._place.at / 1e6 > AWAY.total_seconds()

    def _at(self, event: dict[str, Any]) -> int | None:
        inner = event.get("payload")
        at = inner.get("seq") if self._form == 2 and isinstance(inner, dict) else event.get("time_us")
        return at if isinstance(at, int) and at > 0 else None

    @staticmethod
    def _check(event: dict[str, Any]) -> None:
        """The last word of the second form before it hangs up."""
        error = event.get("error")
        if error in TOO_OLD:
            raise _TooOld
        if isinstance(error, str):
            raise SweepFailed("busy")

    def _parsed(self, raw: bytes, now: datetime) -> Parsed:
        try:
            return guarded(lambda content: self._read(content, now), reading.loads(raw))
        except CannotRead:
            return UNFORESEEN


def _object(raw: bytes) -> dict[str, Any]:
    """Quickly: of a thousand events one is ours. What is no object holds nothing."""
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
