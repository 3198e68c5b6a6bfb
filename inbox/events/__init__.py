"""Every event type of a brand's log, with its version, and how it is written to bytes and read back.

An event is what happened, in the past tense; it never changes. Fields named in `SEALED` identify a person (name,
handle, words, links to them): they are written apart and sealed under that person's key, so that forgetting the
person makes them unreadable while times and figures stay. A forgotten event reads back with those fields empty, never
as an error.

A new version of a type gets the next `V` and an upcaster in `UPCASTERS`: a pure function from the old fields to the
new. Times are aware UTC datetimes; durations carry their unit in the name.

Here they are named together, whichever family they are of; a new type stands in its family and in that family's `ALL`.
"""

from __future__ import annotations

from inbox.event import Event, ItemEvent, Part
from inbox.events.audit import (
    AuthorForgotten,
    CorrectionsExported,
    EvidenceTaken,
    PersonExported,
    ReportMade,
    ReportMailed,
    SettingChanged,
)
from inbox.events.brand import (
    FreezeLifted,
    ModelSwitched,
    PolicyChanged,
    RetentionChanged,
    Role,
    TopicFrozen,
    WordingRemoved,
    WordingSaved,
)
from inbox.events.clock import ClaimLapsed, ClockName, PromiseBroken, SlaBreached, SlaWarned
from inbox.events.codec import EVENT_TYPES, UPCASTERS, Fields, UnknownEventType, decode, encode, occurred_at
from inbox.events.decided import (
    AuthorMuted,
    AuthorUnmuted,
    CategoriesCorrected,
    ItemAcknowledged,
    ItemAssigned,
    ItemReopened,
    ItemResolved,
    LanguageCorrected,
    MarkedNotUrgent,
    NoteAdded,
    PriorityOverridden,
    ResolveReason,
)
from inbox.events.heard import (
    DeliveryQuarantined,
    Kind,
    MessageEdited,
    MessageReceived,
    MessageWithdrawn,
    ReferenceHeld,
    ReplyEchoed,
)
from inbox.events.judged import Alike, MessageClassified, RaisedByWave, Sentiment, WaveJoined
from inbox.events.parts import Attachment, Author, Marked, ReasonGiven, ReplyFile, mark_of, reach_of, two_digits
from inbox.events.proposals import (
    ApprovalLinkMade,
    ApprovalLinkRevoked,
    ProposalEscalated,
    ProposalExpired,
    ReplyApproved,
    ReplyProposed,
    ReplyRejected,
)
from inbox.events.replies import (
    AnsweredByHand,
    Gesture,
    GestureEnd,
    GestureEnded,
    GestureQueued,
    GestureSending,
    ReplyFailed,
    ReplyPurpose,
    ReplyQueued,
    ReplySending,
    ReplySent,
    ReplySettled,
    ReplyUncertain,
    ReplyWithheld,
)

__all__ = [
    "Event", "ItemEvent", "Part",
    "Author", "Attachment", "ReplyFile", "ReasonGiven", "two_digits", "reach_of", "mark_of", "Marked",
    "Kind", "MessageReceived", "MessageEdited", "MessageWithdrawn", "ReplyEchoed", "ReferenceHeld",
    "DeliveryQuarantined",
    "Sentiment", "Alike", "MessageClassified", "WaveJoined", "RaisedByWave",
    "ResolveReason", "ItemAcknowledged", "ItemAssigned", "NoteAdded", "ItemResolved", "ItemReopened",
    "PriorityOverridden", "CategoriesCorrected", "LanguageCorrected", "MarkedNotUrgent", "AuthorMuted",
    "AuthorUnmuted",
    "ReplyPurpose", "Gesture", "GestureEnd", "ReplyQueued", "ReplySending", "ReplySent", "ReplyFailed",
    "ReplyWithheld", "ReplyUncertain", "ReplySettled", "AnsweredByHand", "GestureQueued", "GestureSending",
    "GestureEnded",
    "ReplyProposed", "ReplyApproved", "ReplyRejected", "ProposalEscalated", "ProposalExpired", "ApprovalLinkMade",
    "ApprovalLinkRevoked",
    "ClockName", "SlaWarned", "SlaBreached", "ClaimLapsed", "PromiseBroken",
    "Role", "PolicyChanged", "WordingSaved", "TopicFrozen", "WordingRemoved", "FreezeLifted", "ModelSwitched",
    "RetentionChanged",
    "AuthorForgotten", "PersonExported", "EvidenceTaken", "CorrectionsExported", "SettingChanged", "ReportMade",
    "ReportMailed",
    "EVENT_TYPES", "Fields", "UPCASTERS", "UnknownEventType", "encode", "decode", "occurred_at",
]  # fmt: skip
