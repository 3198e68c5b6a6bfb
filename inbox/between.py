"""What came in between: the answer to a command whose author has not seen the latest, naming who did what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from inbox.errors import Refused
from inbox.events import Event, occurred_at
from inbox.log.record import Recorded

DID: Mapping[str, str] = {
    "ItemAcknowledged": "took charge",
    "ItemAssigned": "changed whose it is",
    "ItemResolved": "resolved it",
    "ItemReopened": "reopened it",
    "PriorityOverridden": "set the priority",
    "CategoriesCorrected": "corrected what it is about",
    "LanguageCorrected": "corrected its language",
    "MarkedNotUrgent": "marked it as not urgent",
    "ReplyQueued": "wrote a reply",
    "ReplyProposed": "proposed a reply",
    "ReplyApproved": "approved a reply",
    "ReplyRejected": "refused a proposed reply",
    "GestureQueued": "hid or liked a message, or took that back",
    "AnsweredByHand": "recorded an answer",
    "ReplySettled": "settled a reply",
    "AuthorForgotten": "had the author forgotten",
}
HAPPENED: Mapping[str, str] = {
    "MessageReceived": "the author wrote again",
    "MessageEdited": "the author changed their words",
    "MessageWithdrawn": "the author took words back",
    "ReplyEchoed": "somebody answered on the network",
    "ItemAssigned": "a rule assigned it",
    "ReplySent": "a reply was posted",
    "ReplyFailed": "a reply could not be posted",
    "ReplyUncertain": "a reply may or may not have been posted",
}


def actor_of(event: Event) -> int | None:
    """The member who did it; None for the author, the network and the machine."""
    by: int | None = getattr(event, "by", None)
    return by


def conflict(in_the_way: Sequence[Recorded], position: int, names: Mapping[int, str]) -> Refused:
    """409 `conflict`. Details: `position` (where the item is now), `events`: [{position, type, at, actor,
    actor_name}]."""
    told = "; ".join(dict.fromkeys(_sentence(r.event, names) for r in in_the_way))
    return Refused(
        "conflict", f"In between: {told}.", status=409,
        details={"position": position, "events": [_entry(r, names) for r in in_the_way]},
    )  # fmt: skip


def _sentence(event: Event, names: Mapping[int, str]) -> str:
    actor = actor_of(event)
    if actor is None:
        return HAPPENED.get(event.TYPE, "something happened")
    return f"{names.get(actor, 'somebody')} {DID.get(event.TYPE, 'changed it')}"


def _entry(recorded: Recorded, names: Mapping[int, str]) -> dict[str, Any]:
    actor, at = actor_of(recorded.event), occurred_at(recorded.event) or recorded.recorded_at
    return {
        "position": recorded.position,
        "type": recorded.event.TYPE,
        "at": at.isoformat().replace("+00:00", "Z"),
        "actor": actor,
        "actor_name": names.get(actor) if actor is not None else None,
    }
