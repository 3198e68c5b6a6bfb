"""What a mail is to an inbox: a message, an answer of our own, a failed delivery of one, or nobody's words.

Who it is: the address of From, in lower case. Which thread: the first mail of its references (programs that name none
but the last are helped by our own ids, which carry the thread that they answer), else the token in the address it was
sent to (`care+4711@…`), else the mail itself. Never its subject: half the world writes "Hello".

Which address is ours: the channel's account, and the further addresses of its settings.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from inbox.channels import ChannelRecord
from inbox.events import Attachment, Author
from services.channels import reading
from services.channels.contract import (
    Echoed,
    Ignored,
    Parsed,
    Received,
    RefusalReason,
    Status,
    Unreadable,
)
from services.channels.mail import ours, process, sorts, verdict
from services.channels.mail.headers import Address, Headers, moment
from services.channels.mail.letter import Letter

_TOKEN = re.compile(r"(?=.*\d)[A-Za-z0-9_.-]{6,64}")
"""What a system puts behind the plus: people's own words there (`care+shop@…`) hold no digit."""
_TO = ("x-original-to", "delivered-to", "envelope-to", "to", "cc")


class Mailbox(NamedTuple):
    """The addresses that are ours, in lower case."""

    addresses: frozenset[str]

    @classmethod
    def of(cls, channel: ChannelRecord) -> Mailbox:
        given = (channel.account_id or "", *str(channel.settings.get("addresses") or "").replace(";", ",").split(","))
        return cls(frozenset(one.strip().lower() for one in given if "@" in one))

    def holds(self, address: str) -> bool:
        """With what stands behind a plus, too."""
        local, _, domain = address.lower().rpartition("@")
        return f"{local.partition('+')[0]}@{domain}" in self.addresses or address.lower() in self.addresses


def raw_read(
    raw: bytes, channel: ChannelRecord, received_at: datetime, *, sent: bool = False,
    told: tuple[verdict.Finding, ...] = (),
) -> Parsed:  # fmt: skip
    """`sent`: it lay among the mails that the mailbox's owner has sent. From a thread only: see `process`."""
    try:
        letter = process.READERS.read(raw)
    except process.Unread as error:
        return Unreadable(str(error))
    return read(letter, channel, received_at, sent=sent, told=told)


def read(
    letter: Letter, channel: ChannelRecord, received_at: datetime, *, sent: bool = False, token: str | None = None,
    ident: str | None = None, told: tuple[verdict.Finding, ...] = (),
) -> Parsed:  # fmt: skip
    """`token`: that of the address, where a provider tells it apart; `ident`: what the mail is known by where it names
    no id of its own; `told`: what a provider found of its sender."""
    headers, mailbox = Headers(letter.headers), Mailbox.of(channel)
    found = next(iter(headers.ids("message-id")), None) or ident or f"digest:{letter.digest}"
    at = moment(headers.first("date")) or received_at
    writer = _writer(headers, mailbox)
    if sent:
        return _echo(letter, headers, found, at, mailbox)
    if (report := _report(letter, headers, at)) is not None:
        return report
    if writer is not None and (mailbox.holds(writer.address) or ours.is_ours(found)):
        return Ignored("own")
    if any(mailbox.holds(value.strip("<> ")) for value in headers.all("x-loop")):
        return Ignored(sorts.LOOP)
    message = _message(letter, headers, found, at, writer, token or _token(headers, mailbox))
    return replace(message, sender_proven=verdict.of(headers, channel.settings, told))


def _report(letter: Letter, headers: Headers, at: datetime) -> Parsed | None:
    """Of a mail of ours that was not delivered; or why nobody wrote this."""
    reason = sorts.unwritten(letter, headers)
    if reason == sorts.BOUNCE and letter.failed_id is not None and ours.is_ours(letter.failed_id):
        return Status(letter.failed_id, "failed", at, _refusal(letter.failed_status or ""))
    return Ignored(reason) if reason is not None else None


def _refusal(status: str) -> RefusalReason:
    """Enhanced status codes: RFC 3463."""
    if status.startswith(("5.1.", "4.1.")):
        return "gone"
    return "blocked_by_network" if status.startswith("5.7.") else "rejected"


def _message(
    letter: Letter, headers: Headers, ident: str, at: datetime, writer: Address | None, token: str | None
) -> Received:
    parent = next(iter(headers.ids("in-reply-to")), None)
    return Received(
        kind="email", external_id=ident, thread_id=_thread(headers, parent, token, ident), sent_at=at,
        text=reading.words(letter.text), author=_author(writer), parent_id=parent,
        attachments=_attachments(letter), title=reading.shown(headers.first("subject")),
    )  # fmt: skip


def _echo(letter: Letter, headers: Headers, ident: str, at: datetime, mailbox: Mailbox) -> Parsed:
    """An answer that was written in a mail program. What answers nothing is a mail of ours, and no business of a
    queue."""
    parent = next(iter(headers.ids("in-reply-to")), None) or next(reversed(headers.ids("references")), None)
    person = next((one for one in headers.addresses("to", "cc") if not mailbox.holds(one.address)), None)
    if parent is None or person is None:
        return Ignored("own")
    if sorts.unwritten(letter, headers) is not None:
        return Ignored(sorts.AUTOMATIC)
    return Echoed(ident, at, reading.words(letter.text), in_reply_to=parent)


def _writer(headers: Headers, mailbox: Mailbox) -> Address | None:
    """From; but a form on our own site writes as us, and names the person in Reply-To."""
    sender = next(iter(headers.addresses("from", "sender")), None)
    if sender is None or not mailbox.holds(sender.address):
        return sender
    return next((one for one in headers.addresses("reply-to") if not mailbox.holds(one.address)), sender)


def _author(writer: Address | None) -> Author | None:
    if writer is None:
        return None
    return Author(id=writer.address.lower(), handle=writer.address, name=reading.shown(writer.name))


def _thread(headers: Headers, parent: str | None, token: str | None, ident: str) -> str:
    first = next(iter(headers.ids("references")), None) or parent
    if first is not None:
        return ours.thread_of(first) or first
    return f"+{token}" if token else ident


def _token(headers: Headers, mailbox: Mailbox) -> str | None:
    for found in headers.addresses(*_TO):
        plus, token = _plus(found.address)
        if token and mailbox.holds(plus) and _TOKEN.fullmatch(token):
            return token
    return None


def _plus(address: str) -> tuple[str, str]:
    local, _, domain = address.rpartition("@")
    name, _, token = local.partition("+")
    return f"{name}@{domain}", token


def _attachments(letter: Letter) -> tuple[Attachment, ...]:
    return tuple(Attachment(content_type=one.content_type, bytes=one.bytes, name=one.name) for one in letter.files)
