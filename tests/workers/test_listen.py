"""Listening: everything once, from where it was heard last, by one process at a time, whatever breaks off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from inbox.channels import ChannelRecord, Channels
from inbox.clock import Clock, SimulatedClock, SystemClock
from inbox.events import MessageReceived, ReferenceHeld
from inbox.ids import BrandId
from inbox.log.batcher import Batcher
from inbox.log.store import Log, LogUnavailable
from services.channels.contract import (
    Capabilities,
    Edited,
    Heard,
    NothingToHear,
    Parsed,
    SweepFailed,
    Way,
    Withdrawn,
)
from services.ingest.take import Taker
from services.outbound import NoAnswer, Outbound
from services.workers.listen import HELD, STEADY, Listener
from services.workers.sweep import Sweeper
from tests.fakes.network import FakeNetwork, said


@dataclass
class Talking(FakeNetwork):
    """`words`: what is heard, one after the other, or raised. `began`: the cursor of each connection."""

    words: asyncio.Queue[Heard | Exception] = field(default_factory=asyncio.Queue)
    began: list[str | None] = field(default_factory=list)
    id = "fake"
    capabilities = Capabilities(("webhook", "stream", "poll"))

    async def listen(
        self, way: Way, channel: ChannelRecord, cursor: str | None, clock: Clock
    ) -> AsyncGenerator[Heard, None]:
        self.began.append(cursor)
        while True:
            one = await self.words.get()
            if isinstance(one, Exception):
                raise one
            yield one


@dataclass
class Shore:
    log: Log
    brand: BrandId
    clock: SimulatedClock
    channels: Channels
    batcher: Batcher
    network: Talking
    channel: ChannelRecord
    listener: Listener

    def another(self) -> Listener:
        return Listener(self.channels, {"fake": self.network}, self.batcher, Way(Outbound(), ""), self.clock)

    async def hear(self, *words: Heard | Exception) -> None:
        for one in words:
            await self.network.words.put(one)
        await self.listener.tick()

    async def until(self, is_so: Callable[[], Any]) -> None:
        async with asyncio.timeout(20):
            while not await is_so():
                await asyncio.sleep(0.01)

    async def row(self) -> asyncpg.Record | None:
        return await self.log.pool.fetchrow("SELECT * FROM vigie.listening")

    async def at(self, cursor: str) -> None:
        async def is_there() -> bool:
            row = await self.row()
            return row is not None and row["cursor"] == cursor

        await self.until(is_there)

    async def closed(self) -> asyncpg.Record:
        async def is_closed() -> bool:
            row = await self.row()
            return row is not None and row["open_since"] is None and not self.listener._lines

        await self.until(is_closed)
        row = await self.row()
        assert row is not None
        return row

    async def messages(self) -> list[str]:
        return [r.event.external_id for r in await self.log.read(self.brand) if isinstance(r.event, MessageReceived)]

    def brings(self, cursor: str | None, *idents: str, also: tuple[Parsed, ...] = (), **more: Any) -> Heard:
        at = self.clock.now()
        return Heard((*(said(ident, at) for ident in idents), *also), cursor, b"raw " + repr(idents).encode(), **more)


@pytest.fixture
async def shore(log: Log, batcher: Batcher, brand: BrandId, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shore]:
    clock, network = SimulatedClock(SystemClock().now()), Talking()
    monkeypatch.setattr("services.channels.registry.networks", lambda: {network.id: network})
    channels = Channels(log, clock)
    channel = await channels.add(brand, network="fake", name="fake", secrets={"secret": "s"}, by=None)
    world = Shore(log, brand, clock, channels, batcher, network, channel, None)  # type: ignore[arg-type]
    world.listener = world.another()
    yield world
    await world.listener._stop()
    await channels.tallies.flush(log.pool)


async def test_what_is_said_comes_once_and_a_new_connection_begins_where_the_last_was_heard(shore: Shore) -> None:
    await shore.hear(shore.brings("c1", "1"), shore.brings("c2", "2", "1"))
    await shore.at("c2")
    await shore.hear(NoAnswer("connection_lost"))
    row = await shore.closed()
    assert (row["last_failure"], row["failures"], row["cursor"]) == ("connection_lost", 1, "c2")
    assert timedelta(seconds=1) <= row["due_at"] - shore.clock.now() <= timedelta(seconds=2)
    await shore.hear()
    assert not shore.listener._lines
    shore.clock.advance(timedelta(seconds=2))
    await shore.hear(shore.brings("c3", "3"))
    await shore.at("c3")
    assert (shore.network.began, await shore.messages()) == ([None, "c2"], ["1", "2", "3"])


async def test_the_cursor_does_not_pass_what_the_log_did_not_take(
    shore: Shore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shore.hear(shore.brings("c1", "1"))
    await shore.at("c1")

    async def full(*_: Any) -> Any:
        raise LogUnavailable("full")

    with monkeypatch.context() as patched:
        patched.setattr(Taker, "bring", full)
        await shore.hear(shore.brings("c2", "2"))
        row = await shore.closed()
    assert (row["cursor"], row["failures"]) == ("c1", 0)
    shore.clock.advance(timedelta(seconds=5))
    await shore.hear(shore.brings("c2", "2"))
    await shore.at("c2")
    assert (shore.network.began, await shore.messages()) == ([None, "c1"], ["1", "2"])


async def test_edits_and_deletions_of_what_is_not_ours_are_left_out(shore: Shore) -> None:
    at = shore.clock.now()
    foreign = (Withdrawn("x", at), Edited("y", at, "v", "!"), Withdrawn("1", at))
    await shore.hear(shore.brings("c1", "1"), shore.brings("c2", also=foreign))
    await shore.at("c2")
    held = [r.event for r in await shore.log.read(shore.brand) if isinstance(r.event, ReferenceHeld)]
    assert [(one.verb, one.refers_to) for one in held] == [("withdrawn", "1")]


async def test_a_second_process_leaves_it_alone_until_the_first_is_gone(shore: Shore) -> None:
    await shore.hear(shore.brings("c1", "1"))
    await shore.at("c1")
    second = shore.another()
    await second.tick()
    assert len(shore.network.began) == 1
    await shore.listener._stop()
    await second.tick()
    await shore.network.words.put(shore.brings("c2", "2"))
    await shore.at("c2")
    await second._stop()
    assert shore.network.began == [None, "c1"]


async def test_of_a_process_that_died_the_connection_is_taken_over(shore: Shore) -> None:
    await shore.hear(shore.brings("c1", "1"))
    await shore.at("c1")
    await shore.log.pool.execute("DELETE FROM vigie.leases")  # it ran out
    second = shore.another()
    await second.tick()
    assert len(shore.network.began) == 1  # and yet it said that it is open not long ago
    await shore.log.pool.execute("DELETE FROM vigie.leases")
    shore.clock.advance(HELD)
    await second.tick()
    await shore.until(lambda: asyncio.sleep(0, len(shore.network.began) == 2))
    await second._stop()


async def test_a_gap_is_counted_and_calls_for_a_look_at_once(shore: Shore) -> None:
    networks = {"fake": shore.network}
    sweeper = Sweeper(shore.channels, networks, shore.batcher, Way(Outbound(), ""), shore.clock)
    await sweeper.tick()
    await sweeper.settled()
    assert len(shore.network.asked) == 1
    shore.clock.advance(timedelta(seconds=1))
    await shore.hear(shore.brings("c9", gap=True))
    await shore.at("c9")
    row = await shore.row()
    assert row is not None
    assert (row["gaps"], row["last_gap_at"]) == (1, shore.clock.now())
    await sweeper.tick()
    await sweeper.settled()
    assert len(shore.network.asked) == 2
    await sweeper._stop()


async def test_a_channel_that_is_changed_is_opened_anew_and_one_switched_off_is_closed(shore: Shore) -> None:
    await shore.hear(shore.brings("c1"))
    await shore.until(lambda: asyncio.sleep(0, bool(shore.network.began)))
    await shore.channels.update(shore.brand, shore.channel.channel_id, secrets={"secret": "new"}, by=None)
    shore.channels.forget_cached()
    await shore.listener.tick()
    await shore.closed()
    await shore.listener.tick()
    await shore.until(lambda: asyncio.sleep(0, len(shore.network.began) == 2))
    await shore.channels.disable(shore.brand, shore.channel.channel_id, by=None)
    shore.channels.forget_cached()
    await shore.listener.tick()
    await shore.closed()
    await shore.listener.tick()
    assert not shore.listener._lines


async def test_pauses_grow_while_it_fails_and_begin_anew_after_one_that_held(shore: Shore) -> None:
    pauses = []
    for _ in range(3):
        await shore.hear(RuntimeError("the words of a person"))
        row = await shore.closed()
        pauses.append((row["due_at"] - shore.clock.now()).total_seconds())
        shore.clock.advance(row["due_at"] - shore.clock.now())
    assert all(low <= pause <= 2 * low for low, pause in zip((1, 2, 4), pauses, strict=True))
    assert row["last_failure"] == "unclear_answer"
    await shore.hear(shore.brings("c1"))
    await shore.until(lambda: asyncio.sleep(0, len(shore.network.began) == 4 and shore.network.words.empty()))
    shore.clock.advance(STEADY)
    await shore.hear(SweepFailed("busy", retry_after_s=40))
    row = await shore.closed()
    assert (row["failures"], row["due_at"] - shore.clock.now()) == (1, timedelta(seconds=40))


@pytest.mark.parametrize("reason", [NothingToHear(), SweepFailed("not_configured")])
async def test_a_channel_that_cannot_be_listened_to_is_no_failure(shore: Shore, reason: Exception) -> None:
    await shore.hear(reason)
    row = await shore.closed()
    assert (row["last_failure"], row["failures"]) == (None, 0)
    assert row["due_at"] - shore.clock.now() >= timedelta(minutes=5)


async def test_a_channel_that_another_process_has_just_added_is_heard_within_seconds(
    shore: Shore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What we know of channels is some seconds old."""

    async def unknown(channel_id: str) -> None:
        return None

    with monkeypatch.context() as before:
        before.setattr(shore.channels, "hook", unknown)
        await shore.listener.tick()
        assert (await shore.closed())["due_at"] - shore.clock.now() < timedelta(seconds=10)
    shore.clock.advance(timedelta(seconds=10))
    await shore.hear(shore.brings("c1", "1"))
    await shore.at("c1")


async def test_it_starts_and_stops_cleanly(shore: Shore) -> None:
    await shore.network.words.put(shore.brings("c1", "1"))
    running = asyncio.create_task(shore.listener.run())
    await shore.at("c1")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    row = await shore.closed()
    assert (row["cursor"], row["due_at"]) == ("c1", shore.clock.now())
    assert await shore.log.pool.fetchval("SELECT count(*) FROM vigie.leases") == 0
