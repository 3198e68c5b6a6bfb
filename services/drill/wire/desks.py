"""Help desks as sources: what somebody wrote to one of them, as it tells of it. One person has one conversation."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import orjson

from services.demo_networks.asked import paragraphs
from services.drill.target import Hook
from services.drill.wire import sign
from services.drill.wire.moment import Moment
from services.drill.wire.tongue import JSON, Tongue, hubs, mac


def _conversation(moment: Moment) -> str:
    """A number, the person's own."""
    return moment.move.author.id[-9:].lstrip("0")


def _zendesk(hook: Hook, moment: Moment) -> bytes:
    move, person, ticket = moment.move, moment.move.author, _conversation(moment)
    at = moment.said.isoformat().replace("+00:00", "Z")
    comment = {
        "id": move.message_id, "body": move.text, "is_public": True,
        "author": {"id": person.id, "is_staff": False, "name": person.name},
    }  # fmt: skip
    detail = {
        "id": ticket, "subject": "Cargo 2", "requester_id": person.id, "status": "OPEN",
        "via": {"channel": "native_messaging"},
    }  # fmt: skip
    event = {
        "type": "zen:event-type:ticket.comment_added", "id": f"drill-{move.message_id}", "time": at,
        "subject": f"zen:ticket:{ticket}", "zendesk_event_version": "2022-11-06", "detail": detail,
        "event": {"comment": comment},
    }  # fmt: skip
    return orjson.dumps(event)


def _signed_by_zendesk(hook: Hook, body: bytes, moment: Moment) -> sign.Headers:
    stamp = moment.sent.strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = base64.b64encode(mac(hook.secret, stamp.encode() + body)).decode()
    return {
        "Content-Type": JSON, "X-Zendesk-Webhook-Signature": digest, "X-Zendesk-Webhook-Signature-Timestamp": stamp,
    }  # fmt: skip


def _intercom(hook: Hook, moment: Moment) -> bytes:
    """A conversation that begins."""
    move, person = moment.move, moment.move.author
    author = {"type": "user", "id": person.id, "name": person.name}
    item = {
        "type": "conversation", "id": f"{_conversation(moment)}{move.message_id[-6:]}", "created_at": moment.said_s,
        "updated_at": moment.said_s, "contacts": {"type": "contact.list", "contacts": [author]},
        "source": {
            "type": "conversation", "id": move.message_id, "delivered_as": "customer_initiated", "author": author,
            "body": paragraphs(move.text), "attachments": [],
        },
        "conversation_parts": {"type": "conversation_part.list", "conversation_parts": [], "total_count": 0},
    }  # fmt: skip
    return orjson.dumps(
        {
            "type": "notification_event", "app_id": hook.account or "brizeo", "topic": "conversation.user.created",
            "id": f"notif_{move.message_id}", "created_at": moment.sent_s,
            "data": {"type": "notification_event_data", "item": item},
        }
    )  # fmt: skip


def _front(hook: Hook, moment: Moment) -> bytes:
    """A mail, as an app of Front's is told of it."""
    move, person = moment.move, moment.move.author
    handle = person.handle if "@" in person.handle else f"{person.handle.lstrip('+')}@mail.example"
    message = {
        "id": move.message_id, "type": "email", "is_inbound": True, "created_at": moment.said.timestamp(),
        "subject": "Cargo 2", "text": move.text, "body": "", "author": None, "attachments": [],
        "recipients": [{"handle": handle, "role": "from", "name": person.name}],
    }  # fmt: skip
    event = {
        "id": f"evt_{move.message_id}", "type": "inbound", "emitted_at": moment.said.timestamp(),
        "conversation": {"id": f"cnv_{_conversation(moment)}", "subject": "Cargo 2", "status": "unassigned"},
        "target": {"_meta": {"type": "message"}, "data": message},
    }  # fmt: skip
    told = {"type": "inbound_received", "authorization": {"id": hook.account or "cmp_brizeo"}, "payload": event}
    return orjson.dumps(told)


def _signed_by_front(hook: Hook, body: bytes, moment: Moment) -> sign.Headers:
    stamp = str(moment.sent_ms)
    digest = base64.b64encode(mac(hook.secret, stamp.encode() + b":" + body)).decode()
    return {"Content-Type": JSON, "X-Front-Signature": digest, "X-Front-Request-Timestamp": stamp}


def _chatwoot(hook: Hook, moment: Moment) -> bytes:
    move, person = moment.move, moment.move.author
    contact = {"id": int(_conversation(moment)), "name": person.name, "email": None, "type": "contact"}
    return orjson.dumps(
        {
            "event": "message_created", "id": int(move.message_id), "content": move.text, "content_type": "text",
            "created_at": moment.said.isoformat(), "message_type": "incoming", "private": False, "sender": contact,
            "account": {"id": int(hook.account or 1), "name": "Brizéo"}, "inbox": {"id": 1, "name": "Site"},
            "conversation": {
                "id": int(_conversation(moment)), "channel": "Channel::WebWidget", "status": "open",
                "meta": {"sender": contact},
            },
        }
    )  # fmt: skip


def _signed_by_chatwoot(hook: Hook, body: bytes, moment: Moment) -> sign.Headers:
    digest = mac(hook.secret, f"{moment.sent_s}.".encode() + body).hex()
    return {
        "Content-Type": JSON, "X-Chatwoot-Signature": f"sha256={digest}", "X-Chatwoot-Timestamp": str(moment.sent_s),
    }  # fmt: skip


TONGUES: Mapping[str, Tongue] = {
    "zendesk": Tongue(_zendesk, _signed_by_zendesk),
    "intercom": Tongue(_intercom, hubs("X-Hub-Signature", "sha1")),
    "front": Tongue(_front, _signed_by_front),
    "chatwoot": Tongue(_chatwoot, _signed_by_chatwoot),
}
