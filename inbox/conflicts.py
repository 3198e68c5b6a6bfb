"""Which events, appended since the position a member saw, stand in the way of their command.

The question is always: would they still do it, had they seen this? New words of the author are in the way of an
answer and of resolving, not of taking charge. A colleague's answer is in the way of mine. What only the machine
noticed (a judgement, a warning, a breach), and notes, never are. What a member did themselves is not in their own
way, save what leaves the house: a second reply is a second reply, whoever wrote the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from inbox import commands
from inbox.events import (
    AnsweredByHand,
    AuthorForgotten,
    AuthorMuted,
    AuthorUnmuted,
    CategoriesCorrected,
    Event,
    GestureQueued,
    ItemAcknowledged,
    ItemAssigned,
    ItemReopened,
    ItemResolved,
    LanguageCorrected,
    MarkedNotUrgent,
    MessageEdited,
    MessageReceived,
    MessageWithdrawn,
    PriorityOverridden,
    ReplyApproved,
    ReplyEchoed,
    ReplyFailed,
    ReplyProposed,
    ReplyQueued,
    ReplyRejected,
    ReplySent,
    ReplySettled,
    ReplyUncertain,
)
from inbox.state import Item

ANSWERS = (ReplyQueued, ReplyEchoed, AnsweredByHand)
NEW_WORDS = (MessageReceived, MessageEdited)
GONE = (MessageWithdrawn, AuthorForgotten)
DECIDED = (ReplyApproved, ReplyRejected)
OF_URGENCY = (PriorityOverridden, CategoriesCorrected, MarkedNotUrgent)


def conflicts(command: commands.Command, since: Sequence[Event], *, item: Item | None = None) -> list[Event]:
    """Those of `since` that the caller must see first (409). `item`, as it is after `since`, lets the echo of a reply
    of ours be told from an answer that somebody made on the network."""
    in_the_way = RULES[type(command)]
    return [event for event in since if in_the_way(command, event) and not _is_our_echo(event, since, item)]


def _acknowledge(command: commands.Acknowledge, event: Event) -> bool:
    return _taken_by_another(command.by, event) or isinstance(event, (*ANSWERS, *GONE, ItemAcknowledged, ItemResolved))


def _reply(command: commands.Reply, event: Event) -> bool:
    return _taken_by_another(command.by, event) or isinstance(event, (*ANSWERS, *GONE, *NEW_WORDS, ItemResolved))


def _propose(command: commands.ProposeReply, event: Event) -> bool:
    return _taken_by_another(command.by, event) or isinstance(
        event, (*ANSWERS, *GONE, *NEW_WORDS, ItemResolved, ReplyProposed)
    )


def _approve(_: commands.ApproveReply, event: Event) -> bool:
    """Whose item it is does not matter to who looks at it; what was said since does."""
    return isinstance(event, (*ANSWERS, *GONE, *NEW_WORDS, *DECIDED, ItemResolved))


def _reject(_: commands.RejectReply, event: Event) -> bool:
    return isinstance(event, DECIDED)


def _gesture(command: commands.Gesture, event: Event) -> bool:
    """What the message says by now, and what a colleague did to it."""
    if isinstance(event, GestureQueued):
        return event.external_id == command.external_id and event.by != command.by
    return isinstance(event, MessageEdited | MessageWithdrawn) and event.external_id == command.external_id


def _answer_by_hand(command: commands.AnswerByHand, event: Event) -> bool:
    """The answer has left already; the question is only whether it answers what the member has not seen, or is
    known."""
    unseen = NEW_WORDS if command.purpose == "response" else ()
    return isinstance(event, (ReplyEchoed, AnsweredByHand, ItemResolved, *unseen))


def _assign(command: commands.Assign, event: Event) -> bool:
    """Another hand changed whose it is, and to somebody else than this command would."""
    if isinstance(event, ItemAssigned):
        return event.by != command.by and event.assignee != command.assignee
    return isinstance(event, ItemAcknowledged) and event.by not in {command.by, command.assignee}


def _resolve(command: commands.Resolve, event: Event) -> bool:
    if isinstance(event, ReplyFailed):
        return event.retry_at is None
    if _taken_by_another(command.by, event):
        return True
    return isinstance(event, (*NEW_WORDS, ReplyQueued, ReplyEchoed, ReplyUncertain, ItemResolved, ItemReopened))


def _reopen(_: commands.Reopen, event: Event) -> bool:
    return isinstance(event, (ItemReopened, ItemResolved, MessageReceived, MessageWithdrawn))


def _override(command: commands.OverridePriority, event: Event) -> bool:
    return isinstance(event, OF_URGENCY) and event.by != command.by


def _correct(command: commands.CorrectCategories | commands.MarkNotUrgent, event: Event) -> bool:
    """A correction speaks of all words so far: never of those that the member has not read."""
    return isinstance(event, NEW_WORDS) or (isinstance(event, OF_URGENCY) and event.by != command.by)


def _correct_language(command: commands.CorrectLanguage, event: Event) -> bool:
    return isinstance(event, NEW_WORDS) or (isinstance(event, LanguageCorrected) and event.by != command.by)


def _mute(command: commands.Mute | commands.Unmute, event: Event) -> bool:
    """Another hand decided it of this author meanwhile."""
    return isinstance(event, AuthorMuted | AuthorUnmuted) and event.by != command.by


def _settle(command: commands.SettleReply, event: Event) -> bool:
    return isinstance(event, (ReplySettled, ReplySent, ReplyFailed)) and event.reply_id == command.reply_id


def _never(_: object, event: Event) -> bool:
    """A note harms nobody; the clock is decided on what is true at the end of the log."""
    return False


def _taken_by_another(by: int, event: Event) -> bool:
    if isinstance(event, ItemAcknowledged):
        return event.by != by
    return isinstance(event, ItemAssigned) and event.assignee not in {by, None}


def _is_our_echo(event: Event, since: Sequence[Event], item: Item | None) -> bool:
    if not isinstance(event, ReplyEchoed):
        return False
    if any(isinstance(other, ReplySent) and other.external_id == event.external_id for other in since):
        return True
    replies = item.replies if item else ()
    return any(reply.external_id == event.external_id and not reply.echoed for reply in replies)


RULES: Mapping[type[Any], Callable[[Any, Event], bool]] = {
    commands.Acknowledge: _acknowledge,
    commands.Reply: _reply,
    commands.ProposeReply: _propose,
    commands.ApproveReply: _approve,
    commands.RejectReply: _reject,
    commands.MakeApprovalLink: _never,
    commands.RevokeApprovalLink: _never,
    commands.Gesture: _gesture,
    commands.AnswerByHand: _answer_by_hand,
    commands.AddNote: _never,
    commands.Assign: _assign,
    commands.Resolve: _resolve,
    commands.Reopen: _reopen,
    commands.OverridePriority: _override,
    commands.CorrectCategories: _correct,
    commands.CorrectLanguage: _correct_language,
    commands.MarkNotUrgent: _correct,
    commands.Mute: _mute,
    commands.Unmute: _mute,
    commands.SettleReply: _settle,
    commands.CheckClocks: _never,
}
