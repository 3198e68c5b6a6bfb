"""The demo's networks that Vigie asks or listens to: what a drill says there is found by the channel as on the real
ones, and so is what we answer."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from inbox import looks
from inbox.channels import Channels
from inbox.clock import SystemClock
from inbox.ids import BrandId
from inbox.log.store import Log
from inbox.people import members, tokens
from services.channels import registry
from services.channels.contract import Echoed, Heard, Parsed, Received, Sent, SweepFailed
from services.demo_networks.board import KEPT, Board, Person, Post
from services.demo_networks.world import World, address, moved
from services.drill import given
from services.drill.wire import told
from tests.drill.demo_world import Demo, demo, script
from tests.drill.test_many_networks import answered

ECHOING = [name for name in told.NAMES if name not in ("feed", "reddit")]
"""Reddit's inbox has what others wrote; a feed cannot be answered."""
LISTENED = ["mastodon", "bluesky"]
T = TypeVar("T")


def received(parsed: list[Parsed]) -> list[Received]:
    return [one for one in parsed if isinstance(one, Received)]


@pytest.mark.parametrize("name", told.NAMES)
async def test_what_is_said_there_is_found_by_looking_once_and_whole(name: str, tmp_path: Path) -> None:
    async with demo(name, tmp_path) as there:
        _, cursor = await there.look(None)
        said = script(there.hook, 120)
        for _, body, _ in said:
            there.said(body)
        found, cursor = await there.look(cursor)
        assert {(one.external_id, one.kind) for one in received(found)} == {
            (m.message_id, m.line.kind) for m, _, _ in said
        }
        words = {one.external_id: one.text or "" for one in received(found)}
        assert all(move.text[:20] in words[move.message_id] for move, _, _ in said)
        assert all(one.author is not None and one.author.name for one in received(found))
        if there.network.capabilities.reply:
            outcome = await answered(there, received(found)[0])
            assert isinstance(outcome, Sent)
            echoes = [one.external_id for one in (await there.look(cursor))[0] if isinstance(one, Echoed)]
            assert (outcome.external_id in echoes) == (name in ECHOING and name not in LISTENED)


@pytest.mark.parametrize("name", LISTENED)
async def test_what_is_said_there_is_heard_at_once_and_after_a_break_too(name: str, tmp_path: Path) -> None:
    async with demo(name, tmp_path) as there:
        bodies = [body for _, body, _ in script(there.hook, 6)]
        async with aclosing(there.network.listen(there.way, there.channel, None, SystemClock())) as line:
            await anext(line)
            there.said(bodies[0])
            first = await until(line, Received)
            outcome = await answered(there, first)
            echo = await until(line, Echoed)
        assert isinstance(outcome, Sent)
        assert outcome.external_id == echo.external_id


async def until(line: AsyncIterator[Heard], kind: type[T]) -> T:
    async with asyncio.timeout(20):
        async for heard in line:
            for one in heard.parsed:
                if isinstance(one, kind):
                    return one
    raise AssertionError("the line ended")


@pytest.mark.parametrize("name", [name for name in told.NAMES if name not in ("feed", "wordpress")])
async def test_who_has_no_access_is_shown_nothing(name: str, tmp_path: Path) -> None:
    async with demo(name, tmp_path) as there:
        guessed = dict.fromkeys(there.channel.secrets, "guessed")
        stranger = dataclasses.replace(there.channel, secrets=guessed)
        with pytest.raises(SweepFailed, match="not_authorised"):
            await Demo(there.network, stranger, there.world, there.way).look(None)


def test_what_was_said_is_there_after_the_demo_was_ended_and_comes_once(tmp_path: Path) -> None:
    file, person = tmp_path / "feed.jsonl", Person("1", "Zoé", "zoe")
    board = Board(file)
    first = board.add(Post("a", "comment", "Ça fume", datetime.now(UTC), person))
    assert board.add(Post("a", "comment", "Ça fume", datetime.now(UTC), person)) == first
    for number in range(KEPT):
        board.add(Post(f"b{number}", "comment", "x", first.at, person))
    file.write_bytes(file.read_bytes() + b'{"id": "cut sh')
    again = Board(file)
    assert len(again.posts) == KEPT
    assert again.posts[-1].at > again.posts[-2].at > first.at
    assert again.add(Post("c", "comment", "y", first.at, person)).number == KEPT + 2


@pytest.mark.parametrize(
    ("before", "base", "after"),
    [
        ("http://127.0.0.1:1/demo/net/x", "http://127.0.0.1:2", "http://127.0.0.1:2/demo/net/x"),
        ("ws://127.0.0.1:1/demo/net/x/s", "https://v.example", "wss://v.example/demo/net/x/s"),
    ],
)
def test_an_address_follows_the_demo(before: str, base: str, after: str) -> None:
    assert moved(before, base) == after


async def test_only_a_script_of_the_demo_hands_in_and_vigie_is_told_to_look(
    log: Log, brand: BrandId, tmp_path: Path
) -> None:
    clock = SystemClock()
    channels, base = Channels(log, clock), "http://127.0.0.1:1"
    network = registry.networks()["wordpress"]
    values = given.values(network.id, network.setup_fields, address(base, network.id))
    channel = await channels.set_up(brand, network, name="Blog", values=values, by=None)
    owner = await members.add(log, brand, email="o@example.org", name="O", role="owner", by=None, now=clock.now())
    _, token = await tokens.create(log, brand, name="demo", rights=["manage"], by=owner, now=clock.now())
    _, reader = await tokens.create(log, brand, name="read", rights=["read"], by=owner, now=clock.now())
    body = {"id": "1", "kind": "comment", "text": "Ça fume", "by": {"id": "1", "name": "Zoé", "handle": "zoe"}}
    world, app = World(channels, brand, clock, base, tmp_path), web.Application()
    for route in world.routes():
        app.router.add_route(route.method, route.path, route.handler)
    async with TestClient(TestServer(app)) as client:

        async def handed_in(given: str, to: str = channel.channel_id, json: object = body) -> int:
            headers = {"Authorization": f"Bearer {given}"}
            return (await client.post(f"/demo/said/{to}", json=json, headers=headers)).status

        assert [await handed_in("guessed"), await handed_in(reader)] == [401, 401]
        assert [await handed_in(token, "1-aaaaaaaaaaaaaaaa"), await handed_in(token, json={})] == [404, 400]
        assert world.board(channel).posts == []
        assert await handed_in(token) == 202
    assert [post.text for post in world.board(channel).posts] == ["Ça fume"]
    nudged = await log.pool.fetchval("SELECT nudged_at FROM vigie.sweeps WHERE channel_id = $1", channel.channel_id)
    assert nudged is not None
    assert await looks.last(log.pool, brand, channel.channel_id) is None
