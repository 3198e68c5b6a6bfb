"""Tickets as a trigger's webhook or the API shows them, where no event of Zendesk's own says what happened.

What a trigger sends, whoever wrote it made up, out of the placeholders of Zendesk's documentation: so each value is
looked for under the names that these usually get, in the body or in its `ticket`. What an agent said cannot be told
from what a person outside said: only a comment that names its author is taken for somebody's words.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from inbox.events import Author
from services.channels import parts, reading
from services.channels.contract import Ignored, Parsed, Received

FIRST = "ticket:"
"""Before the ticket's number, in the id of its first words."""


def is_one(content: Any) -> bool:
    found = parts.table(content, "ticket") or content
    return isinstance(found, dict) and _first(found, "ticket_id", "id", "ticket.id") is not None and bool(_words(found))


def read(content: Any, received_at: datetime) -> Parsed:
    """Raises `reading.MISREAD`."""
    told = {**parts.table(content, "ticket"), **{name: one for name, one in content.items() if name != "ticket"}}
    number = reading.need(_first(told, "ticket_id", "id", "ticket.id"), "the ticket's number")
    title, said = parts.name(_first(told, "ticket_title", "subject", "title", "ticket_subject")), _words(told)
    requester = _requester(told)
    if requester is None:
        return Ignored("a ticket that names nobody")
    return Received(
        kind="email", external_id=FIRST + number, thread_id=number, sent_at=_at(told, received_at),
        text=parts.titled(title, reading.words(said)), author=requester, permalink=_link(told),
    )  # fmt: skip


def _words(told: dict[str, Any]) -> str | None:
    found = _first(told, "ticket_description", "description", "comment", "latest_comment")
    return found if isinstance(found, str) and found.strip() else None


def _requester(told: dict[str, Any]) -> Author | None:
    """By their number; else by their address, else by their name, which is what a trigger has."""
    person = parts.table(told, "requester")
    email = person.get("email") or _first(told, "requester_email", "requester.email")
    name = person.get("name") or _first(told, "requester_full_name", "requester_name", "requester.name")
    ident = person.get("id") or _first(told, "requester_id") or email or (f"name:{name}" if name else None)
    return parts.person(ident, called=name, handle=email)


def _at(told: dict[str, Any], received_at: datetime) -> datetime:
    """Triggers tell days in words ("February 3, 2025"): then the arrival is nearer."""
    try:
        return parts.at_or(_first(told, "created_at_with_timestamp", "created_at"), received_at)
    except reading.Misread:
        return received_at


def _link(told: dict[str, Any]) -> str | None:
    """A trigger's `ticket.url` has no scheme."""
    link = _first(told, "ticket_link", "link", "ticket_url", "url")
    if isinstance(link, str) and "://" not in link:
        link = f"https://{link}"
    return reading.link(link)


def _first(told: dict[str, Any], *names: str) -> Any:
    return next((told[name] for name in names if told.get(name) not in (None, "")), None)
