"""Assigns by the brand's rules, once an item's words were read: language and category are known then.

The first reading that comes decides, also a first look; a full one later moves nothing. In a storm items are given one
after the other; whoever takes one by hand meanwhile keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from inbox import rules
from inbox.assigning import Roster
from inbox.clock import Clock
from inbox.events import MessageClassified
from inbox.ids import BrandId, ItemId
from inbox.log.record import Recorded
from inbox.log.store import Connection, Log


class Assign:
    """A follower whose effect is appends of its own: one a turn, by its key."""

    name: ClassVar[str] = "assign"
    transactional: ClassVar[bool] = False
    wants: ClassVar[frozenset[str] | None] = frozenset({MessageClassified.TYPE})

    def __init__(self, log: Log, clock: Clock) -> None:
        self._log = log
        self._clock = clock

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
        known, _ = await rules.of_brand(self._log, brand)
        if not known:
            return
        since = self._clock.now() - rules.HERE_FOR
        async with self._log.pool.acquire() as own:
            roster = Roster({one.member: one for one in await rules.colleagues(own, brand, since)})
        if not roster.here:
            return
        read = {r.event.item_id: None for r in events if isinstance(r.event, MessageClassified)}
        for item_id in read:
            await rules.assign(self._log, self._clock, brand, ItemId(item_id), known, roster)

    def committed(self, brand: BrandId, events: Sequence[Recorded]) -> None:
        """The appends have woken who follows."""
