"""Reading a quarantined delivery again, once the parser knows better or an account has been connected since.

The signature held when the delivery was stored, so it is not asked for again. What was taken the first time is known to
the log by its keys and is not taken twice; messages keep the time at which they really arrived.
"""

from __future__ import annotations

import uuid

from inbox import walls
from inbox.channels import Channels, Reparsed
from inbox.errors import Refused
from inbox.ids import BrandId
from inbox.log.batcher import Batcher
from services.channels import registry
from services.channels.contract import Inbound
from services.ingest import headers
from services.ingest.take import Arrival, Taker, why


class Reparse:
    """An `inbox.channels.Reparser`."""

    def __init__(self, channels: Channels, batcher: Batcher) -> None:
        self._channels = channels
        self._taker = Taker(channels, batcher)

    async def __call__(self, brand: BrandId, delivery_id: uuid.UUID) -> Reparsed:
        stored = await self._channels.delivery(brand, delivery_id)
        if stored.body is None:
            raise Refused("delivery_expired", "The raw body is past its retention and is gone.", status=410)
        hook = await self._channels.get(brand, stored.channel_id)
        network = registry.networks().get(hook.network)
        if network is None:
            raise Refused("network_unknown", f"This version knows no network {hook.network}.")
        secret = next(iter(hook.valid_secrets()), "")
        request = Inbound(headers.unpacked(stored.headers, stored.content_type), stored.body)
        arrival = Arrival(hook, secret, request, stored.received_at)
        with walls.narrowed(None):  # it may hold messages for the organisation's other brands
            taken = await self._taker.take(network, arrival, arrived=False)
        reason = why(taken.unreadable)
        await self._channels.settle_delivery(brand, delivery_id, reason=reason, messages=len(taken.messages))
        return Reparsed(sum(1 for _, new in taken.messages if new), reason)
