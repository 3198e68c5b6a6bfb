"""The tail of one brand's views: what changed is read once and handed to all who watch.

It also has the views counted (at most once a second) and what waits for each person (every few seconds), and checks
whether each watcher may still look on, in two queries for all of them together.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import asyncpg

from inbox import meters, rules
from inbox.ids import BrandId
from inbox.log import eras
from inbox.log.eras import Eras
from inbox.people import members, sessions, tokens, wall_links
from inbox.views import folding, queue, shadow
from inbox.views.row import Row
from inbox.web import frames
from inbox.web.context import RIGHTS_OF_ROLE, Deps, Right
from inbox.web.crowd import Crowd
from inbox.web.tally import Tally
from inbox.web.watchers import Watcher

logger = logging.getLogger(__name__)

POLL_S = 1.0
LEAST_GAP_S = 0.03
MOST_GAP_S = 0.25
"""It rests as long as it worked, so that at most half of the event loop is spent on those who watch one brand."""
READ_AT_ONCE = 500
COUNTS_EVERY_S = 1.0
CHECK_EVERY_S = 3.0
PEOPLE_EVERY_S = 0.3
REMEMBERED = 1000
NOWHERE = 2**62
WALL: frozenset[Right] = frozenset({"read"})
"""What a link to the wallboard may."""
Render = Callable[[Row, frames.Variant, Mapping[int, str]], dict[str, Any]]
"""(row, variant, names of members) → what the variant says of the row."""
PASSING = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresError)


class Tail:
    """`position`: up to where every change was handed on. `recent`: the last changes, all that came after
    `recent_after`."""

    def __init__(self, deps: Deps, brand: BrandId, render: Render, crowd: Crowd) -> None:
        self.brand = brand
        self._crowd = crowd
        self.watchers: set[Watcher] = set()
        self.holders = 0  # streams that use it, those that still wait for its start included
        self.wake = asyncio.Event()
        self.started = asyncio.Event()
        self.position = 0
        self.recent: deque[frames.Entry] = deque()
        self.recent_after = 0
        self.names: dict[int, str] = {}
        self.eras = Eras()
        self._deps = deps
        self._render = render
        self._worked_s = 0.0
        self._tally = Tally(deps, brand)
        self._cells: folding.Cells | None = None
        self._waves: frames.Batch | None = None
        self._to_count = True
        self._next_count = 0.0
        self._next_check = 0.0
        self._next_people = 0.0
        self._next_noted = 0.0
        self.switches = 0

    async def run(self) -> None:
        """Until cancelled. A database that is away only delays."""
        while True:
            try:
                await (self._step() if self.started.is_set() else self._start())
            except PASSING as error:
                logger.warning("the live view of brand %s pauses: %s", self.brand, type(error).__name__)
                await asyncio.sleep(POLL_S)
            await self._pause()

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL_S):
                await self.wake.wait()
        self.wake.clear()
        await asyncio.sleep(min(MOST_GAP_S, max(LEAST_GAP_S, self._worked_s)))

    async def _start(self) -> None:
        self.switches = await shadow.switches(self._deps.pool, self.brand)  # before what it may have changed is read
        self.eras = await eras.of_brand(self._deps.pool, self.brand)
        _, self.position = await self.read(NOWHERE)
        self.recent_after = self.position
        self.started.set()
        self.wake.set()

    async def _step(self) -> None:
        loop, more = asyncio.get_running_loop(), True
        while more:
            entries, complete = await self.read(self.position)
            begun = loop.time()
            self._hand_on(entries)
            self._worked_s = loop.time() - begun
            self.position = max(self.position, complete)
            more = len(entries) >= READ_AT_ONCE
        now = loop.time()
        if self._to_count and now >= self._next_count:
            self._next_count, self._to_count = now + COUNTS_EVERY_S, False
            await self._count()
        if self._crowd.changed and now >= self._next_people:
            self._next_people = now + PEOPLE_EVERY_S
            self._tell_people()
        if now >= self._next_check:
            self._next_check = now + CHECK_EVERY_S
            await self._check()
            await self._count_own()
        if now >= self._next_noted:
            self._next_noted = now + rules.NOTED_EVERY_S
            await self._note_here()

    async def _note_here(self) -> None:
        """For rules that assign to who is here, in other processes, too."""
        here = {watcher.member for watcher in self.watchers if watcher.variant.kind == "page"}
        if here:
            async with self._deps.pool.acquire() as connection:
                await rules.note_here(connection, self.brand, here, self._deps.clock.now())

    def _tell_people(self) -> None:
        """What many do at once is told together, and to pages only."""
        self._give_pages(frames.people(self._crowd.take_changed(), every=False))

    def _give_pages(self, entry: frames.Entry) -> None:
        batch = frames.Batch([entry])
        for watcher in tuple(self.watchers):
            if watcher.variant.kind == "page":
                watcher.give(batch, self.render)

    def render(self, row: Row, variant: frames.Variant) -> dict[str, Any]:
        return self._render(row, variant, self.names)

    async def head(self) -> int:
        """The last position of the brand's log; the views may not have come so far."""
        return await self._deps.log.head(self.brand)

    def ready(self, position: int, *, reset: bool) -> frames.Entry:
        return frames.ready(position, self.eras.at(position), reset=reset)

    async def read(self, after: int) -> tuple[list[frames.Entry], int]:
        """Changes after a position, and up to where they are complete. One position may hold several changes."""
        meters.LIVE_QUERIES.inc()
        async with self._deps.pool.acquire() as connection:
            rows, complete = await queue.changed_since(connection, self.brand, after, READ_AT_ONCE)
        await self._learn_names(row.assignee for row in rows)
        now = self._deps.clock.now()
        last = {row.position: place for place, row in enumerate(rows)}
        entries = [
            frames.Entry(r.position, r.as_of(now), last=last[r.position] == n, era=self.eras.at(r.position))
            for n, r in enumerate(rows)
        ]
        return entries, complete

    async def _learn_names(self, ids: Iterable[int | None]) -> None:
        unknown = {member for member in ids if member and member not in self.names}
        if unknown:
            self.names.update(await members.names(self._deps.log, self.brand, unknown))

    def _hand_on(self, entries: Sequence[frames.Entry]) -> None:
        if not entries:
            return
        self.position = max(self.position, entries[-1].position or 0)
        self._to_count = True
        self.recent.extend(entries)
        while len(self.recent) > REMEMBERED or (self.recent and self.recent[0].position == self.recent_after):
            # Whole positions only: a resume between two changes of one position would lose the second.
            self.recent_after = self.recent.popleft().position or 0
        batch = frames.Batch(entries)
        for watcher in tuple(self.watchers):
            watcher.give(batch, self.render)

    # --- counts ---

    async def _count(self) -> None:
        if await self._tally.count_items():
            self._tell_counts(self.watchers)
        async with self._deps.pool.acquire() as connection:
            self._tell_waves(await folding.of_brand(connection, self.brand))

    async def _count_own(self) -> None:
        """A notice or a promise need not change an item: these are looked at whether something came or not."""
        told = await self._tally.count_own(self.watchers)
        self._tell_counts(one for one in self.watchers if one.member in told and one.variant.kind == "page")

    def _tell_counts(self, watchers: Iterable[Watcher]) -> None:
        for watcher in tuple(watchers):
            if batch := self._tally.of(watcher):
                watcher.give(batch, self.render)

    def _tell_waves(self, cells: folding.Cells) -> None:
        """Of those that changed, to pages only, which fold them."""
        before, self._cells = self._cells, cells
        if before is None:
            self._give_pages(frames.waves(cells, every=True))
        elif changed := {
            wave: cells.get(wave, ()) for wave in before.keys() | cells.keys() if before.get(wave) != cells.get(wave)
        }:
            self._waves = None
            self._give_pages(frames.waves(changed, every=False))

    def _every_wave(self, cells: folding.Cells) -> frames.Batch:
        """Framed once for all who come before they change."""
        self._waves = self._waves or frames.Batch([frames.waves(cells, every=True)])
        return self._waves

    def join(self, watcher: Watcher) -> None:
        """From here on nothing passes it unseen."""
        self.watchers.add(watcher)
        self._tell_counts([watcher])
        if watcher.variant.kind == "page":
            watcher.give(frames.Batch([frames.people(self._crowd.people(), every=True)]), self.render)
            if self._cells is not None:
                watcher.give(self._every_wave(self._cells), self.render)
            self._next_noted = 0.0

    # --- rights ---

    async def _check(self) -> None:
        """Whose session or token fell, or who may do more or less than before, is cut: the browser is asked again."""
        await self._heed_rebuilds()
        digests = [watcher.credential for watcher in self.watchers]
        if not digests:
            return
        roles = await sessions.standing(self._deps.pool, self.brand, digests, now=self._deps.clock.now())
        held: dict[bytes, frozenset[Right]] = {digest: RIGHTS_OF_ROLE[role] for digest, role in roles.items()}
        held.update(await tokens.standing(self._deps.pool, self.brand, digests))
        if any(watcher.variant.kind == "wall" for watcher in self.watchers):
            held.update(dict.fromkeys(await wall_links.standing(self._deps.pool, self.brand, digests), WALL))
        for watcher in tuple(self.watchers):
            if held.get(watcher.credential) != watcher.rights:
                watcher.end("rights")

    # --- rebuilds ---

    async def _heed_rebuilds(self) -> None:
        """Rows may be others now of which no event speaks: whoever watches starts anew."""
        self.eras = await eras.of_brand(self._deps.pool, self.brand)
        switches = await shadow.switches(self._deps.pool, self.brand)
        if switches != self.switches:
            again = frames.Batch([self.ready(self.position, reset=True)])
            for watcher in tuple(self.watchers):
                watcher.give(again, self.render)
        self.switches = switches
