"""Where people work and play: GitHub, LinkedIn, a game's chat in Discord, and events of a brand's own systems."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.drill.target import Hook
from services.drill.wire import generic, sign
from services.drill.wire.moment import Moment
from services.drill.wire.tongue import JSON, Tongue, hubs, mac

REPOSITORY = "brizeo/cargo"
COMPANY = "urn:li:organization:5001"
APPLICATION = "900000000000000001"
LOBBY, CHANNEL = "610000000000000001", "600000000000000001"
"""A game's chat, which comes by the hook, and a server's, which is asked for."""


def _github(hook: Hook, moment: Moment) -> bytes:
    """A comment under an issue."""
    move, person, name = moment.move, moment.move.author, hook.account or REPOSITORY
    at, ident = moment.said.strftime("%Y-%m-%dT%H:%M:%SZ"), move.message_id.rpartition("_")[2]
    user = {"login": person.handle.replace(".", "-"), "id": int(person.id), "type": "User"}
    comment = {
        "id": int(ident), "node_id": move.message_id, "user": user, "body": move.text, "created_at": at,
        "updated_at": at, "html_url": f"https://github.example/{name}/issues/7#issuecomment-{ident}",
    }  # fmt: skip
    issue = {"number": 7, "node_id": "I_7", "title": "Cargo 2", "body": "", "user": user, "created_at": at}
    told = {"action": "created", "issue": issue, "comment": comment, "repository": {"full_name": name}}
    return orjson.dumps(told)


def _linkedin(hook: Hook, moment: Moment) -> bytes:
    move, post = moment.move, "urn:li:activity:71"
    comment = {
        "owner": f"urn:li:person:{move.author.id}", "text": move.text, "entity": move.message_id, "object": post,
    }  # fmt: skip
    notification = {
        "subscriber": "urn:li:person:admin", "lastModifiedAt": moment.said_ms, "action": "COMMENT",
        "notificationId": moment.sent_ms, "organizationalEntity": hook.account or COMPANY, "sourcePost": post,
        "generatedActivity": move.message_id, "decoratedGeneratedActivity": {"comment": comment},
    }  # fmt: skip
    return orjson.dumps({"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", "notifications": [notification]})


def _signed_by_linkedin(hook: Hook, body: bytes, moment: Moment) -> sign.Headers:
    return {"Content-Type": JSON, "X-LI-Signature": mac(hook.secret, b"hmacsha256=" + body).hex()}


def _discord(hook: Hook, moment: Moment) -> bytes:
    """A message in the chat of a game, which is what Discord posts to a hook."""
    move, person = moment.move, moment.move.author
    message = {
        "id": move.message_id, "type": 0, "content": move.text, "lobby_id": LOBBY, "channel_id": LOBBY,
        "author": {"id": person.id, "username": person.handle, "global_name": person.name, "discriminator": "0"},
        "timestamp": moment.said.isoformat(), "flags": 65536, "application_id": hook.account or APPLICATION,
    }  # fmt: skip
    event = {"type": "LOBBY_MESSAGE_CREATE", "timestamp": moment.said.isoformat(), "data": message}
    return orjson.dumps({"version": 1, "application_id": hook.account or APPLICATION, "type": 1, "event": event})


def key_of(secret: str) -> Ed25519PrivateKey:
    """What signs for the application with that bot's token: of a demo, made from it."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(secret.encode()).digest())


def _signed_by_discord(hook: Hook, body: bytes, moment: Moment) -> sign.Headers:
    stamp = str(moment.sent_s)
    signature = key_of(hook.secret).sign(stamp.encode() + body).hex()
    return {"Content-Type": JSON, "X-Signature-Ed25519": signature, "X-Signature-Timestamp": stamp}


def _cloudevents(hook: Hook, moment: Moment) -> bytes:
    """A structured event, with a message of the generic form for its data."""
    event = {
        "specversion": "1.0", "id": moment.move.message_id, "source": "/site", "type": "message.received",
        "time": moment.said.isoformat(), "datacontenttype": JSON, "data": orjson.loads(generic.encode([moment])),
    }  # fmt: skip
    return orjson.dumps(event)


def _bearing(hook: Hook, body: bytes, moment: Moment) -> sign.Headers:
    return {"Content-Type": "application/cloudevents+json", "Authorization": f"Bearer {hook.secret}"}


TONGUES: Mapping[str, Tongue] = {
    "github": Tongue(_github, hubs("X-Hub-Signature-256", X_GitHub_Event="issue_comment")),
    "linkedin": Tongue(_linkedin, _signed_by_linkedin),
    "discord": Tongue(_discord, _signed_by_discord),
    "cloudevents": Tongue(_cloudevents, _bearing),
}
