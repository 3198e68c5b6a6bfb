"""Replies that a second pair of eyes sees first: when that is needed, who is asked, and what became of a proposal.

Pure. One proposal of an item waits at a time. Those who are asked have their time one after the other, then any lead
may decide; a proposal that nobody decides on expires, and one that another reply was faster than is overtaken. What
is done with a proposal is in `inbox.approving`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from inbox.events import (
    ApprovalLinkMade,
    ApprovalLinkRevoked,
    ProposalEscalated,
    ProposalExpired,
    ReplyApproved,
    ReplyProposed,
    ReplyPurpose,
    ReplyRejected,
    Role,
)
from inbox.policy import Policy
from inbox.replacing import replace
from inbox.state import ApprovalLink, Item, Proposal, ProposalState

LEADS: frozenset[Role] = frozenset({"lead", "owner"})


def needed(policy: Policy, item: Item, purpose: ReplyPurpose, role: Role | None) -> bool:
    """Whether what this role writes here is looked at before it leaves. Nobody's role counts as one that must ask."""
    rule = policy.approval
    if role is not None and role not in rule.roles:
        return False
    if purpose == "holding" and not rule.holding_too:
        return False
    return rule.always or item.channel_id in rule.channels or item.priority in rule.priorities


def find(item: Item, proposal_id: uuid.UUID) -> Proposal | None:
    return next((one for one in item.proposals if one.proposal_id == proposal_id), None)


def waiting(item: Item) -> Proposal | None:
    return next((one for one in item.proposals if one.state == "waiting"), None)


def asked_now(proposal: Proposal) -> int | None:
    """Whose turn it is; None: any lead's."""
    return proposal.asked[proposal.step] if proposal.step < len(proposal.asked) else None


def may_decide(proposal: Proposal, member: int, role: Role | None) -> bool:
    """Any lead, and whoever was asked by now; never the one who wrote it."""
    return member != proposal.by and (role in LEADS or member in proposal.asked[: proposal.step + 1])


def escalates_at(proposal: Proposal) -> datetime | None:
    if asked_now(proposal) is None:
        return None
    return proposal.since + timedelta(seconds=proposal.escalate_s)


def next_alarm_at(item: Item) -> datetime | None:
    """When there is something to say of the proposal that waits, None where none does."""
    proposal = waiting(item)
    if proposal is None:
        return None
    return min(at for at in (escalates_at(proposal), proposal.expires_at) if at is not None)


# --- what happened ------------------------------------------------------------------------------------------------


def propose(item: Item, event: ReplyProposed, _: Policy) -> Item:
    if find(item, event.proposal_id) is not None:
        return item
    made = Proposal(
        event.proposal_id, item.position, event.purpose, event.variants, event.by, event.at, event.asked,
        event.escalate_s, event.at, event.expires_at, event.private, event.promise_until,
        wording=event.wording, files=event.files, original=event.original,
    )  # fmt: skip
    return replace(item, proposals=(*_ended(item, event.at), made))


def approve(item: Item, event: ReplyApproved, _: Policy) -> Item:
    return _decided(item, event, "approved", reply_id=event.reply_id)


def reject(item: Item, event: ReplyRejected, _: Policy) -> Item:
    return _decided(item, event, "rejected", text=event.text)


def escalate(item: Item, event: ProposalEscalated, _: Policy) -> Item:
    return _change(item, event.proposal_id, lambda one: replace(one, step=max(one.step, event.step), since=event.at))


def expire(item: Item, event: ProposalExpired, _: Policy) -> Item:
    return _change(item, event.proposal_id, lambda one: replace(one, state="expired", decided_at=event.at))


def let_in(item: Item, event: ApprovalLinkMade, _: Policy) -> Item:
    link = ApprovalLink(event.link_id, event.expires_at, event.by, event.name, event.digest)

    def let(one: Proposal) -> Proposal:
        known = any(old.link_id == link.link_id for old in one.links)
        return one if known else replace(one, links=(*one.links, link))

    return _change(item, event.proposal_id, let)


def shut_out(item: Item, event: ApprovalLinkRevoked, _: Policy) -> Item:
    def shut(one: Proposal) -> Proposal:
        links = (replace(old, revoked=True) if old.link_id == event.link_id else old for old in one.links)
        return replace(one, links=tuple(links))

    return replace(item, proposals=tuple(map(shut, item.proposals)))


def overtaken(item: Item, at: datetime) -> Item:
    """Another reply leaves, or the item is closed: what waits is not needed any more."""
    return replace(item, proposals=_ended(item, at)) if waiting(item) else item


def blank(proposal: Proposal) -> Proposal:
    links = tuple(replace(link, name=None, digest=None) for link in proposal.links)
    return replace(proposal, variants=(), text=None, links=links, files=(), original=None)


def _ended(item: Item, at: datetime) -> tuple[Proposal, ...]:
    return tuple(
        replace(one, state="overtaken", decided_at=at) if one.state == "waiting" else one for one in item.proposals
    )


def _decided(
    item: Item, event: ReplyApproved | ReplyRejected, state: ProposalState, *, text: str | None = None,
    reply_id: uuid.UUID | None = None,
) -> Item:  # fmt: skip
    def decide(one: Proposal) -> Proposal:
        ended: ProposalState = "taken_back" if state == "rejected" and event.by == one.by else state
        return replace(
            one, state=ended, decided_by=event.by, decided_at=event.at, guest=event.guest, text=text, reply_id=reply_id
        )

    return _change(item, event.proposal_id, decide)


def _change(item: Item, proposal_id: uuid.UUID, change: Callable[[Proposal], Proposal]) -> Item:
    """Only while it waits: what was decided first stands."""
    return replace(
        item,
        proposals=tuple(
            change(one) if one.proposal_id == proposal_id and one.state == "waiting" else one for one in item.proposals
        ),
    )
