"""What Twilio tells in a form's fields: a message, a state of one of ours, a call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

from inbox.events import Attachment, Author
from services.channels import reading
from services.channels.base import guarded
from services.channels.contract import (
    CannotRead,
    Ignored,
    Parsed,
    Received,
    RefusalReason,
    Status,
    Unreadable,
)

FIELDS_MOST = 1000
MEDIA_MOST = 20
WINDOW = timedelta(hours=24)
"""WhatsApp's, after the person's last message. A text message has none."""
CHATS = ("whatsapp:", "messenger:", "rcs:")
"""Before the address of who writes otherwise than by text message."""
ON_ITS_WAY = frozenset({"accepted", "scheduled", "queued", "sending", "sent", "canceled", "partially_delivered"})
FAILURES: Mapping[str, RefusalReason] = MappingProxyType(
    {
        "63016": "window_closed", "21610": "gone", "30003": "gone", "30005": "gone", "30006": "gone", "63024": "gone",
        "30004": "blocked_by_network", "30007": "blocked_by_network", "63018": "too_many", "30001": "too_many",
    }
)  # fmt: skip


def fields_of(raw: bytes) -> dict[str, Any]:
    """A form; or the same fields as JSON, as Twilio's newer products send them."""
    if reading.start(raw) == b"{":
        content = reading.loads(raw)
        return content if isinstance(content, dict) else {}
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=FIELDS_MOST)
    except ValueError as error:
        raise CannotRead("the body is no form") from error
    if not pairs:
        raise CannotRead("the form is empty")
    return {reading.clean_text(name): reading.clean_text(value) for name, value in reversed(pairs)}


def number(fields: dict[str, Any]) -> str | None:
    """Which number of ours it is about: what came was sent to it, and what is told of an answer left from it."""
    ours = fields.get("From" if _state(fields) is not None else "To")
    return ours.removeprefix("whatsapp:")[:100] or None if isinstance(ours, str) else None


FROM_OUTSIDE = frozenset({"SMS", "MMS", "WHATSAPP", "MESSENGER", "RCS"})


def _state(fields: dict[str, Any]) -> str | None:
    """The state of a message of ours; None for what a person sent. What comes in has a state as well: received."""
    state = fields.get("MessageStatus") or fields.get("SmsStatus")
    return state if isinstance(state, str) and state not in ("received", "receiving") else None


def parsed(fields: dict[str, Any], received_at: datetime) -> Parsed:
    return guarded(lambda told: _parsed(told, received_at), fields)


def _parsed(fields: dict[str, Any], received_at: datetime) -> Parsed:
    if fields.get("CallSid"):
        return _call(fields, received_at)
    if fields.get("EventType"):
        return _in_conversation(fields, received_at)
    ident = reading.ident(fields.get("MessageSid") or fields.get("SmsSid") or fields.get("SmsMessageSid"))
    if ident is None:
        return Unreadable("it is no message of Twilio")
    state = _state(fields)
    return _message(fields, ident, received_at) if state is None else _status(fields, ident, state, received_at)


def _in_conversation(fields: dict[str, Any], received_at: datetime) -> Parsed:
    """Twilio Conversations: who wrote is named by their number; what a program or an agent's screen wrote is ours."""
    named, source = str(fields["EventType"]), str(fields.get("Source") or "")
    if named != "onMessageAdded":
        return Ignored(f"another event: {named}"[:80])
    if source.upper() not in FROM_OUTSIDE:
        return Ignored("own")
    ident, written = reading.need(fields.get("MessageSid"), "the message's id"), fields.get("DateCreated")
    told = {**fields, "From": fields.get("Author"), "DateSent": written, "NumMedia": None}
    return _message(told, ident, received_at)


def _message(fields: dict[str, Any], ident: str, received_at: datetime) -> Parsed:
    """No words beside a picture are no words, which is common."""
    author = _author(fields)
    by_whatsapp = author.id.startswith("whatsapp:")
    is_chat = author.id.startswith(CHATS)
    at = reading.instant_of(fields["DateSent"]) if fields.get("DateSent") else received_at
    return Received(
        kind="dm" if is_chat else "sms", external_id=ident, thread_id=author.id, sent_at=at,
        text=reading.words(fields.get("Body")) or None, author=author,
        parent_id=reading.ident(fields.get("OriginalRepliedMessageSid")),
        attachments=(*_media(fields), *_place(fields)), reply_until=at + WINDOW if by_whatsapp else None,
    )  # fmt: skip


def _author(fields: dict[str, Any]) -> Author:
    ident = reading.need(fields.get("From"), "the sender")
    return Author(id=ident, handle=ident.partition(":")[2] or ident, name=reading.shown(fields.get("ProfileName")))


def _media(fields: dict[str, Any]) -> tuple[Attachment, ...]:
    stated = str(fields.get("NumMedia") or 0)
    number = min(int(stated), MEDIA_MOST) if stated.isascii() and stated.isdigit() and len(stated) < 5 else 0
    return tuple(
        Attachment(url=link, content_type=reading.shown(fields.get(f"MediaContentType{n}")))
        for n in range(number)
        if (link := reading.link(fields.get(f"MediaUrl{n}")))
    )


def _place(fields: dict[str, Any]) -> tuple[Attachment, ...]:
    """Where somebody is, as WhatsApp tells it: its name and address, else its coordinates."""
    shown = [reading.shown(fields.get(name)) for name in ("Label", "Address")]
    numbers = [reading.shown(fields.get(name)) for name in ("Latitude", "Longitude")]
    if not all(numbers):
        return ()
    name = ", ".join(one for one in shown if one) or ", ".join(one for one in numbers if one)
    return (Attachment(content_type="location", name=reading.shown(name)),)


def _status(fields: dict[str, Any], ident: str, state: str, received_at: datetime) -> Parsed:
    if state in ("delivered", "read"):
        return Status(ident, "read" if state == "read" else "delivered", received_at)
    if state in ("failed", "undelivered"):
        return Status(ident, "failed", received_at, FAILURES.get(str(fields.get("ErrorCode")), "rejected"))
    return Ignored("a receipt" if state in ON_ITS_WAY else f"a state of a message: {state}"[:80])


def _call(fields: dict[str, Any], received_at: datetime) -> Parsed:
    """A call is a message without words, once, whatever its states. What was keyed in, or made out of what was said,
    are its words where they come with it; a recording is a message of its own, for it comes later."""
    if str(fields.get("Direction", "inbound")).startswith("outbound"):
        return Ignored("own")
    call = reading.need(fields.get("CallSid"), "the call's id")
    if not fields.get("From"):
        return Ignored("a state of a recording")
    recording = reading.ident(fields.get("RecordingSid"))
    if fields.get("TranscriptionStatus") == "failed":
        return Ignored("a recording that could not be written down")
    author, spoken = _author(fields), fields.get("TranscriptionText")
    ident = reading.ident(fields.get("TranscriptionSid")) or recording or call
    return Received(
        kind="call", external_id=ident, thread_id=author.id, sent_at=received_at,
        text=reading.words(spoken or fields.get("SpeechResult") or fields.get("Digits")) or None, author=author,
        parent_id=call if ident != call else None, attachments=_recording(fields),
    )  # fmt: skip


def _recording(fields: dict[str, Any]) -> tuple[Attachment, ...]:
    link = reading.link(fields.get("RecordingUrl"))
    return (Attachment(url=link, content_type="audio/x-wav"),) if link else ()
