"""Which deliveries are spooled while the database is away: those that would not come again.

A network that goes on sending for hours gets 503 and brings its delivery back by itself: there is nothing to gain from
an acknowledgement that only one disk stands for. One that does not, or gives up within minutes, gets its 2xx after the
spool's flush.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from services.channels.contract import Channel, Inbound
from services.ingest import headers
from services.ingest.take import Arrival
from services.spool import Spool, SpoolFull

LONG_ENOUGH = timedelta(hours=1)
"""An outage that lasts longer is one that somebody was paged for."""
KEPT_WITHIN_S = 5.0
"""Nobody waits longer for a disk that hangs. What it takes after all is brought into the log like the rest."""


class Keeping:
    """`spool`: None where there is none."""

    def __init__(self, spool: Spool | None) -> None:
        self._spool = spool

    async def kept(self, network: Channel, arrival: Arrival) -> bool:
        """Whether it is safe on this host's disk, and may be acknowledged."""
        if self._spool is None or network.capabilities.resends_for >= LONG_ENOUGH:
            return False
        kept = headers.unpacked(headers.packed(arrival.request.headers), arrival.content_type)
        request = Inbound(kept, arrival.request.raw)  # as a delivery is read again: no proofs, no address
        try:
            async with asyncio.timeout(KEPT_WITHIN_S):
                await self._spool.put(arrival.hook.channel_id, arrival.secret, request, arrival.received_at)
        except (SpoolFull, TimeoutError):
            return False
        return True
