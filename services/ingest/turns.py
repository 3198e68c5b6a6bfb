"""How many requests of one channel, and of one brand, are taken at a time.

One channel in a storm must not take all the memory, and all the turns at the disk, of the others; nor may one brand
with many channels. What is over is asked to come back, while the neighbours' requests pass.
"""

from __future__ import annotations

from collections import defaultdict

from inbox.channels import ChannelRecord

CHANNEL_MOST = 256
BRAND_MOST = 512


class Full(Exception):
    """The words are for the sender."""


class Turns:
    """`begin` and `end` go in pairs; a `begin` that raised needs no `end`."""

    def __init__(self) -> None:
        self._running: defaultdict[str | int, int] = defaultdict(int)

    def begin(self, channel: ChannelRecord) -> None:
        running = self._running
        if running.get(channel.channel_id, 0) >= CHANNEL_MOST:
            raise Full(f"At most {CHANNEL_MOST} requests at a time.")
        if running.get(channel.brand, 0) >= BRAND_MOST:
            raise Full(f"At most {BRAND_MOST} requests at a time for all channels of a brand.")
        running[channel.channel_id] += 1
        running[channel.brand] += 1

    def end(self, channel: ChannelRecord) -> None:
        for counted in (channel.channel_id, channel.brand):
            self._running[counted] -= 1
            if not self._running[counted]:
                del self._running[counted]
