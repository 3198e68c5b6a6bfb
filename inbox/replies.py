"""What we answered: a reply's way from queued to sent, answers made on the network itself, and answers by hand.

A reply counts for the turn it was written in and for no other: what was written before the author's next words cannot
have answered them. A reply leaves at most once, so nothing here ever puts one back to queued that may have been
posted.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from inbox import turns
from inbox.events import (
    AnsweredByHand,
    ReplyEchoed,
    ReplyFailed,
    ReplyQueued,
    ReplySending,
    ReplySent,
    ReplySettled,
    ReplyUncertain,
    ReplyWithheld,
)
from inbox.policy import Policy
from inbox.replacing import replace
from inbox.state import Item, Reply


def find(item: Item, reply_id: uuid.UUID) -> Reply | None:
    return next((reply for reply in item.replies if reply.reply_id == reply_id), None)


def in_flight(item: Item) -> bool:
    """Whether a reply is on its way, or nobody knows whether it arrived."""
    return any(reply.state in turns.IN_FLIGHT for reply in item.replies)


def private_of(item: Item, external_id: str | None) -> Reply | None:
    """The private answer to a public message that arrived, or may have: networks take one only."""
    private = (reply for reply in item.replies if reply.private and reply.in_reply_to == external_id)
    return next((reply for reply in private if reply.state in {*turns.IN_FLIGHT, "sent"}), None)


def queue(item: Item, event: ReplyQueued, _: Policy) -> Item:
    if find(item, event.reply_id) is not None:
        return item
    reply = Reply(
        reply_id=event.reply_id,
        purpose=event.purpose,
        state="queued",
        by=event.by,
        at=event.at,
        text=event.text,
        in_reply_to=event.in_reply_to,
        promise_until=event.promise_until,
        turn=_turn_no(item),
        mark=event.mark,
        private=event.private,
        files=event.files,
        original=event.original,
    )
    return replace(item, replies=(*item.replies, reply))


def begin(item: Item, event: ReplySending, _: Policy) -> Item:
    reply = find(item, event.reply_id)
    if reply is None or reply.state == "sent":
        return item
    return _put(item, reply, replace(reply, state="sending", sending_at=event.at, retry_at=None))


def sent(item: Item, event: ReplySent, policy: Policy) -> Item:
    """The network took it. If its echo was quicker and passed for a stranger's, the two become one again."""
    reply = find(item, event.reply_id)
    if reply is None:
        return item
    if reply.state == "sent":
        return _put(item, reply, replace(reply, external_id=reply.external_id or event.external_id))
    echo = _stranger(item, event.external_id)
    if echo is not None:
        item = replace(item, replies=tuple(old for old in item.replies if old is not echo))
        holding = reply.purpose == "holding"
        item = turns.unanswer(item, echo.turn, policy) if holding else turns.credit(item, echo.turn, reply.by)
    return _arrived(item, reply, event.at, event.external_id, policy)


def fail(item: Item, event: ReplyFailed, _: Policy) -> Item:
    """Nothing was posted: it waits for the next attempt, or has failed for good."""
    reply = find(item, event.reply_id)
    if reply is None or reply.state == "sent":
        return item
    state = replace(reply, state="queued" if event.retry_at else "failed", reason=event.reason, retry_at=event.retry_at)
    return _put(item, reply, state)


def withhold(item: Item, event: ReplyWithheld, _: Policy) -> Item:
    """Only what nobody had begun to send: of the two, the log has the other in its order."""
    reply = find(item, event.reply_id)
    if reply is None or reply.state != "queued":
        return item
    return _put(item, reply, replace(reply, state="not_sent", retry_at=None))


def doubt(item: Item, event: ReplyUncertain, _: Policy) -> Item:
    reply = find(item, event.reply_id)
    if reply is None or reply.state not in turns.IN_FLIGHT:
        return item
    return _put(item, reply, replace(reply, state="uncertain", reason=event.reason, retry_at=None))


def settle(item: Item, event: ReplySettled, policy: Policy) -> Item:
    """Somebody knows after all. What was sent, was sent when we called the network."""
    reply = find(item, event.reply_id)
    if reply is None or reply.state not in turns.IN_FLIGHT:
        return item
    if event.was_sent:
        return _arrived(item, reply, reply.sending_at or reply.at, None, policy)
    return _put(item, reply, replace(reply, state="not_sent", retry_at=None))


def echo(item: Item, event: ReplyEchoed, policy: Policy) -> Item:
    """A reply seen on the network: one of ours coming back, or one that somebody made there, which counts as a
    response."""
    if any(reply.external_id == event.external_id for reply in item.replies):
        return item
    at = min(event.sent_at, event.received_at)
    ours = _recognised(item, event)
    if ours is not None and ours.state == "sent":
        return _put(item, ours, replace(ours, external_id=event.external_id))
    if ours is not None:
        return _arrived(item, ours, at, event.external_id, policy)
    reply = Reply(
        reply_id=None,
        purpose="response",
        state="sent",
        by=None,
        at=at,
        text=event.text,
        in_reply_to=event.in_reply_to,
        external_id=event.external_id,
        echoed=True,
        turn=_turn_no(item),
        sent_at=at,
        mark=event.mark,
    )
    return _count(replace(item, replies=(*item.replies, reply)), reply, at, policy)


def by_hand(item: Item, event: AnsweredByHand, policy: Policy) -> Item:
    """Counts like a sent reply of its purpose."""
    if any(
        old.by_hand and (old.by, old.at, old.purpose) == (event.by, event.at, event.purpose) for old in item.replies
    ):
        return item
    reply = Reply(
        reply_id=None,
        purpose=event.purpose,
        state="sent",
        by=event.by,
        at=event.at,
        text=event.text,
        by_hand=True,
        turn=_turn_no(item),
        sent_at=event.at,
        mark=event.mark,
    )
    return _count(replace(item, replies=(*item.replies, reply)), reply, event.at, policy)


def _arrived(item: Item, reply: Reply, at: datetime, external_id: str | None, policy: Policy) -> Item:
    done = replace(
        reply, state="sent", sent_at=at, external_id=external_id or reply.external_id, reason=None, retry_at=None
    )
    return _count(_put(item, reply, done), done, at, policy)


def _count(item: Item, reply: Reply, at: datetime, policy: Policy) -> Item:
    """What a reply that reached the person does to the clocks of its turn, to the last promise, and to the next."""
    item = turns.keep_promise(item, at)
    turn = turns.last(item)
    if turn is not None and turn.no == reply.turn and turn.end in {None, "closed"}:
        if reply.purpose == "response":
            item = turns.respond(item, turn, at, reply.by, policy)
        elif turn.end is None:
            item = turns.speak(item, turn, at, reply.by)
    return item if reply.promise_until is None else turns.promise(item, reply.promise_until)


def _recognised(item: Item, event: ReplyEchoed) -> Reply | None:
    """The reply of ours that says the same words and has no id of the network yet; one on its way before one that
    arrived."""
    if event.mark is None:
        return None
    same = [
        reply
        for reply in item.replies
        if reply.mark == event.mark and reply.external_id is None and reply.state in {"sending", "uncertain", "sent"}
    ]
    return min(same, key=lambda reply: reply.state == "sent", default=None)


def _stranger(item: Item, external_id: str | None) -> Reply | None:
    if external_id is None:
        return None
    return next((reply for reply in item.replies if reply.echoed and reply.external_id == external_id), None)


def _turn_no(item: Item) -> int:
    turn = turns.last(item)
    return turn.no if turn else 0


def _put(item: Item, old: Reply, new: Reply) -> Item:
    return replace(item, replies=tuple(new if reply is old else reply for reply in item.replies))
