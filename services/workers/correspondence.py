"""What an item's stream says of one reply: whether it may still be sent, to whom, and what it says. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inbox.events import (
    Event,
    MessageReceived,
    ReplyFailed,
    ReplyQueued,
    ReplySending,
    ReplySent,
    ReplySettled,
    ReplyUncertain,
)
from services.channels.contract import Refused, Reply

SETTLED = (ReplySent, ReplyUncertain, ReplySettled)


@dataclass(frozen=True, slots=True)
class Standing:
    """`attempt`: the number of the next one, None when there must not be one. `interrupted`: an attempt began and
    nobody wrote down how it ended."""

    attempt: int | None
    interrupted: bool = False


def standing(events: Sequence[Event], reply_id: uuid.UUID) -> Standing:
    """The log has the last word: an outbox that was lost or restored must never send what may have been posted."""
    mine = [event for event in events if getattr(event, "reply_id", None) == reply_id]
    if any(isinstance(event, SETTLED) for event in mine) or not any(isinstance(event, ReplyQueued) for event in mine):
        return Standing(None)
    last = mine[-1]
    if isinstance(last, ReplySending):
        return Standing(None, interrupted=True)
    if isinstance(last, ReplyFailed) and last.retry_at is None:
        return Standing(None)
    return Standing(1 + sum(isinstance(event, ReplySending) for event in mine))


def channel_of(events: Sequence[Event]) -> str | None:
    return next((event.channel_id for event in events if isinstance(event, MessageReceived)), None)


def compose(events: Sequence[Event], reply_id: uuid.UUID, now: datetime) -> Reply | Refused:
    """What is to be sent, or why it must not be."""
    queued = next(e for e in events if isinstance(e, ReplyQueued) and e.reply_id == reply_id)
    heard = [e for e in events if isinstance(e, MessageReceived)]
    target = next((e for e in reversed(heard) if queued.in_reply_to in (None, e.external_id)), None)
    if target is None:
        return Refused("message_gone")
    if queued.text is None or target.author is None or target.thread_id is None:
        return Refused("author_forgotten")
    windows = [e.reply_until for e in heard if e.reply_until is not None]
    if windows and now > max(windows):
        return Refused("window_closed")
    return Reply(
        reply_id=reply_id, kind=target.kind, in_reply_to=target.external_id, thread_id=target.thread_id,
        author_id=target.author.id, text=queued.text, purpose=queued.purpose, now=now,
        title=target.title,
    )  # fmt: skip
