"""What the set-up form of each network is given for the demo: accounts of a brand that does not exist, and addresses of
the demo's own networks. Secrets that the form asks for are made at random.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from inbox.channels import SetupField
from services.drill.wire import work
from services.drill.wire.mails import US

HERE, STREAM = "{here}", "{stream}"
"""The address of the network in the demo; the same for WebSockets."""
API = "api_url"

GIVEN: Mapping[str, Mapping[str, str]] = {
    "whatsapp": {"account_id": "106540352242922"},
    "x": {"account_id": "1001"},
    "tiktok": {"account_id": "brizeo"},
    "trustpilot": {"api_key": "brizeo"},
    "discourse": {"api_user": "brizeo"},
    "twilio": {"account_sid": "AC0123456789abcdef0123456789abcdef", "account_id": "+33639980000"},
    "discord": {"account_id": work.APPLICATION, "channel_ids": work.CHANNEL},
    "linkedin": {"account_id": work.COMPANY},
    "github": {"account_id": work.REPOSITORY},
    "mailgun": {"account_id": US},
    "sendgrid": {"account_id": US},
    "postmark": {"account_id": US},
    "zendesk": {"agent_email": "ines@brizeo.example"},
    "intercom": {"admin_id": "1"},
    "chatwoot": {"account_id": "1"},
    "feed": {"feed_url": f"{HERE}/comments.xml"},
    "wordpress": {"user": "brizeo", "own_users": "1"},
    "reddit": {"account_id": "brizeo"},
    "youtube": {"account_id": "UCbrizeo0000000000000000"},
    "google_reviews": {"account_id": "accounts/1/locations/1"},
    "mastodon": {"account_id": "109000000000000001"},
    "bluesky": {"account_id": "did:plc:brizeo", "stream_url": f"{STREAM}/subscribe"},
}
PROVING: Mapping[str, str] = {"discord": "bot_token"}
"""By which of a channel's secrets its network signs, where it is not `secret`."""
LEFT: frozenset[str] = frozenset({"public_key", "outgoing_token", "client_key", "refresh_token", "push_account"})
"""Secrets that change how a network proves itself, or have its access renewed: given only where they must be."""


def values(network: str, fields: Sequence[SetupField], here: str) -> dict[str, str]:
    """For the set-up form. `here`: the address of that network in the demo."""
    places = {HERE: here, STREAM: f"ws{here.removeprefix('http')}"}
    given = dict(GIVEN.get(network, {}))
    for field in fields:
        if field.name == API:
            given[API] = HERE
        elif field.secret and field.make is None and (field.required or field.name not in LEFT):
            given.setdefault(field.name, secrets.token_hex(16))
    if {"client_id", "client_secret"} <= given.keys():
        given["refresh_token"] = secrets.token_hex(16)
    found = {name: _placed(value, places) for name, value in given.items()}
    return found | _signing(network, found)


def _placed(value: str, places: Mapping[str, str]) -> str:
    for name, place in places.items():
        value = value.replace(name, place)
    return value


def _signing(network: str, found: Mapping[str, str]) -> dict[str, str]:
    """Where a key signs, the channel has its public half."""
    if network not in PROVING:
        return {}
    public = work.key_of(found[PROVING[network]]).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"secret": public.hex()}
