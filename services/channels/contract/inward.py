"""What a network sends: a request, and what is read from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import parse_qsl

import orjson

from inbox.events import Attachment, Author, Kind

ID_MOST = 512
TEXT_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Inbound:
    """One request as it came. `headers` has lower-case names and every value of a repeated header.

    `url`: as the network was told it: the configured base address, then path and query as sent. Never from forwarded
    headers, which anybody can write. Empty where a stored delivery is read again: a query may hold a secret, so none is
    kept.
    """

    headers: Mapping[str, Sequence[str]]
    raw: bytes
    url: str = ""
    method: str = "POST"

    def header(self, name: str) -> str | None:
        """The value of a header that was sent exactly once; a repeated one is as good as none."""
        values = self.headers.get(name, ())
        return values[0] if len(values) == 1 else None

    def query(self) -> Mapping[str, str]:
        """The query of `url`: of a repeated name, the first value."""
        pairs = parse_qsl(self.url.partition("#")[0].partition("?")[2], keep_blank_values=True)
        return dict(reversed(pairs))

    @property
    def content_type(self) -> str:
        """In lower case, without its parameters; empty where the request names none."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    def parameter(self, name: str) -> str | None:
        """A parameter of the content type: `charset`, `boundary`."""
        header = Message()
        header["content-type"] = (self.header("content-type") or "").encode("ascii", "replace").decode()
        value = header.get_param(name)
        return value if isinstance(value, str) and value else None


@dataclass(frozen=True, slots=True)
class Envelope:
    """One part of a delivery. `account_id`: whose it is on the network, None where the network does not say;
    `network`: the channel kind that it belongs to by right; `takers`: all kinds that can read it, empty for the hook's
    only; `content`: for `read` and `join`."""

    content: Any
    account_id: str | None = None
    network: str | None = None
    takers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Received:
    """A message. `author` is None where the network hides who wrote. `reply_until`: the closing reply window. `title`:
    what the author put above the words (an e-mail's subject), where the network keeps it apart from `text`.
    `sender_proven`: whether a mail's sender is who they say, None where nobody told."""

    kind: Kind
    external_id: str
    thread_id: str
    sent_at: datetime
    text: str | None
    author: Author | None = None
    parent_id: str | None = None
    permalink: str | None = None
    attachments: tuple[Attachment, ...] = ()
    reply_until: datetime | None = None
    title: str | None = None
    sender_proven: bool | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    """New words. `version` tells two edits of a message apart, and is the same whenever this one is sent again.
    `sent_at`: when it was edited; `written_at`: when the message itself was written, where the network tells both."""

    external_id: str
    sent_at: datetime
    version: str
    text: str | None
    attachments: tuple[Attachment, ...] = ()
    thread_id: str | None = None
    author: Author | None = None
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Deleted by whoever wrote it. The times are as an edit's."""

    external_id: str
    sent_at: datetime
    thread_id: str | None = None
    author: Author | None = None
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Echoed:
    """A reply made as us. It names the message it answers, or (direct messages) the person: thread and author."""

    external_id: str
    sent_at: datetime
    text: str | None
    in_reply_to: str | None = None
    thread_id: str | None = None
    author: Author | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """A network's word on a reply of ours, `external_id`. `reason`: only why it failed, without content."""

    external_id: str
    state: Literal["delivered", "read", "failed"]
    sent_at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Hint:
    """The delivery only says that there is something: `what` (a review, a mention) must be fetched by its `ref`."""

    what: str
    ref: str
    thread_id: str | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """Understood, and no business of an inbox: a reaction, a receipt, our own post."""

    reason: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, for the sender: JSON pointer, what is wrong, what to send instead."""

    pointer: str
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Verified, but not understood: quarantined. `reason` goes to the screen and holds no content."""

    reason: str
    problems: tuple[Problem, ...] = ()


Parsed = Received | Edited | Withdrawn | Echoed | Status | Hint | Ignored | Unreadable


class CannotRead(Exception):
    """The whole delivery is unreadable."""

    def __init__(self, reason: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(reason)
        self.unreadable = Unreadable(reason, problems)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a delivery: each message id, in the order sent, and whether it was new; what could not be read."""

    messages: tuple[tuple[str, bool], ...] = ()
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, slots=True)
class Granted:
    """How many seconds from now something lasts that the network grants for a while; 0: it does not grant it."""

    what: Literal["access", "subscription"]
    ref: str
    lasts_s: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The HTTP answer that this network expects. `headers`: its own beside the content type. `granted`: what a
    hand-shake settled by the way."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)
    granted: Granted | None = None


PROBLEM_TYPE = "application/problem+json"


def problem(status: int, code: str, detail: str, errors: Sequence[Mapping[str, str]] = ()) -> bytes:
    """The document of a refusal (RFC 9457), as the API's: the same members, the same `type`."""
    document = {
        "type": f"urn:vigie:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": list(errors),
    }
    return orjson.dumps(document)
