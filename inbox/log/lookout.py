"""The lookout of a process: each second, for all its followers together, who else follows and which brands are behind.

Each process has a seat that runs out `LEASE_S` after it was last claimed, by the database's clock. Brands are dealt
among the seats (`inbox.log.deal`): every process computes the same, so a brand needs no lease of its own, a new process
gets its share and the brands of one that died go to the others. Two processes may disagree for a moment; that costs
work and nothing else, since a follower's checkpoint decides.

A look asks for the heads of all brands and then only about those that moved since the last look, so that ten thousand
quiet brands cost a few milliseconds. Every `FULL_S` all are asked about: a checkpoint may have been moved back.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from inbox.ids import BrandId
from inbox.log.deal import Deal
from inbox.log.store import Log
from inbox.sql import beside

sql = beside(__file__, "lookout.sql")
logger = logging.getLogger(__name__)

LEASE_S = 5.0
FULL_S = 30.0
NEWS_S = 0.02


@dataclass(frozen=True, slots=True)
class Behind:
    """A brand whose log has gone on past a follower. `age_s`: of the first event it has not handled."""

    brand: BrandId
    head: int
    position: int
    age_s: float


class Lookout:
    """Shared by the followers of a process. `enter` before the first look, `leave` after the last, each once a
    follower."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.holder = uuid.uuid4().hex
        self._label = f"{socket.gethostname()}:{os.getpid()}"
        self._names: list[str] = []
        self._inside = 0
        self._lock = asyncio.Lock()
        self._seated = False
        self._valid_until = float("-inf")
        self._full_at = float("-inf")
        self._asked_for: tuple[str, ...] = ()
        self._heads: dict[BrandId, int] = {}
        self._found: dict[str, list[Behind]] = {}
        self._deals: dict[str, Deal] = {}
        self._before: dict[str, Deal] = {}
        self._dead: frozenset[str] = frozenset()
        self.looked_at = float("-inf")
        self.losses = 0
        """How often this process lost its seat since it did not move for too long."""

    def enlist(self, name: str) -> None:
        """A follower of this process, before it starts: whoever runs it is dealt its brands."""
        if name not in self._names:
            self._names.append(name)

    def enter(self) -> None:
        self._inside += 1

    async def leave(self) -> None:
        """The last one to leave gives the seat back: the others take over at once."""
        self._inside -= 1
        if self._inside <= 0 and self._seated:
            self._seated, self._valid_until = False, float("-inf")
            await self._log.pool.execute(sql.stand_up, self.holder)

    def mine(self, name: str, brand: BrandId) -> bool:
        """Whether a brand was dealt to us, as far as our seat still holds."""
        if asyncio.get_running_loop().time() >= self._valid_until:
            return False
        return self._deals[name].owner(brand) == self.holder if name in self._deals else False

    def bereaved(self, name: str, brand: BrandId) -> bool:
        """Whether the process that followed it before has gone without leaving."""
        return name in self._before and self._before[name].owner(brand) in self._dead

    def stale(self) -> None:
        """Somebody joined or left: the next to ask looks anew. All of a process hear it: one look will do."""
        if asyncio.get_running_loop().time() - self.looked_at > NEWS_S:
            self.looked_at = float("-inf")

    async def look(self, name: str, within_s: float) -> Sequence[Behind]:
        """Brands on which this follower is behind, ours or not; seen no longer ago than `within_s`."""
        async with self._lock:
            too_old = asyncio.get_running_loop().time() - self.looked_at >= within_s
            if too_old or name not in self._asked_for:
                await self._look()
        return self._found.get(name, ())

    async def _look(self) -> None:
        began, names = asyncio.get_running_loop().time(), tuple(self._names)
        seats = await self._log.pool.fetch(sql.sit, self.holder, self._label, list(names), LEASE_S)
        if self._seated and any(seat["joined"] for seat in seats):
            self.losses += 1
            logger.warning("this process did not move for %s s: its brands were dealt to others", LEASE_S)
        row = await self._log.pool.fetchrow(sql.heads)
        assert row is not None
        heads: dict[BrandId, int] = dict(zip(row["brands"], row["positions"], strict=True))
        is_known = heads.keys() == self._heads.keys()
        for name in names:
            seated = sorted(s["holder"] for s in seats if s["alive"] and name in s["followers"])
            self._deal(name, seated, heads, is_known=is_known)
        await self._ask(heads, names, began)
        self._dead = frozenset(seat["holder"] for seat in seats if not seat["alive"])
        self._seated, self._valid_until = True, began + LEASE_S
        self.looked_at, self._asked_for = began, names

    def _deal(self, name: str, seats: list[str], heads: dict[BrandId, int], *, is_known: bool) -> None:
        before = self._deals.get(name)
        if before is not None and before.seats != seats:
            self._before[name] = before
        elif before is not None and is_known:
            return
        self._deals[name] = Deal(seats, heads)

    async def _ask(self, heads: dict[BrandId, int], names: tuple[str, ...], now: float) -> None:
        """About the brands that moved, and those that somebody was behind on at the last look."""
        if now - self._full_at >= FULL_S or names != self._asked_for:
            asked, self._full_at = list(heads), now
        else:
            moved = {brand for brand, head in heads.items() if self._heads.get(brand) != head}
            asked = list(moved.union(one.brand for found in self._found.values() for one in found))
        found: dict[str, list[Behind]] = {name: [] for name in names}
        for row in await self._log.pool.fetch(sql.behind, asked, list(names)) if asked else ():
            found[row["follower"]].append(Behind(row["brand_id"], row["head"], row["position"], row["age_s"]))
        self._heads, self._found = heads, found
