"""What an item's stream says of one reply or gesture: whether it may still be sent, to whom, and what it says. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inbox.events import (
    Event,
    GestureEnded,
    GestureQueued,
    GestureSending,
    MessageReceived,
    ReplyFailed,
    ReplyQueued,
    ReplySending,
    ReplySent,
    ReplySettled,
    ReplyUncertain,
    ReplyWithheld,
)
from services.channels.contract import Deed, Refused, Reply

SETTLED = (ReplySent, ReplyUncertain, ReplySettled, ReplyWithheld)
LIMITED = "too_many"
"""A refusal that says nothing of the reply: it does not count as an attempt."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`attempt`: the number of the next one, None when there must not be one. `interrupted`: an attempt began and
    nobody wrote down how it ended. `limited`: earlier attempts that the network had no time for; `since`: when it was
    decided."""

    attempt: int | None
    interrupted: bool = False
    limited: int = 0
    since: datetime | None = None


def standing(events: Sequence[Event], ident: uuid.UUID) -> Standing:
    """The log has the last word: an outbox that was lost or restored must never send what may have been posted."""
    mine = [e for e in events if ident in (getattr(e, "reply_id", None), getattr(e, "gesture_id", None))]
    queued = next((event for event in mine if isinstance(event, ReplyQueued | GestureQueued)), None)
    if queued is None or any(_is_settled(event) for event in mine):
        return Standing(None)
    last = mine[-1]
    if isinstance(last, ReplySending | GestureSending):
        return Standing(None, interrupted=True)
    if isinstance(last, ReplyFailed) and last.retry_at is None:
        return Standing(None)
    begun = sum(isinstance(event, ReplySending | GestureSending) for event in mine)
    return Standing(1 + begun, limited=sum(getattr(e, "reason", None) == LIMITED for e in mine), since=queued.at)


def _is_settled(event: Event) -> bool:
    return isinstance(event, SETTLED) or (isinstance(event, GestureEnded) and event.retry_at is None)


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
        title=target.title, private=queued.private, named=queued.files,
    )  # fmt: skip


def compose_gesture(events: Sequence[Event], gesture_id: uuid.UUID, now: datetime) -> Deed | Refused:
    queued = next(e for e in events if isinstance(e, GestureQueued) and e.gesture_id == gesture_id)
    heard = (e for e in events if isinstance(e, MessageReceived) and e.external_id == queued.external_id)
    target = next(heard, None)
    if target is None:
        return Refused("message_gone")
    if target.thread_id is None:
        return Refused("author_forgotten")
    author = target.author.id if target.author else ""
    return Deed(queued.gesture, target.kind, target.external_id, target.thread_id, author, now)
