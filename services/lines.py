"""The connections of one pool to the database, and how to hang up on those that are dead.

A network that swallows everything leaves each statement, and each attempt to connect, waiting for its own timeout, and
asyncpg's cancellation for another: people waited for a minute. So who knows that the database is away
(`services.outage`) hangs up on all: whoever waits is told at once, and no new connection is tried before it answers.

Where it answers there and some connections are dead all the same (a firewall that forgot them), `examine` finds them:
we wait for an answer, and the server, asked over a line that lives, waits for our next word. No patience is needed to
tell that from a statement that takes long (docs/adr/0049).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakSet

import asyncpg

from inbox.sql import beside
from services import metrics
from services.line import Line

sql = beside(__file__, "lines.sql")
logger = logging.getLogger(__name__)

SILENT_S = 3.0
"""How long a line waits before the server is asked about it: what is on its way has arrived by then."""
LOOKS = 3
"""And in how many looks: a process that stood still meanwhile has not read what came."""


class DatabaseAway(ConnectionError):
    """No connection was tried: the database is known not to answer."""


@dataclass(frozen=True, slots=True)
class _Look:
    """`mark`: what it waited for when it was first seen to, `since` then."""

    mark: object
    since: float
    times: int = 1

    @property
    def is_long(self) -> bool:
        return self.times >= LOOKS and time.monotonic() - self.since >= SILENT_S


class Lines:
    """`connect` is what the pool connects by. `is_away`: whether to try at all."""

    def __init__(self, is_away: Callable[[], bool]) -> None:
        self._is_away = is_away
        self._open: WeakSet[Line] = WeakSet()
        self._under_way: set[asyncio.Timeout] = set()
        self._looks: dict[Line | asyncio.Timeout, _Look] = {}

    async def connect(self, *where: Any, **how: Any) -> asyncpg.Connection:
        if self._is_away():
            raise DatabaseAway("the database is away")
        async with asyncio.timeout(None) as limit:
            self._under_way.add(limit)
            try:
                made: Line = await asyncpg.connect(*where, **how)
            finally:
                self._under_way.discard(limit)
        self._open.add(made)
        return made

    @property
    def under_way(self) -> int:
        """How many are being made."""
        return len(self._under_way)

    def hang_up(self) -> None:
        """Without a farewell, for which a dead network would have us wait."""
        for limit in tuple(self._under_way):
            limit.reschedule(0.0)
        for line in tuple(self._open):
            line.terminate()

    async def examine(self, asking: asyncpg.Connection) -> None:
        """Called each second, while the database answers over `asking`: hangs up on those that do not. Where one is
        found, those that nobody has taken go too: they went the same way, and are made anew in milliseconds."""
        waiting = self._waiting_long()
        dead = [limit for limit in waiting if isinstance(limit, asyncio.Timeout)]
        for limit in dead:
            limit.reschedule(0.0)
        lines = [line for line in waiting if isinstance(line, Line)]
        gone = await self._gone(asking, lines) if lines else []
        if dead or gone:
            metrics.DEAD_CONNECTIONS.inc(len(dead) + len(gone))
            logger.warning(
                "hung up on %d lines to the database that are dead, though it answers", len(dead) + len(gone)
            )
            for line in (*gone, *(line for line in tuple(self._open) if line.is_idle)):
                line.terminate()

    async def _gone(self, asking: asyncpg.Connection, lines: list[Line]) -> list[Line]:
        """Those whose server waits for us, or is there no more; none where sessions cannot be told by their numbers."""
        marks = {line: line.waits_for for line in lines}
        own, pids = asking.get_server_pid(), {line: line.get_server_pid() for line in lines if not line.is_closed()}
        at_work = {row["pid"] for row in await asking.fetch(sql.at_work, [own, *pids.values()])}
        if own not in at_work:
            return []
        return [line for line, pid in pids.items() if pid not in at_work and line.waits_for == marks[line]]

    def _waiting_long(self) -> list[Line | asyncio.Timeout]:
        now, before = time.monotonic(), self._looks
        self._looks = {}
        for what, mark in self._waiting():
            seen = before.get(what)
            known = seen is not None and seen.mark == mark
            self._looks[what] = replace(seen, times=seen.times + 1) if seen and known else _Look(mark, now)
        return [what for what, look in self._looks.items() if look.is_long]

    def _waiting(self) -> Iterator[tuple[Line | asyncio.Timeout, object]]:
        yield from ((limit, None) for limit in tuple(self._under_way))
        yield from ((line, line.waits_for) for line in tuple(self._open) if line.waits_for is not None)
