"""Tells members what they should know of, and keeps the list of proposals that wait. `inbox.views.notices` says how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from inbox.ids import BrandId
from inbox.log.record import Recorded
from inbox.log.store import Connection
from inbox.views import notices


class Tell:
    """A transactional follower: what it writes and its checkpoint move together."""

    name: ClassVar[str] = "tell"
    transactional: ClassVar[bool] = True
    wants: ClassVar[frozenset[str] | None] = notices.WANTS

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
        assert connection is not None
        await notices.project(connection, brand, events)

    def committed(self, brand: BrandId, events: Sequence[Recorded]) -> None:
        """Nobody is woken: the counts are asked for with each page."""
