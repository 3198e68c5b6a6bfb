"""What the deliverer carries to a network, a reply or a gesture: what it makes of the item's stream, what it asks of
the network, and by which events the log tells its way."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from inbox import errors, file_rules
from inbox.channels import ChannelRecord
from inbox.events import (
    Event,
    GestureEnded,
    GestureSending,
    ItemEvent,
    ReplyFailed,
    ReplySending,
    ReplySent,
    ReplySettled,
    ReplyUncertain,
)
from inbox.ids import ItemId
from services.channels.contract import Channel, Deed, Outcome, Refused, Reply, Sent, Uncertain, Way
from services.workers import correspondence

Made = Reply | Deed


class Errand(Protocol):
    """`name`: in dedupe keys and on screens of health."""

    @property
    def name(self) -> str: ...
    def compose(self, events: Sequence[Event], now: datetime) -> Made | Refused: ...
    def sending(self, attempt: int, now: datetime) -> ItemEvent: ...
    def told(self, outcome: Outcome, retry_at: datetime | None, now: datetime) -> ItemEvent: ...
    def known_after_all(self, outcome: Outcome, now: datetime) -> ItemEvent:
        """We were given up for lost, and know better."""
        ...


@dataclass(frozen=True, slots=True)
class OfReply:
    item_id: ItemId
    ident: uuid.UUID
    name = "reply"

    def compose(self, events: Sequence[Event], now: datetime) -> Made | Refused:
        return correspondence.compose(events, self.ident, now)

    def sending(self, attempt: int, now: datetime) -> ItemEvent:
        return ReplySending(item_id=self.item_id, reply_id=self.ident, attempt=attempt, at=now)

    def told(self, outcome: Outcome, retry_at: datetime | None, now: datetime) -> ItemEvent:
        item, reply = self.item_id, self.ident
        match outcome:
            case Sent():
                return ReplySent(item_id=item, reply_id=reply, external_id=outcome.external_id, at=now)
            case Uncertain():
                return ReplyUncertain(item_id=item, reply_id=reply, reason=outcome.reason, at=now)
            case Refused():
                return ReplyFailed(item_id=item, reply_id=reply, reason=outcome.reason, retry_at=retry_at, at=now)

    def known_after_all(self, outcome: Outcome, now: datetime) -> ItemEvent:
        was_sent = isinstance(outcome, Sent)
        return ReplySettled(item_id=self.item_id, reply_id=self.ident, was_sent=was_sent, by=None, at=now)


@dataclass(frozen=True, slots=True)
class OfGesture:
    item_id: ItemId
    ident: uuid.UUID
    name = "gesture"

    def compose(self, events: Sequence[Event], now: datetime) -> Made | Refused:
        return correspondence.compose_gesture(events, self.ident, now)

    def sending(self, attempt: int, now: datetime) -> ItemEvent:
        return GestureSending(item_id=self.item_id, gesture_id=self.ident, attempt=attempt, at=now)

    def told(self, outcome: Outcome, retry_at: datetime | None, now: datetime) -> ItemEvent:
        ends = {Sent: "done", Refused: "failed", Uncertain: "uncertain"}
        return GestureEnded.model_validate({
            "item_id": self.item_id, "gesture_id": self.ident, "end": ends[type(outcome)],
            "reason": None if isinstance(outcome, Sent) else outcome.reason, "retry_at": retry_at, "at": now,
        })  # fmt: skip

    def known_after_all(self, outcome: Outcome, now: datetime) -> ItemEvent:
        return self.told(outcome, None, now)


def of(what: str, item_id: ItemId, ident: uuid.UUID) -> Errand:
    return OfGesture(item_id, ident) if what == "gesture" else OfReply(item_id, ident)


async def carry(network: Channel, way: Way, channel: ChannelRecord, made: Made) -> Outcome:
    """One call. What the network cannot do, or would refuse for its length, is not asked of it."""
    if isinstance(made, Deed):
        able = network.can_gesture(made.gesture, made.kind)
        return await network.gesture(way, channel, made) if able else Refused("cannot_reply")
    if not network.can_reply or (made.private and network.private_within is None):
        return Refused("cannot_reply")
    most = network.length_most(made.kind, private=made.private)
    if most is not None and network.length_of(made.text) > most:
        return Refused("too_long")
    if made.named and not _takes_files(network, made):
        return Refused("rejected")
    return await network.reply(way, channel, made)


def _takes_files(network: Channel, made: Reply) -> bool:
    rule = network.file_rule(made.kind, private=made.private)
    try:
        file_rules.check(rule, made.named)
    except errors.Refused:
        return False
    return rule is None or rule.length_most is None or network.length_of(made.text) <= rule.length_most
