"""The app's clock: the one place where the time of day is read. Rules get `now` as a parameter; services get a
`Clock`."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

CLOSE = timedelta(milliseconds=5)


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware UTC."""
        ...


class Common:
    """The time that all processes share: the database's, as it was last told, carried on by this host's monotonic
    clock. So hosts agree, and what somebody does to a host's clock moves no due time. Until it is told one: the
    host's."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._told: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        if self._told is None:
            return datetime.now(UTC)
        at, since = self._told
        return at + timedelta(seconds=self._monotonic() - since)

    def tell(self, at: datetime, asked_at: float) -> None:
        """What the other side's clock said to a question that was asked at `asked_at` of the monotonic clock. Heeded
        where the way there and back does not explain the difference: else each answer would shake it a little."""
        heard_at = self._monotonic()
        way = timedelta(seconds=(heard_at - asked_at) / 2)
        if self._told is None or abs(at + way - self.now()) > way + CLOSE:
            self._told = at + way, heard_at

    def apart(self) -> timedelta:
        """How far this host's own clock is ahead of it."""
        return datetime.now(UTC) - self.now()


COMMON = Common()
"""That of this process."""


class SystemClock:
    def now(self) -> datetime:
        return COMMON.now()


class SimulatedClock:
    """A clock that moves only when told, for tests and rehearsals."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, step: timedelta) -> None:
        self._now += step
