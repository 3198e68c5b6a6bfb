"""The projector: follows the log and keeps the views true. `inbox.views.items` says how an item becomes rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from inbox.ids import BrandId
from inbox.log.record import Recorded
from inbox.log.store import Connection, Log
from inbox.policy import Policy
from inbox.views import items


class Projector:
    """A follower: views and checkpoint move in one transaction, and whoever watches is woken after it."""

    name: ClassVar[str] = "project"
    transactional: ClassVar[bool] = True
    wants: ClassVar[frozenset[str] | None] = None

    def __init__(self, log: Log) -> None:
        self._log = log
        self._policies: dict[BrandId, tuple[int, Policy]] = {}

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
        assert connection is not None
        before, policy = self._policies.get(brand, (0, None))
        known = policy if before == events[0].position - 1 else None
        newest = await items.project(connection, brand, events, self._log.keyring.ids, known)
        # True whether or not this is committed: which policy is in force at a position of the log never changes.
        self._policies[brand] = events[-1].position, newest

    def committed(self, brand: BrandId, events: Sequence[Recorded]) -> None:
        self._log.pulse.beat("views", brand)
