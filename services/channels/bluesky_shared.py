"""One connection to Jetstream for all who listen to it in this process: everybody's posts cost gigabytes a day, once.

Whoever comes first opens it, whoever goes last closes it. What was said lately is kept, so that who comes later, or
back after a break, hears on from their own place; who stood further back hears alone until they have caught up
(`takes`).
When it breaks off all are told so, and come back each in their own time.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from services.channels import asking
from services.channels.bluesky_places import Place, asked, form_of, place_of
from services.channels.contract import Way
from services.outbound import NoAnswer, Outbound

LATELY = 5_000
"""Events kept: more than a minute of the whole network's posts."""
WAITING_MOST = 10_000
PATIENCE_S = 5.0
"""Everybody waits so long for one who does not keep up; then they go on without."""
NOT_LONG = timedelta(hours=1)
"""What the connection may begin with, lest all wait while it catches up for one."""


@dataclass(frozen=True, slots=True)
class Word:
    """One event. `place`: None where it has none."""

    raw: bytes
    event: dict[str, Any]
    place: Place | None


def word(raw: bytes, form: int) -> Word:
    """Quickly: of a thousand events one is ours. What is no object holds nothing."""
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        found = {}
    event = found if isinstance(found, dict) else {}
    return Word(raw, event, place_of(event, form))


@dataclass(eq=False, slots=True)
class Seat:
    """Of one who listens. `waiting`: what they have not heard yet; first None, once the connection stands; an error
    once it does no more."""

    place: Place | None
    waiting: asyncio.Queue[Word | BaseException | None] = field(default_factory=lambda: asyncio.Queue(WAITING_MOST))

    def wants(self, one: Word) -> bool:
        return self.place is None or one.place is None or one.place.at > self.place.heard_from

    async def next(self) -> Word | None:
        """Raises as `asking.stream`."""
        one = await self.waiting.get()
        if isinstance(one, BaseException):
            raise one
        return one

    async def takes(self, one: Word | None) -> bool:
        """Whether there was room in time."""
        try:
            self.waiting.put_nowait(one)
        except asyncio.QueueFull:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.waiting.put(one), PATIENCE_S)
                return True
            return False
        return True

    def end(self, error: BaseException) -> None:
        while self.waiting.full():
            self.waiting.get_nowait()
        self.waiting.put_nowait(error)


class Shared:
    """The connection to `url`, open while somebody listens."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._form = form_of(url)
        self._seats: set[Seat] = set()
        self._lately: deque[Word] = deque(maxlen=LATELY)
        self._since: int | None = None
        self._stands = False
        self._task: asyncio.Task[None] | None = None

    def takes(self, place: Place | None, now: datetime) -> bool:
        """Whether who was at `place` misses nothing by joining now."""
        if place is None:
            return True
        if self._task is None:
            return self._form != 1 or now.timestamp() - place.at / 1e6 <= NOT_LONG.total_seconds()
        oldest = next((one.place.at for one in self._lately if one.place), self._since)
        return oldest is not None and oldest <= place.at

    @contextlib.asynccontextmanager
    async def joined(self, way: Way, place: Place | None) -> AsyncIterator[Seat]:
        """What is said from `place` on (None: from now on), once the connection stands. Raises as `asking.stream`."""
        seat = Seat(place)
        if self._task is None:
            self._open(way, place)
        elif self._stands:
            self._catch_up(seat)
        self._seats.add(seat)
        try:
            await seat.next()
            yield seat
        finally:
            self._seats.discard(seat)
            if not self._seats:
                await self._close()

    # --- the connection ---

    def _open(self, way: Way, place: Place | None) -> None:
        self._lately.clear()
        self._since = place.heard_from if place else None
        self._task = asyncio.create_task(self._run(way, place), name="bluesky-shared")
        self._task.add_done_callback(self._ended)

    def _catch_up(self, seat: Seat) -> None:
        for one in (None, *(one for one in self._lately if seat.place is not None and seat.wants(one))):
            seat.waiting.put_nowait(one)

    async def _run(self, way: Way, place: Place | None) -> None:
        async with asking.stream(way, asked(self._url, place)) as said:
            self._stands = True
            await self._tell(None)
            async for raw in said:
                one = word(raw, self._form)
                self._lately.append(one)
                await self._tell(one)

    async def _tell(self, one: Word | None) -> None:
        for seat in [seat for seat in self._seats if one is None or seat.wants(one)]:
            if not await seat.takes(one):
                self._seats.discard(seat)
                seat.end(NoAnswer("connection_lost"))

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Nobody is left waiting, whatever it ended of."""
        if task is not self._task:
            return
        error = NoAnswer("connection_lost") if task.cancelled() else task.exception() or NoAnswer("connection_lost")
        seats, self._seats, self._task, self._stands = self._seats, set(), None, False
        for seat in seats:
            seat.end(error)

    async def _close(self) -> None:
        task, self._task, self._stands = self._task, None, False
        if task is not None:
            task.cancel()
            await asyncio.wait([task])


_of: WeakKeyDictionary[Outbound, dict[str, Shared]] = WeakKeyDictionary()


def shared(http: Outbound, url: str) -> Shared:
    """The one of this process."""
    return _of.setdefault(http, {}).setdefault(url, Shared(url))
