"""Asking the networks: everything once, from where the last look ended, whatever they make of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from inbox.channels import ChannelRecord, Channels, Health
from inbox.clock import SimulatedClock, SystemClock
from inbox.events import MessageReceived
from inbox.ids import BrandId
from inbox.log.batcher import Batcher
from inbox.log.store import Log
from services.channels import registry
from services.channels.contract import Capabilities, Hint, Inbound, SweepFailed, Swept, Unreadable, Way
from services.ingest import hints
from services.ingest.take import Arrival, Taker
from services.outbound import NoAnswer, Outbound
from services.workers import outbox
from services.workers.fetch import ATTEMPTS, Fetcher
from services.workers.sweep import Sweeper
from tests.fakes.network import FakeNetwork, said


@dataclass
class Sea:
    """A network that is asked, and what a test may look into."""

    log: Log
    brand: BrandId
    clock: SimulatedClock
    channels: Channels
    batcher: Batcher
    network: FakeNetwork
    channel: ChannelRecord
    sweeper: Sweeper

    def another(self) -> Sweeper:
        return Sweeper(self.channels, registry.networks(), self.batcher, Way(Outbound(), ""), self.clock)

    def fetcher(self) -> Fetcher:
        return Fetcher(self.channels, registry.networks(), self.batcher, Way(Outbound(), ""), self.clock)

    async def look(self, *pages: Swept | Exception, after_s: float = 0) -> None:
        self.network.pages += pages
        self.clock.advance(timedelta(seconds=after_s))
        await self.sweeper.tick()
        await self.sweeper.settled()

    def brings(self, cursor: str, *idents: str, minutes_ago: float = 10, **more: Any) -> Swept:
        at = self.clock.now() - timedelta(minutes=minutes_ago)
        return Swept(tuple(said(ident, at) for ident in idents), cursor, raw=b"raw " + cursor.encode(), **more)

    async def messages(self) -> list[str]:
        recorded = await self.log.read(self.brand, 0, 1000)
        return [r.event.external_id for r in recorded if isinstance(r.event, MessageReceived)]

    async def health(self) -> Health:
        return (await self.channels.health(self.brand))[self.channel.channel_id]

    async def count(self, table: str) -> int:
        count: int = await self.log.pool.fetchval(f"SELECT count(*) FROM vigie.{table}")
        return count


@pytest.fixture
async def sea(log: Log, batcher: Batcher, brand: BrandId, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sea]:
    clock, network = SimulatedClock(SystemClock().now()), FakeNetwork()
    monkeypatch.setattr(registry, "networks", lambda: {network.id: network})
    channels = Channels(log, clock)
    channel = await channels.add(brand, network="fake", name="fake", secrets={"secret": "s"}, by=None)
    sweeper = Sweeper(channels, registry.networks(), batcher, Way(Outbound(), ""), clock)
    yield Sea(log, brand, clock, channels, batcher, network, channel, sweeper)
    await channels.tallies.flush(log.pool)


async def test_each_look_begins_where_the_last_one_ended_in_the_channels_own_interval(sea: Sea) -> None:
    await sea.look(sea.brings("c1", "1", "2"))
    await sea.look(after_s=59)
    await sea.look(sea.brings("c2", "3"), after_s=1)
    assert sea.network.asked == [None, "c1"]
    assert await sea.messages() == ["1", "2", "3"]


async def test_what_a_webhook_brought_is_not_taken_again_and_what_none_brought_is_counted(sea: Sea) -> None:
    await sea.look(sea.brings("c1", "before us"))
    hooked = Inbound({"x-about": ["x"]}, b'[["said", "hooked", "Bonjour"]]')
    arrival = Arrival(sea.channel, "s", hooked, sea.clock.now())
    await Taker(sea.channels, sea.batcher).take(sea.network, arrival)
    await sea.look(sea.brings("c2", "hooked", "lost"), after_s=60)
    assert await sea.messages() == ["before us", "hooked", "lost"]
    assert (await sea.health()).found_by_sweep == 1


async def test_what_was_said_just_now_may_still_be_on_its_way_to_the_hook(sea: Sea) -> None:
    await sea.look(sea.brings("c1"))
    await sea.look(sea.brings("c2", "fresh", minutes_ago=0), after_s=60)
    assert (await sea.messages(), (await sea.health()).found_by_sweep) == (["fresh"], 0)


async def test_a_network_without_webhooks_has_nothing_to_find(sea: Sea, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeNetwork, "capabilities", Capabilities(("poll",)))
    await sea.look(sea.brings("c1", "1"))
    await sea.look(sea.brings("c2", "2"), after_s=60)
    assert (await sea.messages(), (await sea.health()).found_by_sweep) == (["1", "2"], 0)


async def test_the_raw_answer_is_kept_beside_what_is_new_in_it_and_nothing_new_leaves_nothing(sea: Sea) -> None:
    await sea.look(sea.brings("c1", "1"))
    await sea.look(sea.brings("c2", "1"), sea.brings("c3"), after_s=60)
    assert await sea.count("deliveries") == 1
    (event,) = [r.event for r in await sea.log.read(sea.brand) if isinstance(r.event, MessageReceived)]
    assert event.delivery_id is not None
    assert (await sea.channels.delivery(sea.brand, event.delivery_id)).body == b"raw c1"


async def test_more_is_asked_for_at_once(sea: Sea) -> None:
    await sea.look(sea.brings("c1", "1", more=True), sea.brings("c2", "2", more=True), sea.brings("c3", "3"))
    assert (sea.network.asked, await sea.messages()) == ([None, "c1", "c2"], ["1", "2", "3"])


async def test_a_network_that_says_more_and_does_not_move_is_left_alone(sea: Sea) -> None:
    await sea.look(sea.brings("c1", more=True), sea.brings("c1", more=True), sea.brings("c1", more=True))
    assert sea.network.asked == [None, "c1"]


async def test_a_gap_is_counted(sea: Sea) -> None:
    await sea.look(sea.brings("c1"))
    await sea.look(sea.brings("c9", gap=True), after_s=60)
    health = await sea.health()
    assert (health.gaps, health.last_gap_at) == (1, sea.clock.now())


async def test_failures_stand_in_the_health_and_pauses_grow_until_it_works_again(sea: Sea) -> None:
    await sea.look(sea.brings("c1"))
    await sea.look(NoAnswer("no_answer"), after_s=60)
    await sea.look(after_s=59)
    assert sea.network.asked == [None, "c1"]
    await sea.look(RuntimeError("the words of a person"), after_s=1)
    await sea.look(after_s=119)
    assert sea.network.asked == [None, "c1", "c1"]
    await sea.look(SweepFailed("too_many", retry_after_s=900), after_s=1)
    assert (await sea.health()).sweep_failure == "too_many"
    await sea.look(after_s=899)
    assert sea.network.asked == [None, "c1", "c1", "c1"]
    await sea.look(sea.brings("c2", "1"), after_s=1)
    health = await sea.health()
    assert (health.sweep_failure, health.failures, await sea.messages()) == (None, 3, ["1"])


async def test_a_limit_that_a_look_hears_of_holds_replies_and_one_that_a_reply_heard_of_holds_looks(sea: Sea) -> None:
    await sea.look(SweepFailed("too_many", retry_after_s=90))
    where, until = (sea.brand, sea.channel.channel_id), "SELECT until FROM vigie.account_waits WHERE channel_id = $1"
    assert await sea.log.pool.fetchval(until, sea.channel.channel_id) == sea.clock.now() + timedelta(seconds=90)
    await sea.log.pool.execute(outbox.sql.hold, *where, sea.clock.now() + timedelta(seconds=600))
    await sea.look(sea.brings("c1", "1"), after_s=599)
    assert await sea.messages() == []
    await sea.look(after_s=1)
    assert await sea.messages() == ["1"]


async def test_a_channel_without_a_token_is_no_failure(sea: Sea) -> None:
    await sea.look(SweepFailed("not_configured"))
    health = await sea.health()
    assert (health.failures, health.sweep_failure) == (0, "not_configured")


async def test_what_cannot_be_read_is_kept_once_a_day_however_often_it_comes(sea: Sea) -> None:
    for n in range(4):
        unread = Swept((said(str(n), sea.clock.now()), Unreadable("an unknown event")), f"c{n}", raw=b"raw %d" % n)
        await sea.look(unread, after_s=60)
    assert len(await sea.channels.quarantined(sea.brand)) == 1
    assert await sea.messages() == ["0", "1", "2", "3"]


async def test_a_disabled_channel_is_not_asked(sea: Sea) -> None:
    await sea.channels.disable(sea.brand, sea.channel.channel_id, by=None)
    await sea.look()
    assert sea.network.asked == []


async def test_a_second_process_leaves_a_leased_brand_alone_until_the_first_is_gone(sea: Sea) -> None:
    await sea.look(sea.brings("c1"))
    sea.clock.advance(timedelta(minutes=5))
    second = sea.another()
    await second.tick()
    await second.settled()
    assert sea.network.asked == [None]
    await sea.sweeper._stop()
    await second.tick()
    await second.settled()
    assert sea.network.asked == [None, "c1"]


async def test_it_starts_and_stops_cleanly(sea: Sea) -> None:
    for worker in (sea.another(), sea.fetcher()):
        running = asyncio.create_task(worker.run())
        async with asyncio.timeout(10):
            while not await sea.count("sweeps"):
                await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert await sea.count("leases") == 0


# --- hints --------------------------------------------------------------------------------------------------------


async def hinted(sea: Sea, *refs: str) -> None:
    await hints.keep(sea.log.pool, sea.channel, [Hint("review", ref) for ref in refs], sea.clock.now())


async def test_what_was_hinted_at_is_fetched_once(sea: Sea) -> None:
    sea.network.named = {"r/1": (said("1", sea.clock.now()),), "r/2": ()}
    await hinted(sea, "r/1", "r/2")
    fetcher = sea.fetcher()
    await fetcher.tick()
    await fetcher.tick()
    assert (sorted(str(ref) for ref in sea.network.asked), await sea.messages()) == (["r/1", "r/2"], ["1"])
    assert await sea.count("hints") == 0


async def test_a_hint_that_cannot_be_fetched_waits_as_long_as_the_network_asks_and_then_goes(sea: Sea) -> None:
    await hinted(sea, "r/1")
    fetcher = sea.fetcher()
    await fetcher.tick()
    sea.clock.advance(timedelta(seconds=39))
    await fetcher.tick()
    assert sea.network.asked == ["r/1"]
    for _ in range(ATTEMPTS):
        sea.clock.advance(timedelta(hours=1))
        await fetcher.tick()
    assert len(sea.network.asked) == ATTEMPTS
    assert await sea.count("hints") == 0


async def test_what_is_hinted_at_again_while_it_is_fetched_is_fetched_again(sea: Sea) -> None:
    sea.network.named = {"r/1": ()}
    await hinted(sea, "r/1")
    sea.network.while_fetching = lambda: hinted(sea, "r/1")
    fetcher = sea.fetcher()
    await fetcher.tick()
    assert await sea.count("hints") == 1
    sea.network.while_fetching = None
    await fetcher.tick()
    assert await sea.count("hints") == 0
