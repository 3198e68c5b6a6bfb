"""What the networks post, over real HTTP into the log: proven, greeted and answered as each wants it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from inbox.events import MessageReceived
from tests.channels import test_discord, test_slack, test_twilio, test_x
from tests.channels.senders import APP_SECRET, hub
from tests.channels.taken import body
from tests.ingest.conftest import BASE_URL, Hooks, hooks

__all__ = ["hooks"]
FORM = {"content-type": "application/x-www-form-urlencoded"}
PUBLIC = test_discord.public(test_discord.KEY)

Signing = Callable[[bytes, str], Mapping[str, str]]
"""Headers, by body and address."""

CASES: dict[str, tuple[str, str, Signing, int, str]] = {
    "whatsapp": ("text.json", APP_SECRET, lambda raw, _: hub(raw), 200, "EVENT_RECEIVED"),
    "x": (
        "activity_mention.json", APP_SECRET,
        lambda raw, _: {"x-twitter-webhooks-signature": test_x.digest(raw)}, 200, "",
    ),
    "telegram": ("text.json", "secret", lambda *_: {"x-telegram-bot-api-secret-token": "secret"}, 200, ""),
    "slack": ("message.json", APP_SECRET, lambda raw, _: test_slack.signed(raw), 200, ""),
    "discord": ("lobby_create.json", PUBLIC, lambda raw, _: test_discord.signed(raw), 204, ""),
    "twilio": (
        "sms.form", APP_SECRET,
        lambda raw, url: {**FORM, "x-twilio-signature": test_twilio.signature(url, raw)}, 200,
        '<?xml version="1.0" encoding="UTF-8"?><Response></Response>',
    ),
}  # fmt: skip
"""Network → a fixture that holds one message, secret, how it is signed, and what the network is answered."""


@pytest.mark.parametrize("network", CASES)
async def test_a_message_is_on_disk_when_the_network_is_answered(hooks: Hooks, network: str) -> None:
    name, secret, sign, status, answer = CASES[network]
    channel = await hooks.channel(network, secrets={"secret": secret, "verify_token": "token"})
    raw = body(network, name)
    headers = sign(raw, f"{BASE_URL}/hooks/{channel.channel_id}")
    for _ in range(2):  # networks send again
        answered, text, _response = await hooks.post(channel, raw, headers)
        assert (answered, text) == (status, answer)
    (event,) = await hooks.events()
    assert isinstance(event, MessageReceived)
    assert event.network == network


@pytest.mark.parametrize("network", CASES)
async def test_what_is_not_proven_leaves_nothing(hooks: Hooks, network: str) -> None:
    name, secret, sign, _, _ = CASES[network]
    channel = await hooks.channel(network, secrets={"secret": secret, "verify_token": "token"})
    raw = body(network, name)
    wrong = {key: f"{value[:-3]}000" if key not in FORM else value for key, value in sign(raw, "").items()}
    status, _, _ = await hooks.post(channel, raw, wrong)
    assert status == 401
    assert await hooks.events() == []


async def test_hand_shakes_are_answered_and_leave_nothing(hooks: Hooks) -> None:
    slack = await hooks.channel("slack")
    raw = body("slack", "challenge.json")
    assert (await hooks.post(slack, raw, test_slack.signed(raw)))[:2] == (200, "3eZbrw1aB10W")
    assert (await hooks.post(slack, raw, {}))[0] == 401
    discord = await hooks.channel("discord", secrets={"secret": PUBLIC})
    ping = body("discord", "ping.json")
    assert (await hooks.post(discord, ping, test_discord.signed(ping)))[:2] == (204, "")
    assert (await hooks.post(discord, ping, test_discord.signed(ping, test_discord.OLD)))[0] == 401
    x = await hooks.channel("x", secrets={"secret": "consumer-secret"})
    asked = await hooks.client.get(f"/hooks/{x.channel_id}", params={"crc_token": "challenge_string"})
    expected = {"response_token": "sha256=S/mG8E9n5SjoGuCqHguvP8K8uuu5ogCPF0dOpIdyZlk="}
    assert (asked.status, await asked.json()) == (200, expected)
    assert await hooks.events() == []


async def test_one_post_for_two_subscribed_accounts_is_a_message_for_each(hooks: Hooks) -> None:
    """Both subscriptions deliver to the one webhook of their app."""
    first = await hooks.channel("x", account_id="1001")
    second = await hooks.channel("x", account_id="1002")
    for user in (b'"1001"', b'"1002"'):
        raw = body("x", "account_mention.json").replace(b'"1001"', user)
        await hooks.post(first, raw, {"x-twitter-webhooks-signature": test_x.digest(raw)})
    found = [event for event in await hooks.events() if isinstance(event, MessageReceived)]
    assert {event.channel_id for event in found} == {first.channel_id, second.channel_id}
