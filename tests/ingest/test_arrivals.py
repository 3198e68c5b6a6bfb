"""Bodies that are on their way hold places of their own: who has proven nothing does not bar a channel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from inbox.channels import ChannelRecord
from services.ingest import arrivals, turns
from services.ingest.arrivals import Arrivals, Crowded
from tests.channels.senders import signed
from tests.channels.test_generic import MESSAGE
from tests.conftest import new_brand
from tests.ingest.conftest import Hooks

PACE = 1_000


@asynccontextmanager
async def dripping(hooks: Hooks, channel: ChannelRecord, many: int) -> AsyncIterator[list[asyncio.StreamReader]]:
    """So many connections with a body that never comes to its end, and the readers of their answers."""
    port = hooks.client.server.port
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(many)]
    for _, writer in opened:
        writer.write(f"POST /hooks/{channel.channel_id} HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{{".encode())
    places = hooks.ingest._arrivals._places
    async with asyncio.timeout(10):
        while len(places[channel.channel_id]) < many:
            await asyncio.sleep(0.01)
    try:
        yield [reader for reader, _ in opened]
    finally:
        for _, writer in opened:
            writer.close()


async def in_pieces(hooks: Hooks, channel: ChannelRecord) -> int:
    """The status of a delivery whose body comes after its head, as many senders do it."""

    async def pieces() -> AsyncIterator[bytes]:
        yield raw[:5]
        await asyncio.sleep(0.01)
        yield raw[5:]

    raw = hooks.client.session.json_serialize(MESSAGE).encode()
    headers = signed(channel.network, raw, channel.secrets["secret"])
    return (await hooks.client.post(f"/hooks/{channel.channel_id}", data=pieces(), headers=headers)).status


async def test_bodies_that_drip_do_not_bar_a_channel_to_whoever_proves_what_he_sends(
    hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "CHANNEL_MOST", 2)
    monkeypatch.setattr(arrivals, "GRACE_S", 0.0)
    channel = await hooks.channel()
    async with dripping(hooks, channel, 2) as answers:
        assert (await hooks.post(channel, MESSAGE))[0] == 202
        assert await in_pieces(hooks, channel) == 202
        async with asyncio.timeout(10):
            first, _ = await asyncio.wait(
                [asyncio.create_task(answer.readline()) for answer in answers], return_when=asyncio.FIRST_COMPLETED
            )
        assert [b" 503 " in task.result() for task in first] == [True], "one of those who drip gave way"


async def test_bodies_that_drip_into_many_channels_of_a_brand_are_bounded_together(
    hooks: Hooks, pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "BRAND_MOST", 2)
    channels = [await hooks.channel() for _ in range(3)]
    neighbour = await hooks.channel(brand=await new_brand(pool, "quiet"))
    async with dripping(hooks, channels[0], 1), dripping(hooks, channels[1], 1):
        assert await in_pieces(hooks, channels[2]) == 503
        assert await in_pieces(hooks, neighbour) == 202
        assert (await hooks.post(channels[2], MESSAGE))[0] == 202


async def test_where_nobody_is_slow_the_next_one_is_to_come_again(
    hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "CHANNEL_MOST", 1)
    channel = await hooks.channel()
    async with dripping(hooks, channel, 1):
        assert await in_pieces(hooks, channel) == 503


async def test_the_slowest_gives_way_and_whoever_keeps_the_pace_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "GRACE_S", 0.01)
    ended: list[str] = []

    async def body(name: str, bytes_at_once: int) -> None:
        try:
            async with asyncio.timeout(5) as limit:
                with places.place({"channel": 2}, limit) as place:
                    place.came(bytes_at_once)
                    await asyncio.sleep(5)
        except TimeoutError:
            ended.append(name)

    places = Arrivals(PACE)
    running = [asyncio.create_task(body("quick", 10_000_000)), asyncio.create_task(body("slow", 1))]
    await asyncio.sleep(0.05)
    running.append(asyncio.create_task(body("new", 10_000_000)))
    await asyncio.sleep(0.05)
    assert ended == ["slow"]
    async with asyncio.timeout(5) as limit:
        with pytest.raises(Crowded), places.place({"channel": 2}, limit):
            pass
        with places.place({"another channel": 2}, limit):
            pass
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    assert not places._places
