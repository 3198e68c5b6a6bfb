"""From a command to its events: what the state of an item allows, and what it refuses.

Refusals carry a code the screen puts into words. Status 409 means that the item's state is in the way, 400 that the
command itself is wrong. An empty list means that nothing changes. Deciding the same command (by `command_id`) a
second time gives no second reply or note.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from inbox import (
    approving,
    commands,
    correcting,
    events,
    filling,
    gestures,
    ids,
    replies,
    sla,
    standing,
    turns,
)
from inbox.errors import Refused
from inbox.events import Event
from inbox.policy import Policy
from inbox.standing import Standing
from inbox.state import Item, Turn

MAX_TEXT = 10_000


def decide(
    item: Item, command: commands.Command, now: datetime, policy: Policy, *, command_id: str,
    within: Standing = standing.NOTHING,
) -> list[Event]:  # fmt: skip
    """The events by which `command` becomes true, none where it is already. `within`: what the brand lays down besides.
    Raises Refused."""
    if of_proposals := OF_PROPOSALS.get(type(command)):
        decided = of_proposals(item, command, now, policy, command_id, within)
    else:
        decided = DECISIONS[type(command)](item, command, now, policy, command_id)
    standing.check(item, decided, now, policy, within)
    return decided


def _acknowledge(item: Item, command: commands.Acknowledge, now: datetime, _: Policy, command_id: str) -> list[Event]:
    if command.text is not None and _known(item, command_id):
        return []
    turn = item.turn
    if turn is None:
        raise _no("nobody_waits", "Nobody waits for an answer here.")
    if turn.acknowledged_at is not None or turn.claimed_at is not None:
        raise _no("already_acknowledged", "Somebody has already taken charge of this.")
    claim = events.ItemAcknowledged(item_id=item.item_id, by=command.by, at=now)
    if command.text is None:
        if command.promise_until is not None:
            raise _wrong("promise_without_text", "A promise needs words that tell it to the person.")
        return [claim]
    holding = commands.Reply(
        command.by, command.text, "holding", command.promise_until, wording=command.wording, original=command.original
    )
    return [claim, _queued(item, holding, now, command_id)]


def _reply(item: Item, command: commands.Reply, now: datetime, _: Policy, command_id: str) -> list[Event]:
    return [] if _known(item, command_id) else [_queued(item, command, now, command_id)]


def _gesture(item: Item, command: commands.Gesture, now: datetime, _: Policy, command_id: str) -> list[Event]:
    """Nothing to do where the message stands so already."""
    gesture_id = ids.dedupe_key("gesture", str(item.item_id), command_id)
    said = next((message for message in item.messages if message.external_id == command.external_id), None)
    if said is None:
        raise Refused("no_such_message", "This item has no such message.", status=404)
    if gestures.find(item, gesture_id) is not None:
        return []
    if said.withdrawn_at is not None:
        raise _no("withdrawn", "The author has taken it back.")
    if gestures.in_flight(item, command.external_id, command.gesture):
        raise _no("gesture_in_flight", "The network is being told already.")
    undoing = command.gesture in {"unhide", "unlike"}
    stands = gestures.stands(item, command.external_id, command.gesture)
    if stands or (undoing and gestures.latest(item, command.external_id, command.gesture) is None):
        return []
    queued = events.GestureQueued(
        item_id=item.item_id, gesture_id=gesture_id, gesture=command.gesture, external_id=command.external_id,
        by=command.by, at=now,
    )  # fmt: skip
    return [queued]


def _answer_by_hand(
    item: Item, command: commands.AnswerByHand, now: datetime, _: Policy, command_id: str
) -> list[Event]:
    """A fact: it is refused neither for a reply on its way nor for a closed window."""
    text = None if command.text is None or not command.text.strip() else _checked(command.text)
    return [events.AnsweredByHand(item_id=item.item_id, purpose=command.purpose, by=command.by, at=now, text=text)]


def _add_note(item: Item, command: commands.AddNote, now: datetime, _: Policy, command_id: str) -> list[Event]:
    note_id = ids.dedupe_key("note", str(item.item_id), command_id)
    if any(note.note_id == note_id for note in item.notes):
        return []
    text = _checked(command.text)
    return [events.NoteAdded(item_id=item.item_id, note_id=note_id, by=command.by, at=now, text=text)]


def _assign(item: Item, command: commands.Assign, now: datetime, _: Policy, command_id: str) -> list[Event]:
    if command.assignee == item.assignee:
        return []
    return [events.ItemAssigned(item_id=item.item_id, assignee=command.assignee, by=command.by, at=now)]


def _resolve(item: Item, command: commands.Resolve, now: datetime, _: Policy, command_id: str) -> list[Event]:
    """Not while a reply is on its way: should it fail, nobody would look at a resolved item again."""
    if item.status == "resolved":
        return []
    _refuse_in_flight(item)
    return [events.ItemResolved(item_id=item.item_id, by=command.by, reason=command.reason, at=now)]


def _reopen(item: Item, command: commands.Reopen, now: datetime, _: Policy, command_id: str) -> list[Event]:
    if item.status != "resolved":
        raise _no("not_resolved", "Only what is resolved can be reopened.")
    _refuse_withdrawn(item)
    return [events.ItemReopened(item_id=item.item_id, by=command.by, at=now)]


def _mute(item: Item, command: commands.Mute, now: datetime, _: Policy, command_id: str) -> list[Event]:
    if item.muted:
        return []
    if item.forgotten and item.author is None:
        raise _no("nobody_here", "Nothing here identifies a person.")
    return [events.AuthorMuted(item_id=item.item_id, by=command.by, at=now)]


def _unmute(item: Item, command: commands.Unmute, now: datetime, _: Policy, command_id: str) -> list[Event]:
    return [events.AuthorUnmuted(item_id=item.item_id, by=command.by, at=now)] if item.muted else []


def _settle(item: Item, command: commands.SettleReply, now: datetime, _: Policy, command_id: str) -> list[Event]:
    reply = replies.find(item, command.reply_id)
    if reply is None:
        raise Refused("no_such_reply", "This item has no such reply.", status=404)
    if reply.state == ("sent" if command.was_sent else "not_sent"):
        return []
    if reply.state != "uncertain":
        raise _no("not_uncertain", "What became of this reply is not in doubt.")
    settled = events.ReplySettled(
        item_id=item.item_id, reply_id=command.reply_id, was_sent=command.was_sent, by=command.by, at=now
    )
    return [settled]


def _check_clocks(item: Item, _: commands.CheckClocks, now: datetime, policy: Policy, command_id: str) -> list[Event]:
    """What is true by now and not said yet. A breach leaves its warning unsaid."""
    return [*_rung(item, now, policy), *approving.overdue(item, now)]


def _rung(item: Item, now: datetime, policy: Policy) -> list[Event]:
    turn = turns.last(item)
    if turn is None:
        return []
    rung = [alarm for alarm in sla.alarms(policy, turn) if alarm.at <= now]
    breached = {alarm.clock for alarm in rung if alarm.what == "breach"}
    return [_said(item, turn, alarm, now) for alarm in rung if not (alarm.what == "warn" and alarm.clock in breached)]


def _said(item: Item, turn: Turn, alarm: sla.Alarm, now: datetime) -> Event:
    if alarm.clock is not None:
        kind = events.SlaWarned if alarm.what == "warn" else events.SlaBreached
        due_at = sla.due_at(turn, alarm.clock)
        return kind(item_id=item.item_id, turn=turn.no, clock=alarm.clock, due_at=due_at, at=now)
    if alarm.what == "claim":
        holder = item.assignee if item.assignee is not None else turn.acknowledged_by
        return events.ClaimLapsed(item_id=item.item_id, assignee=holder or 0, at=now)
    assert turn.promise_until is not None
    return events.PromiseBroken(item_id=item.item_id, promise_until=turn.promise_until, at=now)


def _queued(item: Item, command: commands.Reply, now: datetime, command_id: str) -> Event:
    text = _checked(command.text)
    filling.refuse_gaps(text, every=command.wording is not None)
    if command.promise_until is not None and command.promise_until <= now:
        raise _wrong("promise_in_the_past", "The time you promise has already passed.")
    _refuse_withdrawn(item)
    if item.forgotten and item.thread_id is None:
        raise _no("forgotten", "This person was forgotten: there is nobody left to write to.")
    if item.reply_until is not None and item.reply_until < now:
        raise _no("window_closed", "The network takes no more replies here.")
    _refuse_in_flight(item)
    in_reply_to = next(said.external_id for said in reversed(item.messages) if said.withdrawn_at is None)
    if command.private and replies.private_of(item, in_reply_to) is not None:
        raise _no("private_once", "The network takes one private answer to a comment, and it was sent.")
    return events.ReplyQueued(
        item_id=item.item_id,
        reply_id=ids.reply_id(item.item_id, command_id),
        purpose=command.purpose,
        in_reply_to=in_reply_to,
        promise_until=command.promise_until,
        by=command.by,
        at=now,
        private=command.private,
        wording=command.wording,
        text=text,
        files=command.files,
        original=None if command.original is None else _checked(command.original),
    )


def _known(item: Item, command_id: str) -> bool:
    return replies.find(item, ids.reply_id(item.item_id, command_id)) is not None


def _checked(text: str) -> str:
    if not text.strip():
        raise _wrong("empty_text", "There are no words in this.")
    if len(text) > MAX_TEXT:
        raise _wrong("text_too_long", f"This is longer than {MAX_TEXT:,} characters.")
    return text


def _refuse_in_flight(item: Item) -> None:
    if replies.in_flight(item):
        raise _no("reply_in_flight", "Another reply is on its way, or nobody knows yet whether it arrived.")


def _refuse_withdrawn(item: Item) -> None:
    if all(message.withdrawn_at is not None for message in item.messages):
        raise _no("withdrawn", "The author has taken back all of it.")


def _no(code: str, message: str) -> Refused:
    return Refused(code, message, status=409)


def _wrong(code: str, message: str) -> Refused:
    return Refused(code, message, status=400)


def _propose(
    item: Item, command: commands.ProposeReply, now: datetime, policy: Policy, command_id: str, _: Standing
) -> list[Event]:
    return approving.propose(
        item, command, now, policy, command_id, lambda reply: _queued(item, reply, now, command_id)
    )  # fmt: skip


def _approve(
    item: Item, command: commands.ApproveReply, now: datetime, _: Policy, command_id: str, within: Standing
) -> list[Event]:
    return approving.approve(
        item, command, now, within, command_id, lambda reply: _queued(item, reply, now, command_id)
    )  # fmt: skip


Decision = Callable[[Item, Any, datetime, Policy, str], list[Event]]
DECISIONS: Mapping[type[Any], Decision] = {
    commands.Acknowledge: _acknowledge,
    commands.Reply: _reply,
    commands.Gesture: _gesture,
    commands.AnswerByHand: _answer_by_hand,
    commands.AddNote: _add_note,
    commands.Assign: _assign,
    commands.Resolve: _resolve,
    commands.Reopen: _reopen,
    commands.OverridePriority: correcting.override,
    commands.CorrectCategories: correcting.correct_categories,
    commands.CorrectLanguage: correcting.correct_language,
    commands.MarkNotUrgent: correcting.mark_not_urgent,
    commands.Mute: _mute,
    commands.Unmute: _unmute,
    commands.SettleReply: _settle,
    commands.CheckClocks: _check_clocks,
}

DecisionWithin = Callable[[Item, Any, datetime, Policy, str, Standing], list[Event]]
OF_PROPOSALS: Mapping[type[Any], DecisionWithin] = {
    commands.ProposeReply: _propose,
    commands.ApproveReply: _approve,
    commands.RejectReply: lambda item, command, now, _, __, within: approving.reject(item, command, now, within),
    commands.MakeApprovalLink: lambda item, command, now, _, command_id, within: approving.let_in(
        item, command, now, within, command_id
    ),
    commands.RevokeApprovalLink: lambda item, command, now, _, __, within: approving.shut_out(
        item, command, now, within
    ),
}
