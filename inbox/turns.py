"""How a turn starts, is acknowledged, answered, closed, withdrawn and reopened; what it is due, and what was promised
in it.

Every function takes an item and gives the next one; `at` is always the time of an event. A turn is changed by its
number, since a reopened turn moves to the end. Times before a turn's start are taken as its start: no clock stops
before it ran.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from inbox import priority, sla
from inbox.policy import Policy
from inbox.replacing import make, replace
from inbox.state import Item, Message, Status, Turn

IN_FLIGHT = frozenset({"queued", "sending", "uncertain"})
WEEK = timedelta(days=7)
SLIP = timedelta(minutes=5)
"""Who takes back sooner that something is resolved had pressed the wrong key: nothing came back."""


def last(item: Item) -> Turn | None:
    return item.turns[-1] if item.turns else None


def change(item: Item, turn: Turn) -> Item:
    """The item with this turn in the place of the one that has its number."""
    return replace(item, turns=tuple([turn if old.no == turn.no else old for old in item.turns]))


def start(item: Item, at: datetime, policy: Policy) -> Item:
    """A new turn, due as its priority says before anybody has read the words. A running promise moves into it."""
    given = item.override or priority.UNSCORED
    ack_due, response_due = sla.due_times(policy, given, at)
    before = last(item)
    promise = sla.running_promise(before) if before else None
    if before is not None and promise is not None:
        item = change(item, replace(before, promise_until=None))
    turn = make(
        Turn,
        no=max([turn.no for turn in item.turns], default=0) + 1,
        started_at=at,
        priority=given,
        ack_due_at=ack_due,
        response_due_at=response_due,
        promise_until=promise,
    )
    return replace(item, turns=(*item.turns, turn))


def reassess(item: Item, policy: Policy) -> Item:
    """Urgency, reasons and base priority anew from the words that count; the due times follow, from the same start."""
    place = priority.place(item, policy)
    worst = place.worst
    item = replace(
        item,
        scored=place.scored,
        urgency=worst.urgency if worst else None,
        level=worst.level if worst else None,
        sentiment=worst.sentiment if worst else None,
        lang=place.lang,
        reasons=worst.reasons if worst else (),
        base_priority=priority.base(item, place.rules),
    )
    return _move_due(item, policy)


def _move_due(item: Item, policy: Policy) -> Item:
    turn = item.turn
    if turn is None or turn.priority == item.base_priority:
        return item
    ack_due, response_due = sla.due_times(policy, item.base_priority, turn.started_at)
    return change(item, replace(turn, priority=item.base_priority, ack_due_at=ack_due, response_due_at=response_due))


def claim(item: Item, by: int, at: datetime, *, counts: bool) -> Item:
    """Somebody took charge; the first claim holds. It stops the acknowledgement clock where the policy lets it
    count."""
    turn = item.turn
    if turn is None or turn.claimed_at is not None or turn.spoken_at is not None:
        return item
    turn = replace(turn, claimed_at=max(at, turn.started_at))
    return replace(change(item, _acknowledged(turn, at, by) if counts else turn), assignee=by)


def release(item: Item) -> Item:
    """The claim lapsed or was given up. An acknowledgement that was nothing but that claim is gone with it: no figure
    is met by an empty claim. One that reached the person stays."""
    turn = item.turn
    if turn is None or turn.claimed_at is None:
        return item
    turn = replace(turn, claimed_at=None)
    if turn.spoken_at is None:
        turn = replace(turn, acknowledged_at=None, acknowledged_by=None)
    return change(item, turn)


def speak(item: Item, turn: Turn, at: datetime, by: int | None) -> Item:
    """A holding reply of this open turn reached the person."""
    turn = _acknowledged(turn, at, by)
    return change(item, turn if turn.spoken_at else replace(turn, spoken_at=max(at, turn.started_at)))


def respond(item: Item, turn: Turn, at: datetime, by: int | None, policy: Policy) -> Item:
    """The answer of this turn reached the person: both clocks stop. Words that came after it open the next turn, so
    that an answer we learn of late never passes for one to words it cannot have known."""
    at = max(at, turn.started_at)
    answered = replace(_acknowledged(turn, at, by), responded_at=at, responded_by=by, ended_at=at, end="responded")
    item = change(item, answered)
    return item if turn.end == "closed" else _go_on(item, turn.no, at, policy)


def unanswer(item: Item, no: int, policy: Policy) -> Item:
    """What passed for the answer of the last turn was none: it is open again, and stays acknowledged. Who resolved it
    meanwhile took it for answered."""
    turn = last(item)
    if turn is None or turn.no != no or turn.end != "responded":
        return item
    item = change(item, replace(turn, responded_at=None, responded_by=None, ended_at=None, end=None))
    return reassess(unresolve(item), policy)


def credit(item: Item, no: int, by: int | None) -> Item:
    """An answer that nobody's name was on turns out to be this member's."""
    for turn in item.turns:
        if turn.no == no and turn.responded_at is not None and turn.responded_by is None:
            acknowledged_by = by if turn.acknowledged_by is None else turn.acknowledged_by
            return change(item, replace(turn, responded_by=by, acknowledged_by=acknowledged_by))
    return item


def close(item: Item, at: datetime) -> Item:
    """Nobody will answer this turn."""
    turn = item.turn
    if turn is None:
        return item
    return change(item, replace(turn, ended_at=max(at, turn.started_at), end="closed"))


def unresolve(item: Item) -> Item:
    return replace(item, resolved_at=None, resolved_reason=None, resolved_turn=None)


def reopen(item: Item, at: datetime) -> Item:
    """The turn that was closed last is open again, its clocks running from their first start; what was answered stays
    so. It keeps when that was first done, within a week of the item being resolved and not at once (`SLIP`)."""
    last_one = next((turn for turn in reversed(item.turns) if turn.end != "withdrawn"), None)
    if last_one is None or last_one.end is None:
        return item
    since = at - (item.resolved_at or last_one.ended_at or at)
    if last_one.reopened_at is None and SLIP <= since < WEEK:
        last_one = replace(last_one, reopened_at=at)
    if last_one.end != "closed":
        return change(item, last_one)
    others = tuple(turn for turn in item.turns if turn.no != last_one.no)
    return replace(item, turns=(*others, replace(last_one, ended_at=None, end=None)))


def end_if_withdrawn(item: Item, at: datetime) -> Item:
    """Ends the open turn once its author has taken back all of it."""
    turn = item.turn
    if turn is None or any(message.withdrawn_at is None for message in item.messages if message.turn == turn.no):
        return item
    return change(item, replace(turn, ended_at=max(at, turn.started_at), end="withdrawn"))


def promise(item: Item, until: datetime) -> Item:
    """We told the person that we come back by then."""
    turn = last(item)
    if turn is None:
        return item
    return change(item, replace(turn, promise_until=until, promise_broken=False, promise_kept_at=None))


def keep_promise(item: Item, at: datetime) -> Item:
    """A reply reached the person: in time it keeps the running promise, later it finds it broken."""
    turn = last(item)
    until = sla.running_promise(turn) if turn else None
    if turn is None or until is None:
        return item
    return change(item, replace(turn, promise_kept_at=at) if at <= until else replace(turn, promise_broken=True))


def drop_promise(item: Item) -> Item:
    """A person decided that there is nothing left to come back to."""
    turn = last(item)
    if turn is None or sla.running_promise(turn) is None:
        return item
    return change(item, replace(turn, promise_until=None))


def status_of(item: Item) -> Status:
    """Open and acknowledged while a turn is open. Then what the last turn that was not withdrawn came to; `withdrawn`
    where there is none. An item in which the author has not spoken is answered: nobody waits."""
    turn = item.turn
    if turn is not None:
        return "open" if turn.acknowledged_at is None and turn.claimed_at is None else "acknowledged"
    resolved = item.resolved_turn
    if resolved is not None and all(turn.end == "withdrawn" for turn in item.turns if turn.no > resolved):
        return "resolved"
    ends = [turn.end for turn in item.turns if turn.end != "withdrawn"]
    if ends:
        return "answered" if ends[-1] == "responded" else "resolved"
    return "withdrawn" if item.turns else "answered"


def _acknowledged(turn: Turn, at: datetime, by: int | None) -> Turn:
    """The earliest evidence counts, whichever we learn of first."""
    at = max(at, turn.started_at)
    if turn.acknowledged_at is not None and turn.acknowledged_at <= at:
        return turn
    return replace(turn, acknowledged_at=at, acknowledged_by=by)


def _go_on(item: Item, no: int, at: datetime, policy: Policy) -> Item:
    unanswered = [message for message in item.messages if message.turn == no and _stands_after(message, at)]
    if not unanswered:
        return item
    first = min(unanswered, key=_spoken_at)
    item = start(item, _spoken_at(first), policy)
    new = item.turns[-1].no
    moved = {message.external_id for message in unanswered}
    messages = tuple(replace(old, turn=new) if old.external_id in moved else old for old in item.messages)
    # Replies on their way that were written with those words in sight answer the new turn.
    replies = tuple(
        replace(old, turn=new) if old.state in IN_FLIGHT and old.turn == no and old.at >= first.received_at else old
        for old in item.replies
    )
    return reassess(replace(item, messages=messages, replies=replies), policy)


def _stands_after(message: Message, at: datetime) -> bool:
    return message.withdrawn_at is None and _spoken_at(message) > at


def _spoken_at(message: Message) -> datetime:
    return sla.start_of_turn(message.sent_at, message.received_at)
