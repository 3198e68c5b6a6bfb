"""Intercom's tickets: what a person outside writes in one is a message, a teammate's words in it are our answer.

A ticket that was made of a conversation has the conversation's id, so both are one thread.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from inbox.events import Author
from services.channels import parts, reading
from services.channels.contract import Echoed, Ignored, Parsed, Received

OPENED = "ticket.created"
REPLIED = frozenset({"ticket.contact.replied", "ticket.admin.replied"})
PEOPLE = frozenset({"user", "lead", "contact"})
FIRST = "ticket:"
"""Before the ticket's id, in the id of its first words, which have none."""


def read(topic: str, item: dict[str, Any], received_at: datetime) -> Parsed:
    """Raises `reading.MISREAD`."""
    ticket = parts.table(item, "ticket") or item
    if topic == OPENED:
        return _opened(ticket, received_at)
    part = parts.table(item, "ticket_part") or _last(ticket)
    return _said(part, ticket, received_at)


def _opened(ticket: dict[str, Any], received_at: datetime) -> Parsed:
    ident, told = reading.need(ticket.get("id"), "the ticket's id"), parts.table(ticket, "ticket_attributes")
    person = _person(ticket)
    text = parts.titled(told.get("_default_title_"), reading.words(told.get("_default_description_")))
    if person is None or text is None:
        return Ignored("a ticket without a person or without words")
    at = parts.at_or(ticket.get("created_at"), received_at)
    return Received(kind="dm", external_id=FIRST + ident, thread_id=ident, sent_at=at, text=text, author=person)


def _said(part: dict[str, Any], ticket: dict[str, Any], received_at: datetime) -> Parsed:
    thread, writer = reading.need(ticket.get("id"), "the ticket's id"), parts.table(part, "author")
    text, found = parts.plain(part.get("body")), parts.rows(part, "attachments")
    if not text and not found:
        return Ignored(f"a change of state: {part.get('part_type')}"[:80])
    ident, at = reading.need(part.get("id"), "the part's id"), parts.at_or(part.get("created_at"), received_at)
    if writer.get("type") in PEOPLE:
        author = parts.person(writer.get("id"), called=writer.get("name"), handle=writer.get("email"))
        files = parts.files(found, url="url", kind="content_type", size="filesize", called="name")
        return Received(
            kind="dm", external_id=ident, thread_id=thread, sent_at=at, text=text, author=author, attachments=files
        )
    person = _person(ticket)
    if writer.get("type") != "admin" or person is None:
        return Ignored("a bot" if writer.get("type") != "admin" else "own")
    return Echoed(ident, at, text, None, thread, person)


def _last(ticket: dict[str, Any]) -> dict[str, Any]:
    told = parts.rows(ticket, "ticket_parts", "ticket_parts")
    return told[-1] if told else {}


def _person(ticket: dict[str, Any]) -> Author | None:
    contacts = parts.rows(ticket, "contacts", "contacts")
    return parts.person(contacts[0].get("id"), called=contacts[0].get("name")) if contacts else None
