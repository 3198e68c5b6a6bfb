"""What would take a command back: the command that leaves the item as it stood before. Pure.

Only what a later event can undo has one. Words that left the house, notes, and what was recorded of the world (an
answer by hand, what became of a reply) stay; so does what would come back other than it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from inbox import commands, gestures, priority
from inbox.events import Event, ReplyProposed, ResolveReason
from inbox.state import Correction, Item


def of(before: Item, command: commands.Command, done: Sequence[Event]) -> commands.Command | None:
    """`before`: the item on which `command` was decided; `done`: what came of it. None where nothing did, or nothing
    takes it back."""
    if not done or (known := OF.get(type(command))) is None:
        return None
    return known(before, command, done)


def _claim(before: Item, command: commands.Acknowledge, _: Sequence[Event]) -> commands.Command | None:
    """Who gives the item back gives up the claim; one that the person was told of stays."""
    alone = command.text is None and before.assignee is None
    return commands.Assign(command.by, None) if alone else None


def _assign(before: Item, command: commands.Assign, _: Sequence[Event]) -> commands.Command | None:
    """Who takes an item from everybody gives up a claim, and a claim is nobody's to make for another."""
    turn = before.turn
    given_up = command.assignee is None and turn is not None and turn.claimed_at is not None
    return None if given_up else commands.Assign(command.by, before.assignee)


def _resolve(before: Item, command: commands.Resolve, _: Sequence[Event]) -> commands.Command | None:
    """Closing drops a promise and overtakes a proposal: neither comes back."""
    turn = before.turn
    promised = turn is not None and turn.promise_until is not None
    waits = any(proposal.state == "waiting" for proposal in before.proposals)
    return None if promised or waits else commands.Reopen(command.by)


def _reopen(before: Item, command: commands.Reopen, _: Sequence[Event]) -> commands.Command | None:
    reason = next((one for one in get_args(ResolveReason) if one == before.resolved_reason), None)
    return commands.Resolve(command.by, reason) if reason else None


def _priority(before: Item, command: commands.OverridePriority, _: Sequence[Event]) -> commands.Command:
    return commands.OverridePriority(command.by, before.override)


def _stood(before: Item) -> Correction | None:
    """What people had said of the words so far; None where not the same of all of them."""
    said = {message.correction for message in priority.counted(before)}
    return said.pop() if len(said) == 1 else None


def _categories(before: Item, command: commands.CorrectCategories, _: Sequence[Event]) -> commands.Command | None:
    """Who names an alarm takes back that it was none: that is not said again by a machine."""
    stood = _stood(before)
    return None if stood is None or stood.not_urgent else commands.CorrectCategories(command.by, stood.categories)


def _language(before: Item, command: commands.CorrectLanguage, _: Sequence[Event]) -> commands.Command | None:
    stood = _stood(before)
    return commands.CorrectLanguage(command.by, stood.lang) if stood else None


def _not_urgent(before: Item, command: commands.MarkNotUrgent, _: Sequence[Event]) -> commands.Command | None:
    return commands.MarkNotUrgent(command.by, undone=not command.undone) if _stood(before) else None


def _mute(before: Item, command: commands.Mute, _: Sequence[Event]) -> commands.Command:
    return commands.Unmute(command.by)


def _unmute(before: Item, command: commands.Unmute, _: Sequence[Event]) -> commands.Command:
    return commands.Mute(command.by)


def _gesture(before: Item, command: commands.Gesture, _: Sequence[Event]) -> commands.Command:
    return commands.Gesture(command.by, gestures.OPPOSITE[command.gesture], command.external_id)


def _propose(before: Item, command: commands.ProposeReply, done: Sequence[Event]) -> commands.Command | None:
    made = next((event.proposal_id for event in done if isinstance(event, ReplyProposed)), None)
    return commands.RejectReply(command.by, made) if made else None


OF: Mapping[type[Any], Callable[[Item, Any, Sequence[Event]], commands.Command | None]] = {
    commands.Acknowledge: _claim,
    commands.Assign: _assign,
    commands.Resolve: _resolve,
    commands.Reopen: _reopen,
    commands.OverridePriority: _priority,
    commands.CorrectCategories: _categories,
    commands.CorrectLanguage: _language,
    commands.MarkNotUrgent: _not_urgent,
    commands.Mute: _mute,
    commands.Unmute: _unmute,
    commands.Gesture: _gesture,
    commands.ProposeReply: _propose,
}
