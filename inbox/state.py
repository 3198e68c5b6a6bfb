"""What an item is at one position of the log: the result of folding its events with `inbox.item.evolve`.

Plain frozen data, the same whether it was folded step by step or rebuilt; it can be written as JSON and read back
(`inbox.views.items` keeps it so). Words of people (text, author, evidence) become empty when their author is forgotten.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from inbox import events
from inbox.events import Attachment, Author, ClockName, Kind, ReasonGiven, ReplyPurpose, Sentiment
from inbox.ids import ItemId

Status = Literal["open", "acknowledged", "answered", "resolved", "withdrawn"]
"""open: the author waits and nobody took charge; acknowledged: waits, somebody did; answered: the author has the
floor."""

TurnEnd = Literal["responded", "withdrawn", "closed"]
ReplyState = Literal["queued", "sending", "sent", "failed", "uncertain", "not_sent"]
ProposalState = Literal["waiting", "approved", "rejected", "taken_back", "expired", "overtaken"]
"""overtaken: another reply left, or the item was closed, before anybody decided."""
GestureState = Literal["queued", "sending", "done", "failed", "uncertain"]


@dataclass(frozen=True)
class Correction:
    """What people said of a message against the classifier: what it is really about (nothing at all: empty), its
    language, or that its alarm is false. None and False leave it to the classifier. `…_by`: who said so."""

    categories: tuple[str, ...] | None = None
    categories_by: int | None = None
    lang: str | None = None
    lang_by: int | None = None
    not_urgent: bool = False
    not_urgent_by: int | None = None


@dataclass(frozen=True)
class Message:
    """One message of the author. `judgement` belongs to the latest words; None while unscored. `former`: what was
    said of the words before an edit; it keeps its effect until the new words are judged, so that no edit hides a
    danger. `correction`: what people said of the words as they stand; see `inbox.corrections`. `wave`: the wave that it
    belongs to. `sender_proven`: of a mail, None where nobody told."""

    external_id: str
    kind: Kind
    sent_at: datetime
    received_at: datetime
    parent_id: str | None = None
    text: str | None = None
    attachments: tuple[Attachment, ...] = ()
    permalink: str | None = None
    edited_at: datetime | None = None
    withdrawn_at: datetime | None = None
    judgement: Judgement | None = None
    former: Judgement | None = None
    turn: int = 0
    correction: Correction = Correction()
    wave: uuid.UUID | None = None
    sender_proven: bool | None = None


@dataclass(frozen=True)
class Judgement:
    """What the classifier said of a message, as recorded in `MessageClassified`. A provisional one is a first look: it
    counts like any other until the full reading takes its place."""

    model: str
    assessed: bool
    sentiment: Sentiment
    urgency: float
    level: int
    lang: str | None = None
    categories: tuple[str, ...] = ()
    reasons: tuple[ReasonGiven, ...] = ()
    spread: int = 1
    at: datetime | None = None
    provisional: bool = False


@dataclass(frozen=True)
class Turn:
    """One stretch during which the author waits. A clock is met, missed, void or running: see `inbox.sla.outcome`.

    `no` is its name, not its place: a turn that is reopened moves to the end. `claimed_at`: since when somebody holds
    a claim, None once it lapsed or was given up. `spoken_at`: when the first holding reply reached the person. A
    promise runs until it is kept (`promise_kept_at`) or broken. `reopened_at`: when a colleague first opened it again,
    by the rule of `inbox.turns.reopen`."""

    no: int
    started_at: datetime
    priority: int
    ack_due_at: datetime
    response_due_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: int | None = None
    claimed_at: datetime | None = None
    responded_at: datetime | None = None
    responded_by: int | None = None
    ended_at: datetime | None = None
    end: TurnEnd | None = None
    warned: frozenset[ClockName] = frozenset()
    breached: frozenset[ClockName] = frozenset()
    spoken_at: datetime | None = None
    promise_until: datetime | None = None
    promise_kept_at: datetime | None = None
    promise_broken: bool = False
    reopened_at: datetime | None = None


@dataclass(frozen=True)
class Reply:
    """A reply of ours, from the moment it was queued (`at`); echoes and answers by hand appear here as sent. `turn`:
    the turn it was written in, and the only one it can answer. `sending_at`: the last time the deliverer called the
    network. `mark`: see `inbox.events.mark_of`. `original`: the words that it was translated from."""

    reply_id: uuid.UUID | None
    purpose: ReplyPurpose
    state: ReplyState
    by: int | None
    at: datetime
    text: str | None = None
    in_reply_to: str | None = None
    external_id: str | None = None
    reason: str | None = None
    retry_at: datetime | None = None
    promise_until: datetime | None = None
    echoed: bool = False
    by_hand: bool = False
    turn: int = 0
    sending_at: datetime | None = None
    sent_at: datetime | None = None
    mark: int | None = None
    private: bool = False
    files: tuple[events.ReplyFile, ...] = ()
    original: str | None = None


@dataclass(frozen=True)
class Gesture:
    """One hiding or liking of the message `external_id`, or its taking back."""

    gesture_id: uuid.UUID
    gesture: events.Gesture
    external_id: str
    state: GestureState
    by: int
    at: datetime
    reason: str | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True)
class ApprovalLink:
    """A way in for one decision on one proposal, for somebody without a seat; dead once it is decided."""

    link_id: uuid.UUID
    expires_at: datetime
    by: int
    name: str | None = None
    digest: str | None = None
    revoked: bool = False


@dataclass(frozen=True)
class Proposal:
    """A reply that waits for a second pair of eyes. `position`: the item's, when it was made; what stands behind it
    came in between. `step`: so many of `asked` had their time; `since`: the present one is asked. `text`: why it was
    refused. `original`: the words that the first variant was translated from."""

    proposal_id: uuid.UUID
    position: int
    purpose: ReplyPurpose
    variants: tuple[str, ...]
    by: int
    at: datetime
    asked: tuple[int, ...]
    escalate_s: int
    since: datetime
    expires_at: datetime
    private: bool = False
    promise_until: datetime | None = None
    step: int = 0
    state: ProposalState = "waiting"
    decided_by: int | None = None
    decided_at: datetime | None = None
    guest: uuid.UUID | None = None
    text: str | None = None
    reply_id: uuid.UUID | None = None
    wording: uuid.UUID | None = None
    links: tuple[ApprovalLink, ...] = ()
    files: tuple[events.ReplyFile, ...] = ()
    original: str | None = None


@dataclass(frozen=True)
class Raised:
    """A wave of the item's has a more urgent member: so urgent."""

    wave_id: uuid.UUID
    level: int
    urgency: float


@dataclass(frozen=True)
class Note:
    note_id: uuid.UUID
    by: int
    at: datetime
    text: str | None = None


@dataclass(frozen=True)
class EarlyChange:
    """An edit or a deletion that came before its original: applied as soon as the original is seen."""

    external_id: str
    verb: Literal["edited", "withdrawn"]
    at: datetime
    text: str | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Item:
    """The unit of work. `position`: of the last event folded in. `priority` is where it ranks (promotion included);
    `base_priority` is what the matrix or a person gave, and what the due times follow. `reach`: the author's
    followers, rounded, kept when the author is forgotten. `resolved_at` and `resolved_reason` stay when the author
    speaks again, since a withdrawal of those words makes the item resolved again; `resolved_turn`: the last turn
    there was when it was resolved. Ask `status` whether it is resolved. `muted`: nobody is to be alarmed by its
    author."""

    item_id: ItemId
    position: int = 0
    channel_id: str = ""
    network: str = ""
    kind: Kind = "comment"
    thread_id: str | None = None
    author: Author | None = None
    reach: int | None = None
    forgotten: bool = False
    messages: tuple[Message, ...] = ()
    early: tuple[EarlyChange, ...] = ()
    turns: tuple[Turn, ...] = ()
    replies: tuple[Reply, ...] = ()
    notes: tuple[Note, ...] = ()
    status: Status = "open"
    assignee: int | None = None
    scored: bool = False
    urgency: float | None = None
    level: int | None = None
    sentiment: Sentiment | None = None
    lang: str | None = None
    reasons: tuple[ReasonGiven, ...] = ()
    base_priority: int = 2
    override: int | None = None
    promoted: int = 0
    priority: int = 2
    reply_until: datetime | None = None
    resolved_at: datetime | None = None
    resolved_reason: str | None = None
    resolved_turn: int | None = None
    raised: tuple[Raised, ...] = ()
    gestures: tuple[Gesture, ...] = ()
    muted: bool = False
    proposals: tuple[Proposal, ...] = ()

    @property
    def turn(self) -> Turn | None:
        """The turn that is open now, None when nobody waits."""
        return self.turns[-1] if self.turns and self.turns[-1].ended_at is None else None
