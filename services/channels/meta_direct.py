"""Direct messages as Messenger and Instagram send them. A thread is the person we talk with: they write, we echo."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from inbox.events import Attachment, Author
from services.channels import meta_files, reading
from services.channels.contract import Echoed, Edited, Ignored, Parsed, Received, Unreadable, Withdrawn

WINDOW = timedelta(hours=24)
"""After the person's last message; later, Meta refuses a reply."""

NOT_MESSAGES = {
    "reaction": "a reaction",
    "read": "a receipt",
    "delivery": "a receipt",
    "typing": "typing",
    "optin": "an opt-in",
    "referral": "a referral",
    "pass_thread_control": "a hand-over",
    "take_thread_control": "a hand-over",
    "request_thread_control": "a hand-over",
    "app_roles": "a hand-over",
    "account_linking": "an account link",
}


def parsed(event: Any, account_id: str, entry_time: datetime) -> Parsed:
    """Raises `reading.MISREAD`."""
    at = reading.instant(event["timestamp"]) if event.get("timestamp") is not None else entry_time
    if "message" in event:
        return _message(event, event["message"], account_id, at)
    if "message_edit" in event:
        return _edit(event, event["message_edit"], account_id, at)
    if "postback" in event:
        return _postback(event, event["postback"], at)
    known = next((Ignored(why) for name, why in NOT_MESSAGES.items() if name in event), None)
    return known or _other(event)


def _other(event: dict[str, Any]) -> Parsed:
    """What is not in our list, and is no message: a payment, a checkout, what Meta will think of next."""
    named = sorted(event.keys() - {"sender", "recipient", "timestamp"})
    return Ignored(f"another event: {', '.join(named)}"[:80]) if named else Unreadable("an event without content")


def _person(event: dict[str, Any], side: str) -> Author:
    """Whom Meta does not know yet (a guest of the chat plug-in) has a reference in place of an id."""
    found = event[side]
    return Author(id=reading.need(found.get("id") or found.get("user_ref"), f"the {side}'s id"))


def _message(event: dict[str, Any], message: dict[str, Any], account_id: str, at: datetime) -> Parsed:
    mid = reading.need(message.get("mid"), "the message's id")
    if message.get("is_echo"):
        return _echo(event, message, mid, at)
    sender = _person(event, "sender")
    if sender.id == account_id:
        return Ignored("own")
    if message.get("is_deleted"):
        return Withdrawn(mid, at, sender.id, sender)
    return Received(
        kind="mention" if _is_story_mention(message) else "dm", external_id=mid, thread_id=sender.id, sent_at=at,
        text=reading.words(message.get("text")), author=sender, parent_id=_answered(message),
        attachments=_attachments(message), reply_until=at + WINDOW,
    )  # fmt: skip


def _echo(event: dict[str, Any], message: dict[str, Any], mid: str, at: datetime) -> Parsed:
    """What we wrote, here or elsewhere: the thread is whom it went to. We may take it back; nothing waits for that.
    Of a reply with a file the words count, which come after it."""
    if message.get("is_deleted") or message.get("metadata") == meta_files.METADATA:
        return Ignored("own")
    person = _person(event, "recipient")
    return Echoed(mid, at, reading.words(message.get("text")), _answered(message), person.id, person)


def _edit(event: dict[str, Any], edit: dict[str, Any], account_id: str, at: datetime) -> Parsed:
    sender = _person(event, "sender")
    if sender.id == account_id:
        return Ignored("own")
    mid = reading.need(edit.get("mid"), "the message's id")
    number = reading.ident(edit.get("num_edit"))
    version = f"edit {number}" if number else at.isoformat()
    return Edited(mid, at, version, reading.words(edit.get("text")), (), sender.id, sender)


def _postback(event: dict[str, Any], postback: dict[str, Any], at: datetime) -> Parsed:
    """A button that the person pressed: its title is what they said."""
    sender = _person(event, "sender")
    mid = reading.ident(postback.get("mid")) or f"postback:{sender.id}:{int(at.timestamp() * 1000)}"
    return Received(
        kind="dm", external_id=mid, thread_id=sender.id, sent_at=at, text=reading.words(postback.get("title")),
        author=sender, reply_until=at + WINDOW,
    )  # fmt: skip


def _answered(message: dict[str, Any]) -> str | None:
    """The message that this one answers; an answer to a story names no message."""
    reply_to = message.get("reply_to")
    return reading.ident(reply_to.get("mid")) if isinstance(reply_to, dict) else None


def _is_story_mention(message: dict[str, Any]) -> bool:
    found = message.get("attachments") or ()
    return any(isinstance(part, dict) and part.get("type") == "story_mention" for part in found)


def _attachments(message: dict[str, Any]) -> tuple[Attachment, ...]:
    return tuple(_attachment(part) for part in (message.get("attachments") or ())[:100] if isinstance(part, dict))


def _attachment(part: dict[str, Any]) -> Attachment:
    """A link's preview has title and address beside the payload, a product's and a place's stand deeper in it."""
    payload = reading.table(part.get("payload"))
    return Attachment(
        url=reading.link(payload.get("url")) or reading.link(part.get("url")),
        content_type=reading.shown(part.get("type")),
        name=reading.shown(payload.get("title")) or reading.shown(part.get("title")) or _described(payload),
    )


def _described(payload: dict[str, Any]) -> str | None:
    products = reading.tables(reading.table(payload.get("product")).get("elements"))
    place = reading.table(payload.get("coordinates"))
    numbers = [n for n in (place.get("lat"), place.get("long")) if isinstance(n, int | float)]
    titles = (reading.shown(one.get("title")) for one in products)
    return reading.shown(", ".join([title for title in titles if title] or map(str, numbers)))
