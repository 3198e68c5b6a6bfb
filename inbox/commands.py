"""What can be asked of an item. `by` is the member who asks; times are aware UTC. `inbox.decisions` says what comes
of it; `inbox.desk` carries it out against the log."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from inbox import events
from inbox.events import ReplyPurpose, ResolveReason


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Take charge. With `text` the person is told so by a holding reply, which may promise to come back by a time.
    `original`: as of `Reply`."""

    by: int
    text: str | None = None
    promise_until: datetime | None = None
    wording: uuid.UUID | None = None
    original: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """Write to the person through the network. `private`: by a direct message, though they spoke in public. `wording`:
    what it was written with; then no gap may be left in it. `files`: of `inbox.files`, at this item. `original`: the
    words that `text` was translated from, for colleagues."""

    by: int
    text: str
    purpose: ReplyPurpose = "response"
    promise_until: datetime | None = None
    private: bool = False
    wording: uuid.UUID | None = None
    files: tuple[events.ReplyFile, ...] = ()
    original: str | None = None


@dataclass(frozen=True, slots=True)
class ProposeReply:
    """Have a reply looked at before it leaves, in one or several variants. `files`: as of `Reply`; they go with
    whichever is approved. `original`: of the first variant."""

    by: int
    variants: tuple[str, ...]
    purpose: ReplyPurpose = "response"
    promise_until: datetime | None = None
    private: bool = False
    wording: uuid.UUID | None = None
    files: tuple[events.ReplyFile, ...] = ()
    original: str | None = None


@dataclass(frozen=True, slots=True)
class ApproveReply:
    """Let a proposed variant leave, as `text` says it now. `guest`: by a link, `by` is None then."""

    by: int | None
    proposal_id: uuid.UUID
    variant: int
    text: str
    guest: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class RejectReply:
    """None of it leaves, and why; by its own author: take it back."""

    by: int | None
    proposal_id: uuid.UUID
    text: str | None = None
    guest: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class MakeApprovalLink:
    """Let somebody without a seat decide on a proposal. `digest`: of the link's token."""

    by: int
    proposal_id: uuid.UUID
    name: str
    digest: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RevokeApprovalLink:
    by: int
    link_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Gesture:
    """Hide or like the message `external_id` on its network, or take that back."""

    by: int
    gesture: events.Gesture
    external_id: str


@dataclass(frozen=True, slots=True)
class AnswerByHand:
    """Record an answer that left by a way no API offers. `text` where the member wants it kept."""

    by: int
    text: str | None = None
    purpose: ReplyPurpose = "response"


@dataclass(frozen=True, slots=True)
class AddNote:
    """Words for colleagues only."""

    by: int
    text: str


@dataclass(frozen=True, slots=True)
class Assign:
    """Give the item to a member, or to nobody (None)."""

    by: int
    assignee: int | None


@dataclass(frozen=True, slots=True)
class Resolve:
    by: int
    reason: ResolveReason = "answered"


@dataclass(frozen=True, slots=True)
class Reopen:
    by: int


@dataclass(frozen=True, slots=True)
class OverridePriority:
    """Set the priority (1..4), or give it back to the rules (None)."""

    by: int
    priority: int | None


@dataclass(frozen=True, slots=True)
class CorrectCategories:
    """Say what the words so far are really about (empty: nothing of note), or give that back to the classifier
    (None)."""

    by: int
    categories: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class CorrectLanguage:
    """Say which language they are in (ISO 639, lower case), or give that back to the classifier (None)."""

    by: int
    lang: str | None


@dataclass(frozen=True, slots=True)
class MarkNotUrgent:
    """Say that the classifier's alarm is false, or take that back (`undone`)."""

    by: int
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Mute:
    """Let nobody be alarmed by this author any more, in this item and all others of theirs."""

    by: int


@dataclass(frozen=True, slots=True)
class Unmute:
    by: int


@dataclass(frozen=True, slots=True)
class SettleReply:
    """Say what became of an uncertain reply. `by` is None when the thread was read back from the network."""

    by: int | None
    reply_id: uuid.UUID
    was_sent: bool


@dataclass(frozen=True, slots=True)
class CheckClocks:
    """Ask what the clock has to say by now."""


Command = (
    Acknowledge
    | Reply
    | ProposeReply
    | ApproveReply
    | RejectReply
    | MakeApprovalLink
    | RevokeApprovalLink
    | Gesture
    | AnswerByHand
    | AddNote
    | Assign
    | Resolve
    | Reopen
    | OverridePriority
    | CorrectCategories
    | CorrectLanguage
    | MarkNotUrgent
    | Mute
    | Unmute
    | SettleReply
    | CheckClocks
)
