"""The generic channel's body: one object, or `{"messages": [...]}`, as its published contract says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from services.drill.wire.moment import Moment

Body = dict[str, Any]
PLACES = {"comment": "forum", "mention": "social", "review": "avis"}


def encode(moments: list[Moment]) -> bytes:
    bodies = [_body(moment) for moment in moments]
    return orjson.dumps(bodies[0] if len(bodies) == 1 else {"messages": bodies})


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _body(moment: Moment) -> Body:
    move = moment.move
    match move.verb:
        case "message":
            return _message("message.received", moment)
        case "edit":
            return _message("message.edited", moment)
        case "delete":
            return {"type": "message.deleted", "id": move.message_id, "sent_at": _iso(moment.said)}
        case "echo":
            return {
                "type": "reply.echoed",
                "id": move.echo_id,
                "in_reply_to": move.message_id,
                "text": move.text,
                "sent_at": _iso(moment.said),
            }


def _message(type_: str, moment: Moment) -> Body:
    move = moment.move
    place = PLACES.get(move.line.kind)
    return {
        "type": type_,
        "id": move.message_id,
        "kind": move.line.kind,
        "thread_id": move.thread_id,
        "parent_id": None,
        "text": move.text,
        "sent_at": _iso(moment.said),
        "permalink": f"https://{place}.brizeo.example/{move.thread_id}#{move.message_id}" if place else None,
        "author": {
            "id": move.author.id,
            "handle": move.author.handle,
            "name": move.author.name,
            "followers": move.author.followers,
            "verified": move.author.verified,
            "avatar_url": None,
        },
        "attachments": [],
    }
