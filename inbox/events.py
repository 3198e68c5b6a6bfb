"""Every event type of a brand's log, with its version, and how it is written to bytes and read back.

An event is what happened, in the past tense; it never changes. Fields named in `SEALED` identify a person (name,
handle, words, links to them): they are written apart and sealed under that person's key, so that forgetting the
person makes them unreadable while times and figures stay. A forgotten event reads back with those fields empty, never
as an error.

A new version of a type gets the next `V` and an upcaster in `UPCASTERS`: a pure function from the old fields to the
new. Times are aware UTC datetimes; durations carry their unit in the name.
"""

from __future__ import annotations

import functools
import uuid
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from pydantic import AwareDatetime, Field, model_validator

from inbox import author_events, team_events, trusted
from inbox.event import Event as Event  # noqa: PLC0414 — named here by all who read events
from inbox.event import ItemEvent as ItemEvent  # noqa: PLC0414 — named here by all who read events
from inbox.event import Part as Part  # noqa: PLC0414 — named here by all who read events

Kind = Literal["comment", "mention", "dm", "review", "post", "email", "sms", "call"]
Sentiment = Literal["negative", "neutral", "positive"]
ClockName = Literal["ack", "response"]
ReplyPurpose = Literal["holding", "response"]
Gesture = Literal["hide", "unhide", "like", "unlike"]
GestureEnd = Literal["done", "failed", "uncertain"]
ResolveReason = Literal["answered", "no_answer_needed", "spam", "duplicate", "handled_elsewhere"]
Role = Literal["owner", "lead", "cm", "observer"]
Alike = Literal["words", "meaning"]


class Author(Part):
    """The person outside, as the network shows them. `followers` is their reach, None where the network does not
    say."""

    id: str
    handle: str | None = None
    name: str | None = None
    followers: int | None = None
    verified: bool = False
    avatar_url: str | None = None


class Attachment(Part):
    url: str | None = None
    content_type: str | None = None
    bytes: int | None = None
    name: str | None = None


class ReplyFile(Part):
    """A file of ours that goes with a reply; its bytes lie in `inbox.files`."""

    file_id: uuid.UUID
    name: str
    content_type: str
    bytes: int


class ReasonGiven(Part):
    """Why a message is urgent. `evidence` quotes the author's words, so it is sealed with them."""

    category: str
    score: float
    evidence: tuple[str, ...] = ()


def two_digits(number: int) -> int:
    """Rounded down to two significant digits, at least 0: 12,345 → 12,000."""
    step = int(10 ** max(0, len(str(max(0, number))) - 2))
    return max(0, number) // step * step


def reach_of(author: Author) -> int | None:
    """As a message tells it: the author's followers, rounded down to two digits."""
    return None if author.followers is None else two_digits(author.followers)


def mark_of(text: str | None) -> int | None:
    """16 bits of the words, whatever the white space: enough to know a reply of ours when the network shows it to us,
    far too few to tell what it said. None for no words. It stays outside the seal, so that a forgotten item folds as
    before."""
    words = " ".join((text or "").split())
    return zlib.crc32(words.encode("utf-8", "surrogatepass")) & 0xFFFF if words else None


class Marked(Part):
    """Words of ours whose `mark` outlives the seal. It is filled from `text` by itself."""

    mark: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _mark_outlives_the_seal(cls, fields: Any) -> Any:
        if not isinstance(fields, dict) or fields.get("mark") is not None or not fields.get("text"):
            return fields
        return {**fields, "mark": mark_of(fields["text"])}


# --- what people outside said -------------------------------------------------------------------------------------


class MessageReceived(ItemEvent):
    """An author said something. `sent_at` is the network's time, `received_at` ours; `author` is None once forgotten.

    `reach` is the author's followers, rounded down to two digits, and filled from `author` by itself. It stays
    outside the seal: the priority, and so the due times, must come out the same after the person was forgotten.
    `sender_proven`: of an e-mail, whether the server that took it could prove who sent it; None where nobody told.
    """

    SEALED = frozenset({"thread_id", "author", "title", "text", "attachments", "permalink"})
    channel_id: str
    network: str
    kind: Kind
    external_id: str
    parent_id: str | None = None
    sent_at: AwareDatetime
    received_at: AwareDatetime
    delivery_id: uuid.UUID | None = None
    reply_until: AwareDatetime | None = None
    sender_proven: bool | None = None
    thread_id: str | None = None
    author: Author | None = None
    reach: int | None = None
    title: str | None = None
    text: str | None = None
    attachments: tuple[Attachment, ...] = ()
    permalink: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _reach_outlives_the_seal(cls, fields: Any) -> Any:
        if not isinstance(fields, dict) or fields.get("reach") is not None or not fields.get("author"):
            return fields
        return {**fields, "reach": reach_of(Author.model_validate(fields["author"]))}


class MessageEdited(ItemEvent):
    """The author changed their words. May come before its original."""

    SEALED = frozenset({"text", "attachments"})
    channel_id: str
    external_id: str
    sent_at: AwareDatetime
    received_at: AwareDatetime
    text: str | None = None
    attachments: tuple[Attachment, ...] = ()


class MessageWithdrawn(ItemEvent):
    """The author, or the network, took a message away. May come before its original."""

    channel_id: str
    external_id: str
    sent_at: AwareDatetime
    received_at: AwareDatetime


class ReplyEchoed(ItemEvent, Marked):
    """A reply that was made on the network itself, or our own coming back: it counts like ours."""

    SEALED = frozenset({"text"})
    channel_id: str
    external_id: str
    in_reply_to: str | None = None
    sent_at: AwareDatetime
    received_at: AwareDatetime
    text: str | None = None


class ReferenceHeld(Event):
    """An edit, a deletion or an echo that names only a message id. It waits until the item of that message is known."""

    SEALED = frozenset({"text", "attachments"})
    verb: Literal["edited", "withdrawn", "echoed"]
    channel_id: str
    external_id: str
    refers_to: str
    sent_at: AwareDatetime
    received_at: AwareDatetime
    text: str | None = None
    attachments: tuple[Attachment, ...] = ()


class DeliveryQuarantined(Event):
    """A delivery, or one entry of it, was verified but could not be read. `reason` is for the screen; no content."""

    channel_id: str
    delivery_id: uuid.UUID
    reason: str
    at: AwareDatetime


class MessageClassified(ItemEvent):
    """The classifier's judgement of one message. `spread`: authors heard in the same thread in the hour before.

    `probabilities`: of the categories that are not next to impossible, and of the three tones as `tone:negative` and
    so on; empty from a model that has none. `temperature`: what the tone's logits were divided by. `provisional`: a
    first look, which stands until a full reading comes; `words_at` says of which words it is: the time of their edit,
    None for the original ones.
    """

    SEALED = frozenset({"reasons"})
    external_id: str
    model: str
    assessed: bool
    sentiment: Sentiment
    urgency: float = Field(ge=0, le=1)
    level: int = Field(ge=0, le=3)
    lang: str | None = None
    categories: tuple[str, ...] = ()
    reasons: tuple[ReasonGiven, ...] = ()
    spread: int = 1
    at: AwareDatetime
    model_sha256: str = ""
    probabilities: dict[str, float] = {}
    temperature: float | None = None
    provisional: bool = False
    words_at: AwareDatetime | None = None


class WaveJoined(ItemEvent):
    """A message is near-identical with those of other authors. `wave_id` is made from the first member. `alike`: in its
    words or only in its meaning, compared with the nearest member; `similarity`: how much, 1 for the first."""

    external_id: str
    wave_id: uuid.UUID
    alike: Alike
    similarity: float = Field(ge=0, le=1)
    at: AwareDatetime


class RaisedByWave(ItemEvent):
    """A member of the item's wave is more urgent than the item itself: it ranks as that one does. Never lowered."""

    wave_id: uuid.UUID
    level: int = Field(ge=0, le=3)
    urgency: float = Field(ge=0, le=1)
    at: AwareDatetime


# --- what the team decided ----------------------------------------------------------------------------------------


class ItemAcknowledged(ItemEvent):
    """Somebody took charge without writing to the person (a claim). Whether it stops the clock is the policy's."""

    by: int
    at: AwareDatetime


class ItemAssigned(ItemEvent):
    """`by` is None where a rule of the brand did it: `rule`, see `inbox.assigning`."""

    assignee: int | None
    by: int | None
    at: AwareDatetime
    rule: uuid.UUID | None = None


class NoteAdded(ItemEvent):
    SEALED = frozenset({"text"})
    note_id: uuid.UUID
    by: int
    at: AwareDatetime
    text: str | None = None


class ItemResolved(ItemEvent):
    by: int
    reason: ResolveReason = "answered"
    at: AwareDatetime


class ItemReopened(ItemEvent):
    by: int
    at: AwareDatetime


class PriorityOverridden(ItemEvent):
    """A person set the priority (1..4), or gave it back to the rules (None). `rules`: what the classifier's reading
    gave at that moment, people's corrections left aside; None where it had read nothing yet."""

    priority: Annotated[int, Field(ge=1, le=4)] | None
    by: int
    at: AwareDatetime
    rules: int | None = None


class CategoriesCorrected(ItemEvent):
    """A person said what the words so far are about (empty: nothing of note), or gave that back to the classifier
    (None). `had`: what the classifier had found in them; `rules`: as in `PriorityOverridden`."""

    categories: tuple[str, ...] | None
    by: int
    at: AwareDatetime
    rules: int | None = None
    had: tuple[str, ...] = ()


class LanguageCorrected(ItemEvent):
    """A person said which language the words so far are in (ISO 639), or gave that back to the classifier (None)."""

    lang: str | None
    by: int
    at: AwareDatetime
    had: str | None = None


class MarkedNotUrgent(ItemEvent):
    """A person said that the classifier's alarm over the words so far is false, or took that back (`undone`)."""

    undone: bool = False
    by: int
    at: AwareDatetime
    rules: int | None = None


class AuthorMuted(ItemEvent):
    """Nobody is to be alarmed by this author: what they say ranks as P4 and never rises by waiting. `of`: the item that
    it was decided on, where this one only follows it."""

    by: int
    at: AwareDatetime
    of: uuid.UUID | None = None


class AuthorUnmuted(ItemEvent):
    """They rank by the rules again. `of`: as of `AuthorMuted`."""

    by: int
    at: AwareDatetime
    of: uuid.UUID | None = None


# --- replies: at most once ----------------------------------------------------------------------------------------


class ReplyQueued(ItemEvent, Marked):
    """`private`: a direct message as the answer to a public comment. `wording`: what it was written with. `files`: what
    goes with the words."""

    SEALED = frozenset({"text", "files"})
    reply_id: uuid.UUID
    purpose: ReplyPurpose
    in_reply_to: str | None = None
    promise_until: AwareDatetime | None = None
    by: int
    at: AwareDatetime
    private: bool = False
    wording: uuid.UUID | None = None
    text: str | None = None
    files: tuple[ReplyFile, ...] = ()


class ReplySending(ItemEvent):
    """The deliverer is about to call the network: from here on a crash leaves the reply uncertain."""

    reply_id: uuid.UUID
    attempt: int
    at: AwareDatetime


class ReplySent(ItemEvent):
    reply_id: uuid.UUID
    external_id: str | None = None
    at: AwareDatetime


class ReplyFailed(ItemEvent):
    """The network refused, and nothing was posted. `retry_at`: when we try again by ourselves, None when we do not."""

    reply_id: uuid.UUID
    reason: str
    retry_at: AwareDatetime | None = None
    at: AwareDatetime


class ReplyWithheld(ItemEvent):
    """It was taken back before anybody had begun to send it, and never leaves."""

    reply_id: uuid.UUID
    by: int
    at: AwareDatetime


class ReplyUncertain(ItemEvent):
    """Nobody knows whether the reply was posted: never sent again by itself."""

    reply_id: uuid.UUID
    reason: str
    at: AwareDatetime


class ReplySettled(ItemEvent):
    """A person, or the thread read back, said what became of an uncertain reply."""

    reply_id: uuid.UUID
    was_sent: bool
    by: int | None
    at: AwareDatetime


class AnsweredByHand(ItemEvent, Marked):
    """The answer left by a way that no API of the network offers, and was recorded here by the person who made it."""

    SEALED = frozenset({"text"})
    purpose: ReplyPurpose
    by: int
    at: AwareDatetime
    text: str | None = None


# --- replies that somebody else looks at first --------------------------------------------------------------------


class ReplyProposed(ItemEvent):
    """A reply that may leave once it is approved, in one or several variants. `asked`: members, one after the other,
    each for `escalate_s` seconds; after them, or where nobody is named, any lead."""

    SEALED = frozenset({"variants"})
    proposal_id: uuid.UUID
    purpose: ReplyPurpose
    private: bool = False
    promise_until: AwareDatetime | None = None
    asked: tuple[int, ...] = ()
    escalate_s: int
    expires_at: AwareDatetime
    by: int
    at: AwareDatetime
    wording: uuid.UUID | None = None
    variants: tuple[str, ...] = ()


class ReplyApproved(ItemEvent):
    """One of the variants may leave; the `ReplyQueued` of `reply_id` stands beside this. `edited`: not as it was
    proposed. `guest`: the link by which somebody without a seat said so; `by` is None then."""

    proposal_id: uuid.UUID
    reply_id: uuid.UUID
    variant: int
    edited: bool
    by: int | None
    guest: uuid.UUID | None = None
    at: AwareDatetime


class ReplyRejected(ItemEvent):
    """None of it leaves, and why. By its own author: taken back."""

    SEALED = frozenset({"text"})
    proposal_id: uuid.UUID
    by: int | None
    guest: uuid.UUID | None = None
    at: AwareDatetime
    text: str | None = None


class ProposalEscalated(ItemEvent):
    """Nobody looked at it in time: the next one is asked (None: any lead)."""

    proposal_id: uuid.UUID
    step: int
    to: int | None
    at: AwareDatetime


class ProposalExpired(ItemEvent):
    """Nobody decided in time: nothing leaves."""

    proposal_id: uuid.UUID
    at: AwareDatetime


class ApprovalLinkMade(ItemEvent):
    """Somebody of the brand without a seat may decide on this proposal by a link. `digest`: of its token, in hex;
    `name`: who it is for. Both are sealed: with the words the link is gone, too."""

    SEALED = frozenset({"name", "digest"})
    link_id: uuid.UUID
    proposal_id: uuid.UUID
    expires_at: AwareDatetime
    by: int
    at: AwareDatetime
    name: str | None = None
    digest: str | None = None


class ApprovalLinkRevoked(ItemEvent):
    link_id: uuid.UUID
    by: int
    at: AwareDatetime


# --- gestures: what is done to a message without words, at most once as replies -----------------------------------


class GestureQueued(ItemEvent):
    """Somebody hides or likes a message of the author on its network, or takes that back."""

    gesture_id: uuid.UUID
    gesture: Gesture
    external_id: str
    by: int
    at: AwareDatetime


class GestureSending(ItemEvent):
    gesture_id: uuid.UUID
    attempt: int
    at: AwareDatetime


class GestureEnded(ItemEvent):
    """`failed`: nothing was changed there; `retry_at` as of `ReplyFailed`. `uncertain`: nobody knows; it may be asked
    for again by hand, since doing it twice does no harm."""

    gesture_id: uuid.UUID
    end: GestureEnd
    reason: str | None = None
    retry_at: AwareDatetime | None = None
    at: AwareDatetime


# --- what the clock found -----------------------------------------------------------------------------------------


class SlaWarned(ItemEvent):
    """75 % of a target have gone. One a turn and clock."""

    turn: int
    clock: ClockName
    due_at: AwareDatetime
    at: AwareDatetime


class SlaBreached(ItemEvent):
    turn: int
    clock: ClockName
    due_at: AwareDatetime
    at: AwareDatetime


class ClaimLapsed(ItemEvent):
    """A claim stayed silent past the policy's limit: the item is nobody's again."""

    assignee: int
    at: AwareDatetime


class PromiseBroken(ItemEvent):
    promise_until: AwareDatetime
    at: AwareDatetime


# --- the brand itself ---------------------------------------------------------------------------------------------


class PolicyChanged(Event):
    """The SLA policy in force from this position on. `policy` is `inbox.policy.Policy` as JSON."""

    policy: dict[str, Any]
    by: int | None = None
    at: AwareDatetime


class WordingSaved(Event):
    """A wording as it stands from now on: `wording` is `inbox.wording.Draft` as JSON: words of the brand, no
    person's."""

    wording_id: uuid.UUID
    wording: dict[str, Any]
    by: int
    at: AwareDatetime


class TopicFrozen(Event):
    """Nobody replies on this topic until there is a position. Of an item any of `categories`, `wave_id`, `words` is
    enough; none of them given: the whole brand. `until`: None until it is lifted. `holding_allowed`: people may be
    told that we read them."""

    freeze_id: uuid.UUID
    reason: str
    categories: tuple[str, ...] = ()
    wave_id: uuid.UUID | None = None
    words: tuple[str, ...] = ()
    until: AwareDatetime | None = None
    holding_allowed: bool = True
    by: int
    at: AwareDatetime


class WordingRemoved(Event):
    wording_id: uuid.UUID
    by: int
    at: AwareDatetime


class FreezeLifted(Event):
    freeze_id: uuid.UUID
    by: int
    at: AwareDatetime


class ModelSwitched(Event):
    """The model that judges the brand's messages from this position on, where a host has it. `model`: its name in the
    settings, "" for the installation's default one; `sha256`: of its weights when it was chosen."""

    model: str
    sha256: str = ""
    by: int | None = None
    at: AwareDatetime


class AuthorForgotten(Event):
    """The key of this author is destroyed. Views blank what they hold of the items of `subject_id`. `by`: None from the
    shell, and where their time of keeping was over."""

    subject_id: uuid.UUID
    item_ids: tuple[uuid.UUID, ...]
    by: int | None
    at: AwareDatetime


class PersonExported(Event):
    """An audit line: all that is held of this author was given out. `by`: None from the shell."""

    subject_id: uuid.UUID
    by: int | None = None
    at: AwareDatetime


class EvidenceTaken(Event):
    """An audit line: the evidence pack of this item was given out."""

    item: uuid.UUID
    by: int
    at: AwareDatetime


class RetentionChanged(Event):
    """How long people's words are kept, from now on: see `inbox.people.retention`. `reason`: of the legal hold. `by`:
    None from the shell."""

    words_days: int | None
    raw_days: int
    hold: bool
    reason: str = ""
    by: int | None = None
    at: AwareDatetime


class CorrectionsExported(Event):
    """An audit line: so many corrections left the house as training text, personal content masked. `by`: None from the
    shell."""

    lines: int
    by: int | None = None
    at: AwareDatetime


class SettingChanged(Event):
    """An audit line: who changed which channel, member, token or subscription of the brand. `before` and `after`: its
    settings that changed, by name (of a secret: that it was replaced). Never holds a secret or a person's name.
    `by`: None from the shell, and where Vigie itself paused a subscription."""

    what: Literal["channel", "member", "token", "brand", "subscription", "view", "wall", "report", "guide"]
    action: str
    subject: str
    before: dict[str, str] = Field(default_factory=dict)
    after: dict[str, str] = Field(default_factory=dict)
    by: int | None = None
    at: AwareDatetime


class ReportMade(Event):
    """A report of the days `first` to `last` (ISO) was made, as of a position of this log. `digest`: SHA-256 of its
    figures: made again as of the same position they have the same. `by`: None for the first of the month."""

    report_id: uuid.UUID
    issue_id: uuid.UUID
    first: str
    last: str
    as_of: int
    digest: str
    by: int | None = None
    at: AwareDatetime


class ReportMailed(Event):
    """A report went to one of the addresses that leads chose, or did not. `reason`: of a failure, in the words of
    deliveries. Who it was is not told."""

    report_id: uuid.UUID
    issue_id: uuid.UUID
    outcome: Literal["sent", "failed", "uncertain"]
    reason: str | None = None
    at: AwareDatetime


EVENT_TYPES: dict[str, type[Event]] = {
    cls.TYPE: cls
    for cls in (
        MessageReceived, MessageEdited, MessageWithdrawn, ReplyEchoed, ReferenceHeld, DeliveryQuarantined,
        MessageClassified, WaveJoined, RaisedByWave, ItemAcknowledged, ItemAssigned, NoteAdded, ItemResolved,
        ItemReopened, PriorityOverridden,
        CategoriesCorrected, LanguageCorrected, MarkedNotUrgent, CorrectionsExported, ReplyQueued,
        ReplySending, ReplySent, ReplyFailed, ReplyWithheld, ReplyUncertain, ReplySettled, AnsweredByHand,
        ReplyProposed, ReplyApproved, ReplyRejected, ProposalEscalated, ProposalExpired, ApprovalLinkMade,
        ApprovalLinkRevoked, TopicFrozen, FreezeLifted,
        GestureQueued, GestureSending, GestureEnded, AuthorMuted, AuthorUnmuted,
        SlaWarned, SlaBreached, ClaimLapsed, PromiseBroken, PolicyChanged, ModelSwitched, AuthorForgotten,
        SettingChanged, PersonExported, EvidenceTaken, RetentionChanged, WordingSaved, WordingRemoved,
        ReportMade, ReportMailed,
    )
} | {cls.TYPE: cls for cls in (*team_events.ALL, *author_events.ALL)}  # fmt: skip

Fields = dict[str, Any]
UPCASTERS: Mapping[tuple[str, int], Callable[[Fields], Fields]] = {}
"""(type, old version) → function to the next version's fields. Empty while every type is at its first version."""


class UnknownEventType(Exception):
    """The log holds an event that this version of the code does not know: a newer process wrote it."""


def encode(event: Event) -> tuple[bytes, bytes | None]:
    """The open JSON, and the JSON to be sealed (None when there is nothing personal to seal)."""
    # The instance's own values, not a copy of all that is below them: in a storm this is most of what an append costs.
    body = vars(event).copy()
    sealed: Fields = {}
    for name in _hidden(type(event)):
        if value := body.pop(name):
            sealed[name] = value
    return orjson.dumps(body, _plain), orjson.dumps(sealed, _plain) if sealed else None


@functools.cache
def _hidden(cls: type[Event]) -> tuple[str, ...]:
    return tuple(sorted(cls.SEALED))


def _plain(value: object) -> object:
    """What orjson asks about: parts of events, and the driver's UUIDs, which are a subclass."""
    return vars(value) if isinstance(value, Part) else str(value)


def decode(type_: str, v: int, body: bytes, sealed: bytes | None) -> Event:
    """The event as today's code knows it. `sealed` is None for what seals nothing and for what was forgotten."""
    cls = EVENT_TYPES.get(type_)
    if cls is None:
        raise UnknownEventType(type_)
    fields: Fields = orjson.loads(body)
    if sealed is not None:
        fields.update(orjson.loads(sealed))
    while v < cls.V:
        fields = UPCASTERS[type_, v](fields)
        v += 1
    return trusted.build(cls, fields)


def occurred_at(event: Event) -> datetime | None:
    """When it happened by our clock: every event carries `at`, or `received_at` where the network spoke."""
    at: datetime | None = getattr(event, "at", None) or getattr(event, "received_at", None)
    return at
