"""Live rows: one tail a brand follows the views, and all who watch the brand are served from it.

A change costs one query and one rendering a language, however many watch. Each entry carries the position as its id, so
that a browser which comes back with `Last-Event-ID` misses nothing and gets nothing twice. A reader that cannot follow
is cut and resumes the same way; whoever lost their rights is cut within five seconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from inbox import walls
from inbox.errors import NotFound, Unavailable
from inbox.ids import BrandId
from inbox.log.eras import Eras
from inbox.log.pulse import Subscription
from inbox.views.row import Row
from inbox.web import frames
from inbox.web.context import DEPS, Deps
from inbox.web.presence import Presence
from inbox.web.tail import Tail
from inbox.web.watchers import Watcher

MOST_VIEWERS = 2000
START_TIMEOUT_S = 10.0
HEARTBEAT_S = 15.0

logger = logging.getLogger(__name__)

Renderer = Callable[[Row, str, Mapping[int, str]], str]
"""(row, language, names of members) → the row's HTML. Pure: called once a change and language."""


@dataclass(frozen=True, slots=True)
class Since:
    """Where somebody stands who comes back. `views`: how often the views had been rebuilt when they read them. None,
    both: they do not say."""

    position: int
    era: str | None = None
    views: int | None = None

    def is_lost(self, eras: Eras, views: int) -> bool:
        """What they have seen is not what a restored log holds there: whoever went on would miss what came instead. Or
        rows were others after a rebuild, of which no event speaks."""
        restored = self.era is not None and eras.common(self.era, self.position) < self.position
        return restored or (self.views is not None and self.views < views)


class Hub:
    """All tails of this process. `renderer` is set by the pages; without it the page stream carries facets only."""

    def __init__(self, deps: Deps) -> None:
        self.renderer: Renderer | None = None
        self._deps = deps
        self._closed = False
        self._tails: dict[BrandId, tuple[Tail, asyncio.Task[None]]] = {}
        self.presence = Presence(deps.pulse, self._stir)

    def viewers(self) -> dict[BrandId, int]:
        """Open streams by brand, for the metrics."""
        return {brand: len(tail.watchers) for brand, (tail, _) in self._tails.items()}

    async def wake(self, subscription: Subscription) -> None:
        """Passes the pulse's beats on to the tails; each also looks by itself every second."""
        while True:
            for brand in await subscription.wait():
                self._stir(brand)

    def _stir(self, brand: BrandId) -> bool:
        if brand in self._tails:
            self._tails[brand][0].wake.set()
        return brand in self._tails

    def _tail(self, brand: BrandId) -> Tail:
        if brand not in self._tails:
            tail = Tail(self._deps, brand, self._render, self.presence.crowd(brand))
            task = asyncio.create_task(tail.run(), name=f"live-{brand}")
            task.add_done_callback(lambda done: self._ended(tail, done))
            self._tails[brand] = tail, task
        return self._tails[brand][0]

    async def subscribe(self, brand: BrandId, watcher: Watcher, after: Since | None) -> AsyncGenerator[bytes, None]:
        """Bytes to write, from `after` on (None: from now on); ends when the watcher is cut, or we stop. `NotFound` for
        a brand that is not the viewer's: rows of a tail that others opened come from no table with a wall."""
        if not walls.shown(brand):
            raise NotFound
        if self._closed:
            raise Unavailable("stopping")
        tail = self._tail(brand)
        if tail.holders >= MOST_VIEWERS:
            raise Unavailable("too many live viewers")
        tail.holders += 1
        self.presence.sit(brand, watcher.seat, watcher.member)
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                await tail.started.wait()
            tail.join(watcher)
            async for entries in _entries(tail, watcher, after):
                yield b"".join(entry.frame(watcher.variant, tail.render) for entry in entries) or frames.HEARTBEAT
        finally:
            tail.watchers.discard(watcher)
            self.presence.rise(brand, watcher.seat, watcher.member)
            tail.holders -= 1
            await self._let_go(tail)

    def _render(self, row: Row, variant: frames.Variant, names: Mapping[int, str]) -> dict[str, Any]:
        if variant.kind == "api":
            return row.to_json(variant.personal)
        if variant.kind == "wall":
            return {"position": row.position}  # that something happened is all that a screen in the room is told
        html = self.renderer(row, variant.lang, names) if self.renderer else ""
        return {"id": str(row.id), "position": row.position, "facets": frames.facets(row), "html": html}

    async def _let_go(self, tail: Tail) -> None:
        """The last one out turns the light off."""
        known = self._tails.get(tail.brand)
        if known and known[0] is tail and not tail.holders:
            del self._tails[tail.brand]
            await _cancelled(known[1])

    def _ended(self, tail: Tail, task: asyncio.Task[None]) -> None:
        """A tail that broke takes its streams with it: they come back, and a new tail is made."""
        if task.cancelled() or task.exception() is None:
            return
        logger.error("the live view of brand %s broke: %s", tail.brand, type(task.exception()).__name__)
        self._tails.pop(tail.brand, None)
        for watcher in tuple(tail.watchers):
            watcher.end("broken")

    async def close(self) -> None:
        """Ends all streams, so that the server stops without waiting for them."""
        self._closed = True
        tails, self._tails = tuple(self._tails.values()), {}
        for tail, task in tails:
            for watcher in tuple(tail.watchers):
                watcher.end("stopping")
            await _cancelled(task)


async def _entries(tail: Tail, watcher: Watcher, after: Since | None) -> AsyncIterator[list[frames.Entry]]:
    """What was missed, then what comes. `start` parts the two: what is handed on before it is in what was missed."""
    start = tail.position
    sent = start if after is None else after.position
    lost = after is not None and after.is_lost(tail.eras, tail.switches)
    while sent < start and not lost:
        missed, sent = await _missed(tail, sent)
        yield [entry for entry in missed if entry.position is not None and entry.position <= start]
    # Not before: its id says that all up to it has been sent. A page may be ahead of the views, in a storm by seconds;
    # only who knows what the log itself does not, after a restore of the database, has to start anew.
    yield [tail.ready(start, reset=lost or (sent > start and sent > await tail.head()))]
    watcher.current = not watcher.cut.is_set()
    while not watcher.cut.is_set():
        entries = await watcher.take(HEARTBEAT_S)
        if not watcher.cut.is_set():
            yield [entry for entry in entries if entry.position is None or entry.position > start]


async def _missed(tail: Tail, sent: int) -> tuple[list[frames.Entry], int]:
    if sent >= tail.recent_after:
        return [entry for entry in tail.recent if (entry.position or 0) > sent], tail.position
    return await tail.read(sent)


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


HUB: web.AppKey[Hub] = web.AppKey("hub", Hub)


async def running(app: web.Application) -> AsyncIterator[None]:
    """While the application runs, the hub hears the pulse; it is closed when the server stops taking requests."""
    hub, pulse = app[HUB], app[DEPS].pulse
    subscription = pulse.subscribe("views")
    pulse.ears.add(hub.presence.heard)
    tasks = [
        asyncio.create_task(hub.wake(subscription), name="live-pulse"),
        asyncio.create_task(_close_when(app[DEPS].stopping, hub), name="live-stopping"),
        asyncio.create_task(hub.presence.run(), name="live-presence"),
    ]
    yield
    for task in tasks:
        await _cancelled(task)
    pulse.ears.discard(hub.presence.heard)
    subscription.close()
    await hub.close()


async def _close_when(stopping: asyncio.Event, hub: Hub) -> None:
    await stopping.wait()
    await hub.close()


async def stop(app: web.Application) -> None:
    """On shutdown, before open connections are waited for."""
    await app[HUB].close()
