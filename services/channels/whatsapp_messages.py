"""One message, echo or status of WhatsApp. Edits and withdrawals come as messages with ids of their own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from inbox.events import Attachment, Author
from services.channels import reading, whatsapp_replies
from services.channels.contract import Echoed, Edited, Ignored, Parsed, Received, Status, Withdrawn

WINDOW = timedelta(hours=24)
"""After the person's last message; later, WhatsApp takes templates only."""

MEDIA = ("image", "video", "audio", "voice", "document", "sticker")
NO_MESSAGES = {"reaction": "a reaction", "system": "a notice of the network", "request_welcome": "a chat was opened"}


class People:
    """The contacts beside the messages, by every id that they have."""

    def __init__(self, value: dict[str, Any]) -> None:
        contacts = reading.tables(value.get("contacts"))
        named = [(contact.get(key), contact) for contact in contacts for key in ("user_id", "wa_id")]
        self._by_id = {ident: contact for ident, contact in named if isinstance(ident, str)}
        self._only = contacts[0] if len(contacts) == 1 else {}
        self._alone = len(reading.tables(value.get("messages"))) == 1

    def author(self, message: dict[str, Any], *, user_id: str = "from_user_id", phone: str = "from") -> Author:
        """One message and one contact belong together, whatever form of a number each has."""
        ids = [reading.ident(message.get(name)) for name in (user_id, phone)]
        known = next((self._by_id[one] for one in ids if one in self._by_id), self._only if self._alone else {})
        profile = reading.table(known.get("profile"))
        ident = ids[0] or ids[1] or reading.ident(known.get("user_id")) or reading.ident(known.get("wa_id"))
        handle = profile.get("username") or known.get("username") or message.get("username")
        return Author(
            id=reading.need(ident, "the sender"), handle=reading.shown(handle), name=reading.shown(profile.get("name"))
        )


def message(message: dict[str, Any], people: People, received_at: datetime) -> Parsed:
    kind, at = message.get("type"), _at(message, received_at)
    ident = reading.need(message.get("id"), "the message's id")
    if kind in NO_MESSAGES:
        return Ignored(NO_MESSAGES[kind])
    author = people.author(message)
    thread = reading.ident(message.get("group_id")) or author.id
    if kind == "edit":
        return _edit(message["edit"], ident, at, thread, author)
    if kind == "revoke":
        return Withdrawn(_original(message["revoke"]), at, thread, author)
    return Received(
        kind="dm", external_id=ident, thread_id=thread, sent_at=at, text=_text(message), author=author,
        parent_id=reading.ident(reading.table(message.get("context")).get("id")), attachments=_attachments(message),
        reply_until=at + WINDOW,
    )  # fmt: skip


def _edit(edit: dict[str, Any], ident: str, at: datetime, thread: str, author: Author) -> Parsed:
    new = reading.table(edit.get("message"))
    return Edited(_original(edit), at, ident, _text(new), _attachments(new), thread, author)


def _original(change: dict[str, Any]) -> str:
    return reading.need(change.get("original_message_id"), "the id of the message changed")


def echo(message: dict[str, Any], people: People, received_at: datetime) -> Parsed:
    """What the business wrote by hand, in the app on a phone."""
    if message.get("type") in (*NO_MESSAGES, "edit", "revoke"):
        return Ignored("own")
    person = people.author(message, user_id="to_user_id", phone="to")
    thread = reading.ident(message.get("group_id")) or person.id
    ident = reading.need(message.get("id"), "the message's id")
    return Echoed(ident, _at(message, received_at), _text(message), None, thread, person)


def status(status: dict[str, Any], received_at: datetime) -> Parsed:
    """They come in any order, and may come before the call that sent the message has returned."""
    ident, state = reading.need(status.get("id"), "the message's id"), status.get("status")
    if state not in ("delivered", "read", "played", "failed"):
        return Ignored("a receipt")
    at = _at(status, received_at)
    if state == "delivered":
        return Status(ident, "delivered", at)
    if state == "failed":
        errors = reading.tables(status.get("errors"))
        return Status(ident, "failed", at, whatsapp_replies.reason(errors[0].get("code") if errors else None))
    return Status(ident, "read", at)


def _at(message: dict[str, Any], received_at: datetime) -> datetime:
    stated = message.get("timestamp")
    return received_at if stated is None else reading.instant(stated)


def _text(message: dict[str, Any]) -> str | None:
    """What the person wrote or chose; a button's words are theirs once they press it."""
    kind = message.get("type")
    part = reading.table(message.get(kind)) if isinstance(kind, str) else {}
    if kind == "interactive":
        chosen = reading.table(part.get(part.get("type") or ""))
        return reading.words(chosen.get("title") or chosen.get("body"))
    named = {"text": "body", "button": "text", "order": "text"}.get(str(kind), "caption")
    return reading.words(part.get(named))


def _attachments(message: dict[str, Any]) -> tuple[Attachment, ...]:
    kind = message.get("type")
    if kind == "location":
        return (_place(reading.table(message.get("location"))),)
    media = message.get(kind) if kind in MEDIA else None
    return (_file(media, str(kind)),) if isinstance(media, dict) else ()


def _file(media: dict[str, Any], kind: str) -> Attachment:
    """A file is named by an id, with which the app gets an address that lives five minutes."""
    return Attachment(
        content_type=reading.shown(media.get("mime_type")) or kind,
        bytes=reading.count(media.get("file_size")),
        name=reading.shown(media.get("filename")) or reading.shown(media.get("id")),
    )


def _place(location: dict[str, Any]) -> Attachment:
    said = [reading.shown(location.get(name)) for name in ("name", "address")]
    numbers = [location.get(name) for name in ("latitude", "longitude")]
    shown = ", ".join([part for part in said if part] or [str(n) for n in numbers if isinstance(n, int | float)])
    return Attachment(url=reading.link(location.get("url")), content_type="location", name=reading.shown(shown))
