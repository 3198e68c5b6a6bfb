"""Verifying a connection when somebody asks for it: the network is asked something that changes nothing."""

from __future__ import annotations

from inbox.channels import ChannelRecord
from inbox.clock import Clock
from inbox.verifying import Verified
from services.channels import registry
from services.channels.contract import NotAsked, SweepFailed, Way
from services.workers.asking import asked


class Verify:
    """An `inbox.channels.Verifier`."""

    def __init__(self, way: Way, clock: Clock) -> None:
        self._way = way
        self._clock = clock

    async def __call__(self, channel: ChannelRecord) -> Verified:
        network = registry.networks().get(channel.network)
        if network is None:
            return Verified("not_asked")
        try:
            name = await asked(network, network.check(self._way, channel, self._clock.now()))
        except NotAsked:
            return Verified("not_asked")
        except SweepFailed as error:
            return Verified("refused", reason=error.reason)
        return Verified("works", name=name)
