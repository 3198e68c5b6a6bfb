"""Listening to Jetstream: everybody's posts, of which few are for us, from where we left off.

Two forms are spoken. The first (`/subscribe`) names a place by a time in microseconds and silently begins later than
asked where it no longer has all: a first event that is much later than the place is a gap. The second
(`…subscribeEvents`) numbers events and refuses a place that is too old, by 400 or by a last word. After a gap we go on
with what is said now; a look brings what was for us meanwhile. https://github.com/bluesky-social/jetstream

All channels of a process share one connection (`bluesky_shared`); whoever comes from too far back hears alone first.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from inbox.clock import Clock
from services.channels import asking, bluesky_shared, reading
from services.channels.base import UNFORESEEN, guarded
from services.channels.bluesky_places import Place, asked, form_of
from services.channels.bluesky_shared import Word
from services.channels.contract import CannotRead, Heard, Parsed, SweepFailed, Way

GAP = timedelta(seconds=60)
AWAY = timedelta(hours=1)
"""A network on which nobody spoke for a minute has no gap; what a server forgets is older than this."""
BREATH = timedelta(seconds=1)
"""How long edits and deletions, most of which are no business of ours, wait for company; and how often we note where
we are."""
TOO_OLD = frozenset({"CursorTooOld", "FutureCursor", "OutdatedCursor"})
CHANGES = (b'"delete"', b'"update"')

Read = Callable[[Any, datetime], Parsed]


async def listen(
    way: Way, url: str, own: str, cursor: str | None, clock: Clock, read: Read
) -> AsyncGenerator[Heard, None]:  # fmt: skip
    """`own`: our DID; `read`: an event. A place that is refused is given up, and that is a gap."""
    ear = _Ear(own.encode(), Place.of(cursor, form_of(url)), clock, read)
    try:
        async with contextlib.aclosing(_from(way, url, ear, clock)) as heard:
            async for one in heard:
                yield one
        return
    except _TooOld:
        yield Heard(gap=True, look=True)
    async with contextlib.aclosing(_from(way, url, _Ear(own.encode(), None, clock, read), clock)) as heard:
        async for one in heard:
            yield one


class _TooOld(Exception):
    """The network no longer has what came after our place."""


async def _from(way: Way, url: str, ear: _Ear, clock: Clock) -> AsyncGenerator[Heard, None]:
    """Alone until the connection of all takes us in, then there."""
    line, stands = bluesky_shared.shared(way.http, url), False
    with _refused(ear.reached):
        if not line.takes(ear.reached, clock.now()):
            async with asking.stream(way, asked(url, ear.reached)) as said:
                stands = True
                yield Heard(look=True)
                async for raw in said:
                    for one in ear.heard(bluesky_shared.word(raw, form_of(url))):
                        yield one
                    if line.takes(ear.reached, clock.now()):
                        break
        async with line.joined(way, ear.reached) as seat:
            if not stands:
                yield Heard(look=True)
            while True:
                word = await seat.next()
                for one in ear.heard(word) if word else ():
                    yield one


@contextlib.contextmanager
def _refused(place: Place | None) -> Iterator[None]:
    """What a refusal means to whoever named a place."""
    try:
        yield
    except SweepFailed as error:
        if place is not None and error.reason == "rejected":
            raise _TooOld from error
        raise


class _Ear:
    """Picks out of everything what may be ours: our DID stands in it, or it changes something that we may have."""

    def __init__(self, own: bytes, place: Place | None, clock: Clock, read: Read) -> None:
        self.reached = place
        self._own = own
        self._began: Place | None = place
        self._clock = clock
        self._read = read
        self._kept: list[tuple[bytes, Parsed]] = []
        self._told_at = clock.now()

    def heard(self, word: Word) -> Iterator[Heard]:
        now = self._clock.now()
        _check(word.event)
        gap = word.place is not None and self._is_gap(word.place, now)
        if word.place is not None:
            self.reached, self._began = word.place, None
        is_ours = self._own in word.raw
        if is_ours or any(change in word.raw for change in CHANGES):
            self._kept.append((word.raw, self._parsed(word.raw, now)))
        if is_ours or gap or now - self._told_at >= BREATH:
            yield self._told(now, gap=gap)

    def _told(self, now: datetime, *, gap: bool) -> Heard:
        kept, self._kept, self._told_at = self._kept, [], now
        parsed, raw = tuple(one for _, one in kept), b"\n".join(line for line, _ in kept)
        return Heard(parsed, self.reached.text() if self.reached else None, raw, gap=gap, look=gap)

    def _is_gap(self, at: Place, now: datetime) -> bool:
        """Whether the first event after our place comes much later than it."""
        if self._began is None or at.form != 1:
            return False
        missing = timedelta(microseconds=at.at - self._began.at)
        return missing > GAP and now.timestamp() - self._began.at / 1e6 > AWAY.total_seconds()

    def _parsed(self, raw: bytes, now: datetime) -> Parsed:
        try:
            return guarded(lambda content: self._read(content, now), reading.loads(raw))
        except CannotRead:
            return UNFORESEEN


def _check(event: dict[str, Any]) -> None:
    """The last word of the second form before it hangs up."""
    error = event.get("error")
    if error in TOO_OLD:
        raise _TooOld
    if isinstance(error, str):
        raise SweepFailed("busy")
