"""Taking what somebody of the team has recorded: as a delivery to a channel of its place, the way of all deliveries."""

from __future__ import annotations

import asyncio

from inbox.channels import ChannelRecord, Channels
from inbox.clock import Clock
from inbox.errors import Refused, Unavailable
from inbox.events import Author
from inbox.ids import BrandId, ItemId
from inbox.log.batcher import Batcher
from inbox.log.passing import PASSING
from inbox.log.store import LogUnavailable
from inbox.recording import Sighting
from services.channels import manual
from services.channels.contract import Inbound, Received
from services.ingest.take import Arrival, Taker


class Record:
    """An `inbox.recording.Recorder`."""

    def __init__(self, channels: Channels, batcher: Batcher, clock: Clock) -> None:
        self._channels = channels
        self._clock = clock
        self._taker = Taker(channels, batcher)
        self._making = asyncio.Lock()

    async def __call__(self, brand: BrandId, sighting: Sighting, *, by: int) -> ItemId:
        try:
            channel = await self._channel(brand, sighting, by)
            return await self._taken(channel, sighting, by)
        except (*PASSING, LogUnavailable) as error:
            raise Unavailable("The log could not take it now; send it again.") from error

    async def _taken(self, channel: ChannelRecord, sighting: Sighting, by: int) -> ItemId:
        now, network = self._clock.now(), manual.CHANNEL
        request = Inbound({"content-type": ["application/json"]}, manual.body(sighting, by))
        said = [one for each in network.split(request.raw) for one in network.read(each, channel, now)]
        if not said or not isinstance(said[0], Received):
            raise Refused("cannot_record", "This cannot be recorded as it is.", status=422)
        await self._taker.take(network, Arrival(channel, "", request, now))
        author = said[0].author or Author(id=f"unknown:{said[0].external_id}")
        ids = self._channels.log.keyring.ids
        return ids.item(channel.brand, channel.channel_id, said[0].thread_id, author.id)

    async def _channel(self, brand: BrandId, sighting: Sighting, by: int) -> ChannelRecord:
        """That of the place. Two who record there for the first time at once make one: in this process, at least."""
        async with self._making:
            found = await self._found(brand, sighting.place)
            if found is None:
                return await self._channels.add(
                    brand, network=manual.CHANNEL.id, name=sighting.title, settings={"place": sighting.place}, by=by
                )
        if found.disabled_at is not None:
            raise Refused("channel_disabled", f"“{found.name}” is switched off in the settings.", status=409)
        return found

    async def _found(self, brand: BrandId, place: str) -> ChannelRecord | None:
        known = [one for one in await self._channels.list(brand) if one.network == manual.CHANNEL.id]
        mine = [one for one in known if one.settings.get("place") == place]
        return min(mine, key=lambda one: (one.disabled_at is not None, one.created_at), default=None)
