"""Events of replies and gestures: what is done to a message on its network, at most once."""

from __future__ import annotations

import uuid
from typing import Literal

from pydantic import AwareDatetime

from inbox.event import Event, ItemEvent
from inbox.events.parts import Marked, ReplyFile

ReplyPurpose = Literal["holding", "response"]
Gesture = Literal["hide", "unhide", "like", "unlike"]
GestureEnd = Literal["done", "failed", "uncertain"]


class ReplyQueued(ItemEvent, Marked):
    """`private`: a direct message as the answer to a public comment. `wording`: what it was written with. `files`: what
    goes with the words. `original`: the words that they were translated from, where they were."""

    SEALED = frozenset({"text", "files", "original"})
    reply_id: uuid.UUID
    purpose: ReplyPurpose
    in_reply_to: str | None = None
    promise_until: AwareDatetime | None = None
    by: int
    at: AwareDatetime
    private: bool = False
    wording: uuid.UUID | None = None
    text: str | None = None
    files: tuple[ReplyFile, ...] = ()
    original: str | None = None


class ReplySending(ItemEvent):
    """The deliverer is about to call the network: from here on a crash leaves the reply uncertain."""

    reply_id: uuid.UUID
    attempt: int
    at: AwareDatetime


class ReplySent(ItemEvent):
    reply_id: uuid.UUID
    external_id: str | None = None
    at: AwareDatetime


class ReplyFailed(ItemEvent):
    """The network refused, and nothing was posted. `retry_at`: when we try again by ourselves, None when we do not."""

    reply_id: uuid.UUID
    reason: str
    retry_at: AwareDatetime | None = None
    at: AwareDatetime


class ReplyWithheld(ItemEvent):
    """It was taken back before anybody had begun to send it, and never leaves."""

    reply_id: uuid.UUID
    by: int
    at: AwareDatetime


class ReplyUncertain(ItemEvent):
    """Nobody knows whether the reply was posted: never sent again by itself."""

    reply_id: uuid.UUID
    reason: str
    at: AwareDatetime


class ReplySettled(ItemEvent):
    """A person, or the thread read back, said what became of an uncertain reply."""

    reply_id: uuid.UUID
    was_sent: bool
    by: int | None
    at: AwareDatetime


class AnsweredByHand(ItemEvent, Marked):
    """The answer left by a way that no API of the network offers, and was recorded here by the person who made it."""

    SEALED = frozenset({"text"})
    purpose: ReplyPurpose
    by: int
    at: AwareDatetime
    text: str | None = None


class GestureQueued(ItemEvent):
    """Somebody hides or likes a message of the author on its network, or takes that back."""

    gesture_id: uuid.UUID
    gesture: Gesture
    external_id: str
    by: int
    at: AwareDatetime


class GestureSending(ItemEvent):
    gesture_id: uuid.UUID
    attempt: int
    at: AwareDatetime


class GestureEnded(ItemEvent):
    """`failed`: nothing was changed there; `retry_at` as of `ReplyFailed`. `uncertain`: nobody knows; it may be asked
    for again by hand, since doing it twice does no harm."""

    gesture_id: uuid.UUID
    end: GestureEnd
    reason: str | None = None
    retry_at: AwareDatetime | None = None
    at: AwareDatetime


ALL: tuple[type[Event], ...] = (
    ReplyQueued, ReplySending, ReplySent, ReplyFailed, ReplyWithheld, ReplyUncertain, ReplySettled, AnsweredByHand,
    GestureQueued, GestureSending, GestureEnded,
)  # fmt: skip
