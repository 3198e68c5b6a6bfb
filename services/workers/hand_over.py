"""Carries out hand-overs: once one is accepted its items change hands, one by one, whatever restarts in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from inbox import handing
from inbox.clock import Clock
from inbox.ids import BrandId
from inbox.log.record import Recorded
from inbox.log.store import Connection, Log
from inbox.team_events import HandoverAccepted


class HandOver:
    """A follower whose effect is appends of its own: harmless when repeated, by the key of each."""

    name: ClassVar[str] = "handover"
    transactional: ClassVar[bool] = False
    wants: ClassVar[frozenset[str] | None] = frozenset({HandoverAccepted.TYPE})

    def __init__(self, log: Log, clock: Clock) -> None:
        self._log = log
        self._clock = clock

    async def handle(self, connection: Connection | None, brand: BrandId, events: Sequence[Recorded]) -> None:
        for recorded in events:
            if isinstance(recorded.event, HandoverAccepted):
                await handing.carry_out(self._log, self._clock, brand, recorded.event.handover_id)

    def committed(self, brand: BrandId, events: Sequence[Recorded]) -> None:
        """The appends have woken who follows."""
