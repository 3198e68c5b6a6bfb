"""What an API shows when it is asked again and again: the same messages, as they stand now.

A message that has changed since it was written comes as both, received and edited: the log takes each once, and an
edit that nobody saw happen is not lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from services.channels import reading
from services.channels.contract import Edited, Parsed, Received, Swept

PAGES_MOST = 50
"""Of one look, however much has come in between: what lies further back is reported as a gap."""

BEGINNING = "1970-01-01T00:00:00+00:00"
"""Where the next look stops, after a first one that found an account on which nothing was ever said: all that comes
is news, however many pages it fills."""


def as_it_stands(message: Received, edited_at: datetime | None) -> tuple[Parsed, ...]:
    if edited_at is None or edited_at <= message.sent_at:
        return (message,)
    edited = Edited(
        message.external_id, edited_at, edited_at.isoformat(), message.text, message.attachments, message.thread_id,
        message.author, message.sent_at,
    )  # fmt: skip
    return (message, edited)


def gmt(value: Any) -> datetime:
    """ISO 8601; without a zone it is UTC. Raises `Misread`."""
    if not isinstance(value, str):
        raise reading.Misread("a time is not text")
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise reading.Misread("a time is not ISO 8601") from error
    return reading.instant_of((at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat())


def listed(content: Any, *names: str) -> Sequence[Any]:
    """The parts of an answer: a list itself, the list under the first name that it has, or the one thing that it is."""
    if isinstance(content, list):
        return content
    found = next((content[name] for name in names if isinstance(content.get(name), list)), None)
    return [content] if found is None else found


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a look has come through pages that begin with the newest: back to `since`, where the look before began,
    now at `page`, with `newest` as where the next look stops."""

    since: str | None = None
    page: str | None = None
    newest: str | None = None
    pages: int = 0

    @classmethod
    def of(cls, text: str | None) -> Cursor:
        return cls(**orjson.loads(text)) if text else cls()

    def swept(self, parsed: Iterable[Parsed], times: Sequence[datetime], page: Any, raw: bytes) -> Swept:
        """`times`: of all that this page shows; `page`: the name of the next. A first look takes one page only: what
        was said before the channel was connected is no business of the queue."""
        newest = max(
            [*(at.isoformat() for at in times), *filter(None, (self.newest, self.since))],
            default=None if page else BEGINNING,
        )
        further = self.since is not None and bool(page) and min(times).isoformat() > self.since if times else False
        if further and self.pages + 1 < PAGES_MOST:
            onward = Cursor(self.since, str(page), newest, self.pages + 1)
            return Swept(tuple(parsed), onward.text(), more=True, raw=raw)
        return Swept(tuple(parsed), Cursor(since=newest).text(), raw=raw, gap=further)

    def text(self) -> str:
        return orjson.dumps(asdict(self)).decode()
