"""Channels by the address of their hook, also while the database is away: then as they were when last seen.

A channel that this process never saw cannot be proven, and is refused. One that was switched off meanwhile may be taken
until the database is back: what it brings is kept, and its people see it.
"""

from __future__ import annotations

from inbox.channels import ChannelRecord, Channels
from inbox.log.store import LogUnavailable
from services.outage import AWAY, Outage

MOST = 10_000


class Known:
    def __init__(self, channels: Channels, outage: Outage) -> None:
        self._channels = channels
        self._outage = outage
        self._last: dict[str, ChannelRecord] = {}

    async def hook(self, channel_id: str) -> ChannelRecord | None:
        """None: there is no such channel. Raises `LogUnavailable` where nobody can tell."""
        if not self._outage.is_on:
            try:
                found = await self._channels.hook(channel_id)
            except AWAY:
                self._outage.suspect()
            else:
                self._remember(channel_id, found)
                return found
        if channel_id not in self._last:
            raise LogUnavailable("the channel is not known, and the database is away")
        return self._last[channel_id]

    def _remember(self, channel_id: str, found: ChannelRecord | None) -> None:
        if found is None:
            self._last.pop(channel_id, None)
            return
        if len(self._last) >= MOST and channel_id not in self._last:
            self._last.clear()
        self._last[channel_id] = found
