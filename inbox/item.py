"""An item: what its events make of it (`evolve`, `fold`), and what may be done with it (`decide`, `conflicts`).

`evolve` never refuses: what is in the log has happened. Any events in any order fold; what cannot be true yet is kept
or ignored. `decide` turns a command of a person, or of the clock, into events, or refuses it. Where to change what:
the author's words in `inbox.messages`, our answers in `inbox.replies`, clocks and status in `inbox.turns`, the rules
of commands in `inbox.decisions`, and who stands in whose way in `inbox.conflicts`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from inbox import approval, corrections, gestures, messages, priority, replies, turns, waves
from inbox.commands import (
    Acknowledge,
    AddNote,
    AnswerByHand,
    ApproveReply,
    Assign,
    CheckClocks,
    Command,
    CorrectCategories,
    CorrectLanguage,
    Gesture,
    MakeApprovalLink,
    MarkNotUrgent,
    Mute,
    OverridePriority,
    ProposeReply,
    RejectReply,
    Reopen,
    Reply,
    Resolve,
    RevokeApprovalLink,
    SettleReply,
    Unmute,
)
from inbox.conflicts import conflicts
from inbox.decisions import decide
from inbox.errors import Refused
from inbox.events import (
    AnsweredByHand,
    ApprovalLinkMade,
    ApprovalLinkRevoked,
    AuthorForgotten,
    AuthorMuted,
    AuthorUnmuted,
    CategoriesCorrected,
    ClaimLapsed,
    Event,
    GestureEnded,
    GestureQueued,
    GestureSending,
    ItemAcknowledged,
    ItemAssigned,
    ItemEvent,
    ItemReopened,
    ItemResolved,
    LanguageCorrected,
    MarkedNotUrgent,
    MessageClassified,
    MessageEdited,
    MessageReceived,
    MessageWithdrawn,
    NoteAdded,
    PriorityOverridden,
    PromiseBroken,
    ProposalEscalated,
    ProposalExpired,
    RaisedByWave,
    ReplyApproved,
    ReplyEchoed,
    ReplyFailed,
    ReplyProposed,
    ReplyQueued,
    ReplyRejected,
    ReplySending,
    ReplySent,
    ReplySettled,
    ReplyUncertain,
    ReplyWithheld,
    SlaBreached,
    SlaWarned,
    WaveJoined,
)
from inbox.ids import ItemId
from inbox.policy import Policy
from inbox.replacing import replace
from inbox.state import Correction, Item, Message, Note

__all__ = [
    "Acknowledge", "AddNote", "AnswerByHand", "ApproveReply", "Assign", "CheckClocks", "Command", "CorrectCategories",
    "CorrectLanguage", "Gesture", "MakeApprovalLink", "MarkNotUrgent", "Mute", "OverridePriority", "ProposeReply",
    "Refused", "RejectReply", "Reopen", "Reply", "Resolve", "RevokeApprovalLink", "SettleReply", "Unmute", "conflicts",
    "decide", "evolve", "fold",
]  # fmt: skip


def evolve(item: Item | None, event: ItemEvent | AuthorForgotten, position: int, policy: Policy) -> Item:
    """The item after `event`, which stands at `position` of the log; `policy` is the one in force there."""
    if item is None:
        item = Item(ItemId(_item_of(event)))
    change = CHANGES.get(type(event))
    if change is not None:
        item = change(item, event, policy)
    turn = item.turn
    promoted = len(turn.breached) if turn and not item.muted else 0
    return replace(
        item,
        position=position,
        status=turns.status_of(item),
        promoted=promoted,
        priority=priority.effective(item.base_priority, item.override, promoted),
    )


def fold(item_id: ItemId, events: Iterable[tuple[int, Event, Policy]]) -> Item:
    """The item from scratch: its events with their positions and the policy in force at each."""
    item = Item(item_id)
    for position, event, policy in events:
        if isinstance(event, ItemEvent | AuthorForgotten):
            item = evolve(item, event, position, policy)
    return item


def _item_of(event: ItemEvent | AuthorForgotten) -> uuid.UUID:
    if isinstance(event, ItemEvent):
        return event.item_id
    return event.item_ids[0] if event.item_ids else event.subject_id


def _acknowledge(item: Item, event: ItemAcknowledged, policy: Policy) -> Item:
    return turns.claim(item, event.by, event.at, counts=policy.claim_counts)


def _assign(item: Item, event: ItemAssigned, _: Policy) -> Item:
    """A claim passes on with the item; who takes the item from everybody gives the claim up."""
    item = replace(item, assignee=event.assignee)
    return turns.release(item) if event.assignee is None else item


def _note(item: Item, event: NoteAdded, _: Policy) -> Item:
    if any(note.note_id == event.note_id for note in item.notes):
        return item
    return replace(item, notes=(*item.notes, Note(event.note_id, event.by, event.at, event.text)))


def _queue(item: Item, event: ReplyQueued, policy: Policy) -> Item:
    """What is approved is so before it is queued: a proposal that still waits then was overtaken."""
    item = replies.queue(item, event, policy)
    return approval.overtaken(item, event.at) if event.purpose == "response" else item


def _resolve(item: Item, event: ItemResolved, _: Policy) -> Item:
    item = approval.overtaken(item, event.at)
    item = turns.close(turns.drop_promise(item), event.at)
    latest = max((turn.no for turn in item.turns), default=0)
    return replace(item, resolved_at=event.at, resolved_reason=event.reason, resolved_turn=latest)


def _reopen(item: Item, event: ItemReopened, policy: Policy) -> Item:
    if turns.status_of(item) != "resolved":
        return item
    item = turns.unresolve(turns.reopen(item, event.at))
    return turns.reassess(turns.end_if_withdrawn(item, event.at), policy)


def _override(item: Item, event: PriorityOverridden, policy: Policy) -> Item:
    return turns.reassess(replace(item, override=event.priority), policy)


def _mute(item: Item, event: AuthorMuted, policy: Policy) -> Item:
    return turns.reassess(replace(item, muted=True), policy)


def _unmute(item: Item, event: AuthorUnmuted, policy: Policy) -> Item:
    return turns.reassess(replace(item, muted=False), policy)


def _correct_categories(item: Item, event: CategoriesCorrected, policy: Policy) -> Item:
    return _correct(item, policy, lambda word: corrections.of_categories(word, event.categories, event.by))


def _correct_language(item: Item, event: LanguageCorrected, policy: Policy) -> Item:
    return _correct(item, policy, lambda word: corrections.of_language(word, event.lang, event.by))


def _mark_not_urgent(item: Item, event: MarkedNotUrgent, policy: Policy) -> Item:
    return _correct(item, policy, lambda word: corrections.of_urgency(word, not event.undone, event.by))


def _correct(item: Item, policy: Policy, change: Callable[[Correction], Correction]) -> Item:
    """On all words that give the item its place by now; what the author says next is judged afresh."""
    spoken_of = {message.external_id for message in priority.counted(item)}
    said = tuple(
        replace(message, correction=change(message.correction)) if message.external_id in spoken_of else message
        for message in item.messages
    )
    return turns.reassess(replace(item, messages=said), policy)


def _warned(item: Item, event: SlaWarned, _: Policy) -> Item:
    turn = next((turn for turn in item.turns if turn.no == event.turn), None)
    return item if turn is None else turns.change(item, replace(turn, warned=turn.warned | {event.clock}))


def _breached(item: Item, event: SlaBreached, _: Policy) -> Item:
    turn = next((turn for turn in item.turns if turn.no == event.turn), None)
    return item if turn is None else turns.change(item, replace(turn, breached=turn.breached | {event.clock}))


def _lapse(item: Item, event: ClaimLapsed, _: Policy) -> Item:
    item = turns.release(item)
    return replace(item, assignee=None) if item.assignee == event.assignee else item


def _break_promise(item: Item, event: PromiseBroken, _: Policy) -> Item:
    turn = turns.last(item)
    if turn is None or turn.promise_until != event.promise_until or turn.promise_kept_at is not None:
        return item
    return turns.change(item, replace(turn, promise_broken=True))


def _forget(item: Item, event: AuthorForgotten, policy: Policy) -> Item:
    """Nothing that names or quotes the person stays; times, figures and what was decided do."""
    if item.item_id not in event.item_ids:
        return item
    item = replace(item, messages=tuple(map(_blank, item.messages)))
    said = priority.place(item, policy).worst
    return replace(
        item,
        author=None,
        thread_id=None,
        forgotten=True,
        reasons=said.reasons if said else (),
        early=tuple(replace(change, text=None, attachments=()) for change in item.early),
        replies=tuple(replace(reply, text=None, files=(), original=None) for reply in item.replies),
        notes=tuple(replace(note, text=None) for note in item.notes),
        proposals=tuple(map(approval.blank, item.proposals)),
    )


def _blank(message: Message) -> Message:
    judgement = message.judgement and replace(message.judgement, reasons=())
    former = message.former and replace(message.former, reasons=())
    return replace(message, text=None, attachments=(), permalink=None, judgement=judgement, former=former)


CHANGES: Mapping[type[Event], Callable[[Item, Any, Policy], Item]] = {
    MessageReceived: messages.receive,
    MessageEdited: messages.edit,
    MessageWithdrawn: messages.withdraw,
    MessageClassified: messages.classify,
    WaveJoined: waves.join,
    RaisedByWave: waves.lift,
    ItemAcknowledged: _acknowledge,
    ItemAssigned: _assign,
    NoteAdded: _note,
    ItemResolved: _resolve,
    ItemReopened: _reopen,
    PriorityOverridden: _override,
    CategoriesCorrected: _correct_categories,
    LanguageCorrected: _correct_language,
    MarkedNotUrgent: _mark_not_urgent,
    AuthorMuted: _mute,
    AuthorUnmuted: _unmute,
    ReplyQueued: _queue,
    ReplyProposed: approval.propose,
    ReplyApproved: approval.approve,
    ReplyRejected: approval.reject,
    ProposalEscalated: approval.escalate,
    ProposalExpired: approval.expire,
    ApprovalLinkMade: approval.let_in,
    ApprovalLinkRevoked: approval.shut_out,
    ReplySending: replies.begin,
    ReplySent: replies.sent,
    ReplyFailed: replies.fail,
    ReplyWithheld: replies.withhold,
    ReplyUncertain: replies.doubt,
    ReplySettled: replies.settle,
    ReplyEchoed: replies.echo,
    AnsweredByHand: replies.by_hand,
    GestureQueued: gestures.queue,
    GestureSending: gestures.begin,
    GestureEnded: gestures.end,
    SlaWarned: _warned,
    SlaBreached: _breached,
    ClaimLapsed: _lapse,
    PromiseBroken: _break_promise,
    AuthorForgotten: _forget,
}
