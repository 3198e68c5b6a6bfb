"""What a hook gives to a network's own code, and what it does with all that such code may say."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from inbox import meters
from inbox.events import MessageReceived
from services.channels import registry
from tests.channels.senders import APP_SECRET
from tests.fakes.network import FakeNetwork
from tests.ingest.conftest import BASE_URL, Hooks

PROOF = {"x-secret": APP_SECRET}


@pytest.fixture
def network(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    fake = FakeNetwork()
    known = {**registry.networks(), fake.id: fake}
    monkeypatch.setattr(registry, "networks", lambda: known)
    monkeypatch.setattr(hooks.ingest, "_networks", known)
    return fake


async def texts(hooks: Hooks) -> list[str | None]:
    return [event.text for event in await hooks.events() if isinstance(event, MessageReceived)]


async def test_the_address_that_was_signed_is_the_configured_one_whatever_a_proxy_says(
    hooks: Hooks, network: FakeNetwork
) -> None:
    channel = await hooks.channel("fake")
    path = f"/hooks/{channel.channel_id}?b=%C3%A9&a=1&a=2"
    forged = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example", "Host": "evil.example:99"}
    from yarl import URL

    await hooks.client.post(URL(path, encoded=True), data=b"[]", headers=PROOF | forged)
    (seen,) = network.seen
    assert seen.url == BASE_URL + path
    assert (seen.method, seen.query()) == ("POST", {"b": "é", "a": "1"})


async def test_a_network_that_asks_by_head_or_options_gets_its_own_answer(hooks: Hooks, network: FakeNetwork) -> None:
    fake, generic = await hooks.channel("fake"), await hooks.channel()
    for ask, method in ((hooks.client.head, "HEAD"), (hooks.client.options, "OPTIONS")):
        answer = await ask(f"/hooks/{fake.channel_id}?name=vigie")
        assert (answer.status, answer.headers["X-Method"], answer.headers["X-Name"]) == (200, method, "vigie")
        assert (await ask(f"/hooks/{generic.channel_id}")).status == 405
        assert (await ask("/hooks/1-abcdefghijklmnop")).status == 404


async def test_a_proven_hand_shake_is_answered_and_leaves_nothing(hooks: Hooks, network: FakeNetwork) -> None:
    channel = await hooks.channel("fake")
    assert (await hooks.post(channel, "ping", PROOF))[:2] == (200, "pong")
    assert (await hooks.post(channel, "ping", {"x-secret": "another"}))[0] == 401
    assert await hooks.events() == []
    assert await hooks.log.pool.fetchval("SELECT count(*) FROM vigie.deliveries") == 0
    labels = {"network": "fake", "channel": channel.channel_id, "outcome": "greeted"}
    assert meters.REGISTRY.get_sample_value("vigie_deliveries_total", labels) == 1


async def test_headers_say_what_a_body_is_also_when_it_is_read_again(hooks: Hooks, network: FakeNetwork) -> None:
    channel = await hooks.channel("fake")
    network.stumbles = True
    headers = PROOF | {"X-About": "a ré review".encode().decode("latin-1"), "Cookie": "a=b", "X-Api-Key": "k"}
    status, _, _ = await hooks.post(channel, [["said", "1", "Bonjour"]], headers)
    assert (status, await texts(hooks)) == (200, [])
    (kept,) = await hooks.channels.quarantined(hooks.brand)
    stored = await hooks.channels.delivery(hooks.brand, kept.delivery_id)
    assert stored.headers is not None
    assert {"x-secret", "cookie", "x-api-key", "host"}.isdisjoint(json.loads(stored.headers))
    sealed = await hooks.log.pool.fetchval("SELECT headers FROM vigie.deliveries")
    assert b"x-about" not in sealed
    network.stumbles = False
    assert (await hooks.reparse(hooks.brand, kept.delivery_id)).new == 1
    (text,) = await texts(hooks)
    assert text is not None
    assert text.startswith("Bonjour (a r")


async def test_the_same_bytes_under_other_headers_are_another_delivery(hooks: Hooks, network: FakeNetwork) -> None:
    channel = await hooks.channel("fake")
    for about in ("one", "one", "two"):
        await hooks.post(channel, [["unknown", "1", ""]], PROOF | {"X-About": about})
    assert await hooks.log.pool.fetchval("SELECT count(*) FROM vigie.deliveries") == 2


async def test_a_fault_of_our_own_costs_nobody_a_message_and_quotes_nobody(
    hooks: Hooks, network: FakeNetwork, caplog: pytest.LogCaptureFixture
) -> None:
    network.stumbles = True
    with caplog.at_level(logging.ERROR):
        status, _, _ = await hooks.post(await hooks.channel("fake"), [["said", "1", "Bonjour"]], PROOF)
    assert status == 200
    (kept,) = await hooks.channels.quarantined(hooks.brand)
    assert kept.reason == "reading it failed in our own code"
    assert "RuntimeError at " in caplog.text
    assert "the words of a person" not in caplog.text


async def test_an_event_that_nobody_knows_is_answered_well_and_kept(hooks: Hooks, network: FakeNetwork) -> None:
    status, _, _ = await hooks.post(await hooks.channel("fake"), [["unknown", "1", ""]], PROOF)
    assert (status, await hooks.events()) == (200, [])
    assert await hooks.log.pool.fetchval("SELECT outcome FROM vigie.deliveries") == "parsed"


async def test_a_reply_that_was_not_delivered_stands_in_the_channels_health_and_a_receipt_does_not(
    hooks: Hooks, network: FakeNetwork
) -> None:
    channel = await hooks.channel("fake")
    await hooks.post(channel, [["delivered", "r-1", ""], ["failed", "r-2", "blocked"]], PROOF)
    health = (await hooks.channels.health(hooks.brand))[channel.channel_id]
    assert (health.failures, health.last_failure, await hooks.events()) == (1, "a reply was not delivered", [])


async def test_a_hint_is_on_disk_when_it_is_answered_and_one_that_nobody_fetches_is_only_kept_raw(
    hooks: Hooks, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = await hooks.channel("fake")
    hint: list[Any] = [["hint", "reviews/1", ""], ["hint", "reviews/1", ""], ["hint", "reviews/2", ""]]
    assert (await hooks.post(channel, hint, PROOF))[0] == 200
    assert (await hooks.post(channel, hint[:1], PROOF))[0] == 200
    rows = await hooks.log.pool.fetch("SELECT ref, hinted FROM vigie.hints ORDER BY ref")
    assert [tuple(row) for row in rows] == [("reviews/1", 2), ("reviews/2", 1)]
    monkeypatch.setattr(FakeNetwork, "capabilities", registry.networks()["facebook"].capabilities)
    await hooks.post(channel, [["hint", "reviews/3", ""]], PROOF)
    assert await hooks.log.pool.fetchval("SELECT count(*) FROM vigie.hints") == 2
    assert await hooks.log.pool.fetchval("SELECT count(*) FROM vigie.deliveries") == 3
