"""Looking after what runs out: subscriptions and access that networks grant for a while only.

What can be renewed is renewed before it ends; of what cannot, the health says in time that it will. New tokens are
sealed with the channel's other secrets.

A refresh token may be good for one renewal only, and whoever uses it a second time loses the access altogether. So a
channel is claimed before its network is asked, and read anew once it is: of two processes that find it due, one asks,
and the other reads the next time what that one was given. The brand's lease only spares them from meeting.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from inbox.channel_state import Term
from inbox.channels import ChannelRecord, Channels
from inbox.clock import Clock
from inbox.errors import NotFound
from inbox.ids import BrandId
from inbox.log.passing import PASSING
from inbox.log.store import LogUnavailable
from inbox.sql import beside
from services import metrics
from services.channels.contract import Channel, SweepFailed, Tended, Way
from services.workers.asking import asked, pause_s
from services.workers.leases import Leases

sql = beside(__file__, "tend.sql")
logger = logging.getLogger(__name__)
NAME = "tend"
WAKE_S = 5.0
LEASE_S = 120.0
CLAIM_S = 120.0
"""How long a channel is left to whoever claimed it: twice as long as a network has for its answer."""
AT_ONCE = 20
SEAL_TRIES = 10
FIRST_PAUSE_S = 60.0
UNCONFIGURED_S = 3600.0


class Tender:
    """`run` ends when its task is cancelled. `tick` looks after what is due, one after the other. `base_url`: where
    networks reach us."""

    seal_pause_s = 5.0

    def __init__(
        self, channels: Channels, networks: Mapping[str, Channel], way: Way, clock: Clock, base_url: str
    ) -> None:
        self._channels = channels
        self._pool = channels.log.pool
        self._networks = {name: network for name, network in networks.items() if network.tends}
        self._way = way
        self._clock = clock
        self._base_url = base_url
        self._leases = Leases(self._pool, NAME, LEASE_S)

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self.tick()
                except (*PASSING, LogUnavailable) as error:
                    logger.warning("nothing is renewed for now: %s", type(error).__name__)
                await asyncio.sleep(WAKE_S)
        finally:
            await self._way.http.close()
            await self._leases.leave()

    async def tick(self) -> None:
        for row in await self._pool.fetch(sql.due, list(self._networks), self._clock.now(), AT_ONCE):
            if await self._leases.take(BrandId(row["brand_id"])):
                await self._tend(BrandId(row["brand_id"]), row["channel_id"])

    async def _tend(self, brand: BrandId, channel_id: str) -> None:
        now = self._clock.now()
        failures = await self._pool.fetchval(sql.claim, brand, channel_id, now + timedelta(seconds=CLAIM_S), now)
        channel = await self._fresh(brand, channel_id) if failures is not None else None
        network = self._networks.get(channel.network) if channel is not None else None
        if channel is None or network is None:
            return
        terms = await self._terms(channel)
        hook = f"{self._base_url}/hooks/{channel.channel_id}"
        try:
            done = await asked(network, network.tend(self._way, channel, hook, terms, self._clock.now()))
        except SweepFailed as error:
            await self._fail(network, channel, failures, error)
            return
        await self._keep(network, channel, terms, done)

    async def _fresh(self, brand: BrandId, channel_id: str) -> ChannelRecord | None:
        """As it stands, and not as it is remembered: the tokens may be another process's of a moment ago."""
        with contextlib.suppress(NotFound):
            channel = await self._channels.get(brand, channel_id)
            return channel if channel.disabled_at is None else None
        return None

    async def _terms(self, channel: ChannelRecord) -> tuple[Term, ...]:
        rows = await self._pool.fetch(sql.terms, channel.brand, channel.channel_id)
        return tuple(Term(*(row[name] for name in Term._fields)) for row in rows)

    async def _keep(self, network: Channel, channel: ChannelRecord, before: Sequence[Term], done: Tended) -> None:
        """The new token first: the one before may already be worth nothing."""
        if done.secrets:
            await self._seal(channel, done.secrets)
        key = channel.brand, channel.channel_id
        ends = {(term.what, term.ref): term.ends_at for term in before}
        for one in done.terms:
            known = ends.get((one.what, one.ref))
            await self._pool.execute(
                sql.keep, *key, one.what, one.ref, one.ends_at, one.asked_at, known, one.renews
            )  # fmt: skip
        await self._pool.execute(sql.drop, *key, [f"{one.what} {one.ref}" for one in done.terms])
        now = self._clock.now()
        await self._pool.execute(sql.tended, *key, now + timedelta(seconds=done.again_s), now)
        metrics.RENEWALS.labels(network.id, "renewed" if done.secrets or done.asked else "kept").inc()

    async def _seal(self, channel: ChannelRecord, secrets: Mapping[str, str]) -> None:
        """What may be given once must be kept: a database that is away for a moment is asked again, as long as the
        channel is ours."""
        for left in reversed(range(SEAL_TRIES)):
            try:
                await self._channels.update(channel.brand, channel.channel_id, secrets=secrets, by=None)
                return
            except (*PASSING, LogUnavailable):
                if not left:
                    raise
            await asyncio.sleep(self.seal_pause_s)

    async def _fail(self, network: Channel, channel: ChannelRecord, failures: int, error: SweepFailed) -> None:
        key, now = (channel.brand, channel.channel_id), self._clock.now()
        if error.reason == "not_configured":  # nobody's fault: there is nothing to be renewed yet
            await self._pool.execute(sql.tended, *key, now + timedelta(seconds=UNCONFIGURED_S), now)
            return
        metrics.RENEWALS.labels(network.id, "failed").inc()
        later = now + timedelta(seconds=pause_s(FIRST_PAUSE_S, failures, error))
        await self._pool.execute(sql.failed, *key, later, error.reason)
