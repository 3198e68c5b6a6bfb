"""The drill on networks that its script was not written for: each channel proves and reads what it is sent, and what is
answered there stays in the demo."""

from __future__ import annotations

import uuid
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inbox.events import MessageReceived
from services.channels import registry
from services.channels.contract import Inbound, NotAsked, Received, Reply, Sent
from services.demo_networks import world
from services.drill import channels, given, plan, recast, scenario
from services.drill.shapes import MAIL, SHAPES
from services.drill.target import CannotDrill
from services.drill.wire import told
from services.drill.wire.tongues import TONGUES
from tests.drill.demo_world import RUN, Demo, demo, hook_of, script
from tests.ingest.conftest import BASE_URL, Hooks, hooks

__all__ = ["hooks"]

BY_HOOK = sorted(name for name, shape in SHAPES.items() if not shape.fetched)


def test_every_shape_has_its_tongue() -> None:
    assert SHAPES.keys() == TONGUES.keys()


def test_every_network_that_can_receive_is_spoken_but_for_the_form() -> None:
    assert channels.spoken(["all"]) == sorted(registry.networks().keys() - {"manual"})
    assert {name for name, shape in SHAPES.items() if shape.fetched} == {*told.NAMES, MAIL}
    assert world.keeping().keys() == set(told.NAMES)


@pytest.mark.parametrize("name", BY_HOOK)
async def test_each_channel_proves_and_reads_every_message_of_the_drill_and_answers(name: str, tmp_path: Path) -> None:
    async with demo(name, tmp_path) as there:
        seen = set()
        for move, body, headers in script(there.hook, 30):
            request = Inbound({key.lower(): [value] for key, value in headers.items()}, body, str(there.hook.url))
            assert there.network.verify(request, there.channel) is not None
            parts = there.network.split_request(request)
            assert all(
                part.account_id in (None, there.channel.account_id) or not there.channel.account_id for part in parts
            )
            found = [one for part in parts for one in there.network.read(part, there.channel, datetime.now(UTC))]
            assert [type(one) for one in found] == [Received], found
            (message,) = (one for one in found if isinstance(one, Received))
            assert (message.external_id, message.kind) == (move.message_id, move.line.kind)
            assert message.author is not None
            assert move.text[:20] in (message.text or "")
            seen.add(message.external_id)
        assert len(seen) == 30
        with suppress(NotAsked):
            await there.network.check(there.way, there.channel, datetime.now(UTC))
        assert not there.network.capabilities.reply or isinstance(await answered(there, message), Sent)


async def test_what_is_said_on_each_network_goes_by_its_hook_into_the_log(hooks: Hooks) -> None:
    """As a drill sends it, on a channel that a drill has set up."""
    for name in BY_HOOK:
        network = registry.networks()[name]
        values = given.values(name, network.setup_fields, "http://127.0.0.1:1/demo/net/x")
        channel = await hooks.channels.set_up(hooks.brand, network, name=name, values=values, by=None)
        hook = hook_of(channel, BASE_URL)
        ((move, body, headers),) = script(hook, 1)
        response = await hooks.client.post(hook.url.relative(), data=body, headers=headers)
        assert 200 <= response.status < 300, (name, await response.text())
        last = (await hooks.events())[-1]
        assert isinstance(last, MessageReceived)
        assert (last.network, last.external_id) == (name, move.message_id)


async def answered(there: Demo, message: Received) -> object:
    reply = Reply(
        uuid.uuid4(), message.kind, message.external_id, message.thread_id, message.author.id if message.author else "",
        "Bonjour, débranchez-la.", "response", datetime.now(UTC), message.title,
    )  # fmt: skip
    return await there.network.reply(there.way, there.channel, reply)


@pytest.mark.parametrize(("asked", "messages"), [(["x", "instagram", "telegram"], 60), (["all"], 90)])
def test_asked_for_several_networks_it_speaks_all_of_them_alike_and_no_other(asked: list[str], messages: int) -> None:
    networks = channels.spoken(asked)
    scene = recast.recast(scenario.load(), networks)
    said = plan.build(scene, messages=messages, seed=1, run=RUN, page="104382905117746")
    moves = [move for delivery in said if delivery.copy_of is None for move in delivery.moves]
    spoken = Counter(move.line.network for move in moves if move.verb == "message")
    assert spoken.keys() == set(networks)
    assert max(spoken.values()) <= 3 * messages / len(networks)


def test_a_mailbox_is_asked_for_by_either_name_and_once() -> None:
    assert channels.spoken(["x", "imap", MAIL]) == ["x", MAIL]


@pytest.mark.parametrize(("name", "why"), [("manual", "typed by hand"), ("zork", "no network called zork")])
def test_what_the_drill_does_not_speak_is_refused_with_a_sentence(name: str, why: str) -> None:
    with pytest.raises(CannotDrill, match=why):
        channels.spoken(["x", name])
