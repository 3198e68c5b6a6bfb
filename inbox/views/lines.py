"""The thread of an item as it is read, top to bottom: the author's messages, our replies, notes among colleagues."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from inbox import corrections, gestures, sla
from inbox.events import Attachment, ReplyFile
from inbox.state import Item, Judgement
from inbox.views.row import is_first_look, reason_json, timestamp


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the thread as read from top to bottom. `in`: the author's; `out`: ours; `note`: for colleagues.

    `state`: of the author's, "edited", "withdrawn" or "received"; of ours, that of the reply (queued, sending, sent,
    failed, uncertain, not_sent); of a note, "noted". `by`: the member who wrote it, None for the author and strangers.
    `private`: of ours, a direct message to a public one; `hidden`, `liked`: of the author's, by us on its network;
    `files`: of ours, what went with it; `original`: of ours, the words that it was translated from;
    `sender_proven`: of an e-mail, None where nobody told.
    """

    direction: Literal["in", "out", "note"]
    at: datetime
    text: str | None
    state: str
    by: int | None = None
    external_id: str | None = None
    sent_at: datetime | None = None
    received_at: datetime | None = None
    permalink: str | None = None
    attachments: tuple[Attachment, ...] = ()
    judgement: Judgement | None = None
    corrected: tuple[str, ...] = ()
    provisional: bool = False
    reply_id: uuid.UUID | None = None
    purpose: str | None = None
    reason: str | None = None
    promise_until: datetime | None = None
    echoed: bool = False
    by_hand: bool = False
    private: bool = False
    hidden: bool = False
    liked: bool = False
    files: tuple[ReplyFile, ...] = ()
    original: str | None = None
    sender_proven: bool | None = None


def lines_of(item: Item) -> Iterator[Line]:
    for said in item.messages:
        state = "withdrawn" if said.withdrawn_at else "edited" if said.edited_at else "received"
        yield Line(
            "in", sla.start_of_turn(said.sent_at, said.received_at), said.text, state, external_id=said.external_id,
            sent_at=said.sent_at, received_at=said.received_at, permalink=said.permalink,
            attachments=said.attachments, judgement=corrections.reading(said), corrected=corrections.corrected(said),
            provisional=is_first_look(said), hidden=gestures.stands(item, said.external_id, "hide"),
            liked=gestures.stands(item, said.external_id, "like"), sender_proven=said.sender_proven,
        )  # fmt: skip
    for reply in item.replies:
        yield Line(
            "out", reply.sent_at or reply.at, reply.text, reply.state, reply.by, reply.external_id, reply.sent_at,
            reply_id=reply.reply_id, purpose=reply.purpose, reason=reply.reason, promise_until=reply.promise_until,
            echoed=reply.echoed, by_hand=reply.by_hand, private=reply.private, files=reply.files,
            original=reply.original,
        )  # fmt: skip
    for note in item.notes:
        yield Line("note", note.at, note.text, "noted", note.by)


def line_json(line: Line, personal: bool) -> dict[str, Any]:
    said = line.judgement
    return {
        "direction": line.direction,
        "at": timestamp(line.at),
        "external_id": line.external_id,
        "text": line.text if personal else None,
        "state": line.state,
        "by": line.by,
        "sent_at": timestamp(line.sent_at),
        "received_at": timestamp(line.received_at),
        "permalink": line.permalink if personal else None,
        "attachments": [part.model_dump() for part in line.attachments] if personal else [],
        "sentiment": said.sentiment if said else None,
        "urgency": said.urgency if said else None,
        "lang": said.lang if said else None,
        "reasons": [reason_json(reason, personal) for reason in said.reasons] if said else [],
        "corrected": list(line.corrected),
        "provisional": line.provisional,
        "reply_id": str(line.reply_id) if line.reply_id else None,
        "purpose": line.purpose,
        "reason": line.reason,
        "promise_until": timestamp(line.promise_until),
        "echoed": line.echoed,
        "by_hand": line.by_hand,
        "private": line.private,
        "hidden": line.hidden,
        "liked": line.liked,
        "files": [file.model_dump(mode="json") for file in line.files] if personal else [],
        "original": line.original if personal else None,
        "sender_proven": line.sender_proven,
    }
