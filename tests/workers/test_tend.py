"""Looking after what runs out: at the right time, by one process, and what comes of it is kept, sealed and shown."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from inbox import channel_watch, silence
from inbox.channel_state import Term
from inbox.channels import ChannelRecord, Channels
from inbox.clock import SimulatedClock
from inbox.ids import BrandId
from inbox.log.store import Log, LogUnavailable
from services import metrics
from services.channels.contract import Granted, SweepFailed, Tended, Way
from services.ingest import terms
from services.outbound import Outbound
from services.workers.tend import CLAIM_S, Tender
from services.workers.watch import Watch
from tests.fakes.network import FakeNetwork


@dataclass
class Lapsing(FakeNetwork):
    """`done`: what looking after it gives, one after the other, or raises; `saw`: what it was told."""

    done: list[Tended | BaseException] = field(default_factory=list)
    saw: list[tuple[str, str, Sequence[Term]]] = field(default_factory=list)
    id = "fake"
    tends = True

    async def tend(
        self, way: Way, channel: ChannelRecord, hook: str, terms: Sequence[Term], now: datetime
    ) -> Tended:  # fmt: skip
        self.saw.append((channel.secrets.get("access_token", ""), hook, terms))
        await asyncio.sleep(0)  # whoever else asks, asks now
        one = self.done.pop(0)
        if isinstance(one, BaseException):
            raise one
        return one


@dataclass
class Garden:
    log: Log
    brand: BrandId
    clock: SimulatedClock
    channels: Channels
    network: Lapsing
    channel: ChannelRecord
    tender: Tender

    async def tend(self, *done: Tended | Exception, after_s: float = 0) -> None:
        self.network.done += done
        self.clock.advance(timedelta(seconds=after_s))
        self.channels.forget_cached()
        await self.tender.tick()

    async def state(self) -> channel_watch.State:
        found = await channel_watch.states(self.log.pool, self.brand, self.clock.now())
        return found[self.channel.channel_id]


@pytest.fixture
async def garden(log: Log, brand: BrandId, noon: datetime) -> Garden:
    clock, network = SimulatedClock(noon), Lapsing()
    channels = Channels(log, clock)
    channel = await channels.add(brand, network="fake", name="fake", secrets={"access_token": "old"}, by=None)
    tender = Tender(channels, {"fake": network}, Way(Outbound(), ""), clock, "https://vigie.example")
    return Garden(log, brand, clock, channels, network, channel, tender)


@pytest.fixture
async def other(garden: Garden, monkeypatch: pytest.MonkeyPatch) -> Tender:
    """Another process's, which remembers the channel as it was: no word of a change reaches it in time."""
    channels = Channels(garden.log, garden.clock)
    monkeypatch.setattr(channels, "forget_cached", lambda: None)
    assert await channels.hook(garden.channel.channel_id)
    return Tender(channels, {"fake": garden.network}, Way(Outbound(), ""), garden.clock, "https://vigie.example")


async def test_a_new_token_is_kept_sealed_and_used_from_then_on(garden: Garden) -> None:
    term = Term("access", "", garden.clock.now() + timedelta(days=60), None, renews=True)
    await garden.tend(Tended((term,), secrets={"access_token": "new"}, again_s=60))
    await garden.tend(after_s=59)
    await garden.tend(Tended((term,)), after_s=1)
    hook = f"https://vigie.example/hooks/{garden.channel.channel_id}"
    assert garden.network.saw == [("old", hook, ()), ("new", hook, (term,))]
    assert b"new" not in await garden.log.pool.fetchval("SELECT secrets FROM vigie.channels")
    assert (await garden.state()).terms == (term,)


async def test_of_two_processes_that_renew_at_once_one_asks_and_the_other_uses_what_it_was_given(
    garden: Garden, other: Tender
) -> None:
    """A refresh token that is used twice is worth nothing from then on."""
    term = Term("access", "", garden.clock.now() + timedelta(days=60), None, renews=True)
    garden.network.done += [Tended((term,), secrets={"access_token": "new"}, again_s=600), Tended((term,))]
    key = garden.brand, garden.channel.channel_id
    await asyncio.gather(*(tender._tend(*key) for tender in (garden.tender, other)))
    assert [token for token, _, _ in garden.network.saw] == ["old"]
    garden.clock.advance(timedelta(seconds=601))
    await other._tend(*key)
    assert [token for token, _, _ in garden.network.saw] == ["old", "new"]


async def test_a_token_that_is_given_while_the_database_is_away_is_kept_once_it_is_back(
    garden: Garden, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubles: list[Exception] = [ConnectionResetError(), LogUnavailable()]
    update = garden.channels.update

    async def away(*args: Any, **kwargs: Any) -> ChannelRecord:
        if troubles:
            raise troubles.pop()
        return await update(*args, **kwargs)

    monkeypatch.setattr(garden.channels, "update", away)
    garden.tender.seal_pause_s = 0
    await garden.tend(Tended(secrets={"access_token": "new"}))
    found = await garden.channels.get(garden.brand, garden.channel.channel_id)
    assert found.secrets["access_token"] == "new"


async def test_a_channel_whose_process_died_while_it_asked_is_anothers_after_a_while(
    garden: Garden, other: Tender
) -> None:
    key = garden.brand, garden.channel.channel_id
    garden.network.done += [asyncio.CancelledError(), Tended()]
    with pytest.raises(asyncio.CancelledError):
        await garden.tender._tend(*key)
    garden.clock.advance(timedelta(seconds=CLAIM_S - 1))
    await other._tend(*key)
    assert len(garden.network.saw) == 1
    garden.clock.advance(timedelta(seconds=1))
    await other._tend(*key)
    assert len(garden.network.saw) == 2


async def test_what_the_network_confirms_meanwhile_is_not_overwritten(garden: Garden) -> None:
    """A hub may ask back before it has answered that it was asked."""
    now, pool = garden.clock.now(), garden.log.pool
    asked = Term("subscription", "UC1", None, now, renews=True)
    await terms.keep(pool, garden.channel, Granted("subscription", "UC1", 600), now)
    known = Tended((asked,))
    await garden.tender._keep(garden.network, garden.channel, (), known)
    (term,) = (await garden.state()).terms
    assert (term.ends_at, term.asked_at) == (now + timedelta(seconds=600), None)


async def test_what_the_channel_no_longer_has_is_dropped(garden: Garden) -> None:
    two = tuple(Term("subscription", ref, None, None, renews=True) for ref in ("UC1", "UC2"))
    await garden.tend(Tended(two))
    await garden.tend(Tended(two[:1]), after_s=3600)
    assert (await garden.state()).terms == two[:1]


async def test_what_ends_turns_amber_before_and_red_after_and_prometheus_hears_it(garden: Garden) -> None:
    ends_at = garden.clock.now() + timedelta(days=10)
    await garden.tend(Tended((Term("access", "", ends_at, None, renews=False),), again_s=10**9))
    assert (await garden.state()).level is None
    garden.clock.advance(timedelta(days=4))
    assert (await garden.state()).level == "amber"
    garden.clock.advance(timedelta(days=6))
    assert [one.code for one in (await garden.state()).concerns] == ["access_ended"]
    watch = Watch(garden.log.pool, garden.clock)
    await watch.tick()
    shown = {tuple(s.labels.values()): s.value for m in metrics.CHANNEL_CONCERNS.collect() for s in m.samples}
    assert shown == {("fake", garden.channel.channel_id, "access_ended"): 2}
    await garden.channels.disable(garden.brand, garden.channel.channel_id, by=None)
    await watch.tick()
    assert not [s for m in metrics.CHANNEL_CONCERNS.collect() for s in m.samples]


async def test_failures_are_tried_again_with_growing_pauses_and_told_after_three(garden: Garden) -> None:
    for pause in (60, 120, 240):
        await garden.tend(SweepFailed("busy"))
        await garden.tend(after_s=pause - 1)
        garden.clock.advance(timedelta(seconds=1))
    assert len(garden.network.saw) == 3
    assert [one.code for one in (await garden.state()).concerns] == ["renewal_fails"]
    await garden.tend(Tended())
    assert (await garden.state()).concerns == ()


async def test_a_channel_that_falls_silent_at_an_hour_when_it_usually_speaks_is_missed(garden: Garden) -> None:
    """By the clocks of the brand, which changed within these weeks."""
    for week in range(1, 7):
        then = silence.weeks_before(garden.clock.now(), week, ZoneInfo("Europe/Paris")) - timedelta(minutes=30)
        garden.channels.tallies.delivery(garden.brand, garden.channel.channel_id, then, 30)
        await garden.channels.tallies.flush(garden.log.pool)
    (one,) = (await garden.state()).concerns
    assert one.silence is not None
    assert (one.level, one.code, one.silence.usual) == ("red", "silent", 30)
    garden.channels.note_delivery(garden.channel, 25)
    await garden.channels.tallies.flush(garden.log.pool)
    assert (await garden.state()).concerns == ()
