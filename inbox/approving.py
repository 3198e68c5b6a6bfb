"""What may be done with a proposed reply: propose, approve, reject, let somebody without a seat decide, and what the
clock has to say of it. Rules of `inbox.decisions`, which calls these; refusals as there."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from inbox import approval, commands, events, ids
from inbox.errors import Refused
from inbox.events import Event
from inbox.policy import Policy
from inbox.standing import Standing
from inbox.state import ApprovalLink, Item, Proposal

MOST_VARIANTS = 5
MOST_NAME = 100
LONGEST_LINK = timedelta(days=7)
Queue = Callable[[commands.Reply], Event]
"""Makes the `ReplyQueued` of a reply, or refuses it as the network and the item do."""


def propose(
    item: Item, command: commands.ProposeReply, now: datetime, policy: Policy, command_id: str, queue: Queue
) -> list[Event]:
    proposal_id = ids.dedupe_key("proposal", str(item.item_id), command_id)
    if approval.find(item, proposal_id) is not None:
        return []
    if not 1 <= len(command.variants) <= MOST_VARIANTS:
        raise Refused("variants_bad", f"One to {MOST_VARIANTS} variants can be proposed.")
    if approval.waiting(item) is not None:
        raise Refused("already_proposed", "A proposal for this waits already.", status=409)
    for text in command.variants:  # refused now rather than once somebody has approved it
        queue(_reply_of(command, text))
    rule = policy.approval
    asked = tuple(member for member in rule.approvers if member != command.by)
    proposed = events.ReplyProposed(
        item_id=item.item_id, proposal_id=proposal_id, purpose=command.purpose, private=command.private,
        promise_until=command.promise_until, asked=asked, escalate_s=rule.escalate_s,
        expires_at=now + timedelta(seconds=rule.expires_s), by=command.by, at=now, wording=command.wording,
        variants=command.variants, files=command.files, original=command.original,
    )  # fmt: skip
    return [proposed]


def approve(
    item: Item, command: commands.ApproveReply, now: datetime, standing: Standing, command_id: str, queue: Queue
) -> list[Event]:
    reply_id = ids.reply_id(item.item_id, command_id)
    proposal = _known(item, command.proposal_id)
    if proposal.state == "approved" and proposal.reply_id == reply_id:
        return []
    _refuse_others(proposal, command, now, standing)
    if not 0 <= command.variant < len(proposal.variants):
        raise Refused("no_such_variant", "There is no such variant in this proposal.")
    promise = proposal.promise_until
    reply = commands.Reply(
        proposal.by, command.text, proposal.purpose, promise, proposal.private, proposal.wording, proposal.files,
        proposal.original if command.variant == 0 else None,
    )  # fmt: skip
    approved = events.ReplyApproved(
        item_id=item.item_id, proposal_id=proposal.proposal_id, reply_id=reply_id, variant=command.variant,
        edited=command.text != proposal.variants[command.variant], by=command.by, guest=command.guest, at=now,
    )  # fmt: skip
    return [approved, queue(reply)]


def reject(item: Item, command: commands.RejectReply, now: datetime, standing: Standing) -> list[Event]:
    proposal = _known(item, command.proposal_id)
    text = (command.text or "").strip()
    if command.by is None or command.by != proposal.by:
        _refuse_others(proposal, command, now, standing)
        if not text:
            raise Refused("reason_needed", "Say why, so that they can do better.")
    else:
        _refuse_decided(proposal)
    if len(text) > 2_000:
        raise Refused("text_too_long", "This is longer than 2,000 characters.")
    rejected = events.ReplyRejected(
        item_id=item.item_id, proposal_id=proposal.proposal_id, by=command.by, guest=command.guest, at=now,
        text=text or None,
    )  # fmt: skip
    return [rejected]


def let_in(
    item: Item, command: commands.MakeApprovalLink, now: datetime, standing: Standing, command_id: str
) -> list[Event]:
    link_id = ids.dedupe_key("approval-link", str(item.item_id), command_id)
    proposal = _known(item, command.proposal_id)
    if any(link.link_id == link_id for link in proposal.links):
        return []
    _refuse_decided(proposal)
    if standing.role not in approval.LEADS:
        raise Refused("forbidden", "A lead lets somebody without a seat decide.", status=403)
    name = command.name.strip()
    if not 1 <= len(name) <= MOST_NAME or not now < command.expires_at <= now + LONGEST_LINK:
        raise Refused("link_bad", "Say who the link is for, and for how long: at most a week.")
    made = events.ApprovalLinkMade(
        item_id=item.item_id, link_id=link_id, proposal_id=proposal.proposal_id, expires_at=command.expires_at,
        by=command.by, at=now, name=name, digest=command.digest,
    )  # fmt: skip
    return [made]


def shut_out(item: Item, command: commands.RevokeApprovalLink, now: datetime, standing: Standing) -> list[Event]:
    link = next((link for one in item.proposals for link in one.links if link.link_id == command.link_id), None)
    if link is None:
        raise Refused("no_such_link", "This item has no such link.", status=404)
    if link.revoked:
        return []
    if standing.role not in approval.LEADS:
        raise Refused("forbidden", "A lead takes such a link back.", status=403)
    return [events.ApprovalLinkRevoked(item_id=item.item_id, link_id=link.link_id, by=command.by, at=now)]


def overdue(item: Item, now: datetime) -> list[Event]:
    """What is true by now of the proposal that waits, and not said yet."""
    proposal = approval.waiting(item)
    if proposal is None:
        return []
    if proposal.expires_at <= now:
        return [events.ProposalExpired(item_id=item.item_id, proposal_id=proposal.proposal_id, at=now)]
    due = approval.escalates_at(proposal)
    if due is None or now < due:
        return []
    step = proposal.step + 1
    to = proposal.asked[step] if step < len(proposal.asked) else None
    return [events.ProposalEscalated(item_id=item.item_id, proposal_id=proposal.proposal_id, step=step, to=to, at=now)]


def link_of(proposal: Proposal, link_id: uuid.UUID | None, now: datetime) -> ApprovalLink | None:
    """The link, while it lets somebody in."""
    alive = (link for link in proposal.links if not link.revoked and now < link.expires_at)
    return next((link for link in alive if link.link_id == link_id), None)


def _reply_of(command: commands.ProposeReply, text: str) -> commands.Reply:
    return commands.Reply(
        command.by, text, command.purpose, command.promise_until, command.private, command.wording, command.files,
        command.original,
    )  # fmt: skip


def _known(item: Item, proposal_id: uuid.UUID) -> Proposal:
    proposal = approval.find(item, proposal_id)
    if proposal is None:
        raise Refused("no_such_proposal", "This item has no such proposal.", status=404)
    return proposal


def _refuse_decided(proposal: Proposal) -> None:
    if proposal.state != "waiting":
        raise Refused("proposal_decided", "This proposal does not wait any more.", status=409)


def _refuse_others(
    proposal: Proposal, command: commands.ApproveReply | commands.RejectReply, now: datetime, standing: Standing
) -> None:
    _refuse_decided(proposal)
    if proposal.expires_at <= now:
        raise Refused("proposal_decided", "This proposal does not wait any more.", status=409)
    if command.by is None:
        if link_of(proposal, command.guest, now) is None:
            raise Refused("link_dead", "This link was used already, or its time is over.", status=410)
    elif command.by == proposal.by:
        raise Refused("own_proposal", "Somebody else must look at what you wrote.", status=409)
    elif not approval.may_decide(proposal, command.by, standing.role):
        raise Refused("not_asked", "A lead decides on this, or whoever is asked.", status=403)
