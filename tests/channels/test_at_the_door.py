"""What the networks' own ways of knocking come to over real HTTP: questions before the first message, secrets in the
address, attributes in headers."""

from __future__ import annotations

import json

from inbox.events import MessageReceived
from services.channels import proof
from tests.channels import cases
from tests.channels.senders import APP_SECRET
from tests.ingest.conftest import Hooks, hooks

__all__ = ["hooks"]
BINARY = {"ce-specversion": "1.0", "ce-id": "e-9", "ce-source": "/toits", "ce-type": "com.example.note",
          "content-type": "application/json", "authorization": f"Bearer {APP_SECRET}"}  # fmt: skip


async def test_cloudevents_asks_whether_it_may_send(hooks: Hooks) -> None:
    channel = await hooks.channel("cloudevents")
    asked = {"webhook-request-origin": "events.example.com", "webhook-request-rate": "120"}
    response = await hooks.client.options(f"/hooks/{channel.channel_id}", headers=asked)
    assert response.status == 200
    assert response.headers["WebHook-Allowed-Origin"] == "events.example.com"
    assert response.headers["WebHook-Allowed-Rate"] == "120"
    assert await hooks.events() == []


async def test_an_event_in_headers_arrives_and_is_read_again_with_them(hooks: Hooks) -> None:
    channel = await hooks.channel("cloudevents")
    status, _, _ = await hooks.post(channel, cases.fixture("cloudevents", "binary"), BINARY)
    assert status == 202
    (event,) = await hooks.events()
    assert isinstance(event, MessageReceived)
    assert (event.external_id, event.text) == ("/toits e-9", "Une fuite au sous-sol")

    status, _, _ = await hooks.post(channel, b"{}", {n: v for n, v in BINARY.items() if n != "ce-id"})
    assert status == 202
    (kept,) = await hooks.channels.quarantined(hooks.brand)
    assert kept.reason == "id is missing"
    assert await hooks.reparse(hooks.brand, kept.delivery_id) == (0, "id is missing")


async def test_a_secret_in_the_address_lets_in_what_nobody_signs(hooks: Hooks) -> None:
    for network, name in (("chatwoot", "incoming"), ("trustpilot", "reviews")):
        channel = await hooks.channel(network)
        path, raw = f"/hooks/{channel.channel_id}", cases.fixture(network, name)
        assert (await hooks.client.post(path, data=raw, params={"token": "guessed"})).status == 401
        assert (await hooks.client.post(path, data=raw)).status == 401
        assert (await hooks.client.post(path, data=raw, params={"token": APP_SECRET})).status == 200
    texts = [event.text for event in await hooks.events() if isinstance(event, MessageReceived)]
    assert texts == ["Bonjour ?", "★☆☆☆☆\n\nJamais reçu\n\nCommande 12 toujours pas livrée.", "★★☆☆☆\n\nIt broke."]


async def test_somebody_is_there_for_intercom(hooks: Hooks) -> None:
    channel = await hooks.channel("intercom")
    assert (await hooks.client.head(f"/hooks/{channel.channel_id}")).status == 200


async def test_linkedin_is_answered_with_a_digest(hooks: Hooks) -> None:
    channel = await hooks.channel("linkedin")
    code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
    response = await hooks.client.get(f"/hooks/{channel.channel_id}", params={"challengeCode": code})
    assert response.status == 200
    assert (await response.json())["challengeResponse"] == proof.hexadecimal(APP_SECRET, code.encode())


async def test_a_greeting_is_answered_and_not_kept(hooks: Hooks) -> None:
    front, github = await hooks.channel("front"), await hooks.channel("github", account_id="lamarque/appli")
    sync = cases.fixture("front", "sync")
    at = str(int(proof.CLOCK.now().timestamp() * 1000))
    signature = proof.base64d(APP_SECRET, f"{at}:".encode() + sync)
    headers = {"x-front-signature": signature, "x-front-request-timestamp": at, "x-front-challenge": "abc"}
    assert (await hooks.post(front, sync, headers))[:2] == (200, {"challenge": "abc"})

    ping = cases.fixture("github", "ping")
    signed = "sha256=" + proof.hexadecimal(APP_SECRET, ping)
    answer = await hooks.post(github, ping, {"x-hub-signature-256": signed, "x-github-event": "ping"})
    assert answer[:2] == (200, "pong")

    zendesk = await hooks.channel("zendesk")
    stamp = proof.CLOCK.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    name = "x-zendesk-webhook-signature"
    tried = {name: proof.base64d(APP_SECRET, stamp.encode()), f"{name}-timestamp": stamp}
    assert (await hooks.post(zendesk, b"", tried))[0] == 200
    assert await hooks.events() == []
    assert (await hooks.post(front, sync, headers | {"x-front-signature": "x"}))[0] == 401


async def test_a_repository_that_nobody_connected_is_quarantined(hooks: Hooks) -> None:
    channel = await hooks.channel("github", account_id="lamarque/autre")
    raw = cases.fixture("github", "comment")
    headers = {"x-hub-signature-256": "sha256=" + proof.hexadecimal(APP_SECRET, raw), "x-github-event": "issue_comment"}
    assert (await hooks.post(channel, raw, headers))[0] == 200
    assert len(await hooks.channels.quarantined(hooks.brand)) == 1
    other = await hooks.channel("github", account_id=json.loads(raw)["repository"]["full_name"])
    (kept,) = await hooks.channels.quarantined(hooks.brand)
    assert await hooks.reparse(hooks.brand, kept.delivery_id) == (1, None)
    said = [event for event in await hooks.events() if isinstance(event, MessageReceived)]
    assert [event.channel_id for event in said] == [other.channel_id]
