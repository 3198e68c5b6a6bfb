"""Events of replies that somebody else looks at first."""

from __future__ import annotations

import uuid

from pydantic import AwareDatetime

from inbox.event import Event, ItemEvent
from inbox.events.parts import ReplyFile
from inbox.events.replies import ReplyPurpose


class ReplyProposed(ItemEvent):
    """A reply that may leave once it is approved, in one or several variants. `asked`: members, one after the other,
    each for `escalate_s` seconds; after them, or where nobody is named, any lead. `files`: what goes with whichever
    leaves. `original`: the words that the first variant was translated from, where it was."""

    SEALED = frozenset({"variants", "files", "original"})
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
    files: tuple[ReplyFile, ...] = ()
    original: str | None = None


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


ALL: tuple[type[Event], ...] = (
    ReplyProposed, ReplyApproved, ReplyRejected, ProposalEscalated, ProposalExpired, ApprovalLinkMade,
    ApprovalLinkRevoked,
)  # fmt: skip
