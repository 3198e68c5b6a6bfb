"""What the item pane shows of approval and freezes: the proposal that waits, what came in between, who must look at
what is being written, and why nobody replies for now. Worked out from the history; no HTML, no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inbox import approval, conflicts, freezes
from inbox.commands import ApproveReply
from inbox.events import ReplyPurpose, Role
from inbox.freezes import Freeze
from inbox.history import History
from inbox.policy import Policy
from inbox.state import ApprovalLink, Item, Proposal
from inbox.web import words
from inbox.web.i18n import Speech
from inbox.web.pages.pane_banners import Banner
from inbox.web.pages.pane_timeline import FactLine, timeline


@dataclass(frozen=True)
class Card:
    """`since`: what came in between; `asked`: who is to decide, in words; `links`: those that still let somebody in."""

    proposal: Proposal
    by: str
    asked: str
    kind: str
    may_decide: bool
    mine: bool
    since: Sequence[FactLine]
    links: Sequence[ApprovalLink]


def context(
    past: History, held: Sequence[Freeze], me: int, role: Role | None, names: Mapping[int, str], now: datetime,
    say: Speech,
) -> dict[str, Any]:  # fmt: skip
    """`held`: the freezes over this item."""
    proposal = approval.waiting(past.item)
    ask = {purpose: approval.needed(past.policy, past.item, purpose, role) for purpose in _PURPOSES}
    return {
        "card": None if proposal is None else card(past, proposal, me, role, names, now, say),
        "freezes": [frozen_banner(freeze, names, now, say) for freeze in held],
        "frozen": {purpose: _is_frozen(held, purpose) for purpose in _PURPOSES},
        "ask": ask,
        "ask_words": asked_of(past.policy, me, names, say),
        "ended": ended(past.item, names, say),
    }


_PURPOSES: tuple[ReplyPurpose, ...] = ("holding", "response")


def card(
    past: History, proposal: Proposal, me: int, role: Role | None, names: Mapping[int, str], now: datetime, say: Speech
) -> Card:
    look = ApproveReply(me, proposal.proposal_id, 0, "")
    behind = [r for r in past.recorded if r.position > proposal.position]
    found = conflicts.conflicts(look, [r.event for r in behind], item=past.item)
    since = [r for r in behind if any(r.event is event for event in found)]
    who = approval.asked_now(proposal)
    return Card(
        proposal, words.member(proposal.by, names, say), say("any lead") if who is None else words.member(who, names,
        say), _kind(proposal, say), approval.may_decide(proposal, me, role), proposal.by == me,
        timeline(since, names, say),
        [link for link in proposal.links if not link.revoked and now < link.expires_at],
    )  # fmt: skip


def _kind(proposal: Proposal, say: Speech) -> str:
    if proposal.private:
        return say("private answer")
    return say("acknowledgement") if proposal.purpose == "holding" else say("reply")


def asked_of(policy: Policy, me: int, names: Mapping[int, str], say: Speech) -> str:
    """Before one presses: whom this goes to."""
    asked = [words.member(member, names, say) for member in policy.approval.approvers if member != me]
    if not asked:
        return say("It leaves once any lead has approved it.")
    if len(asked) == 1:
        return say("It will be proposed to %(who)s, after them to any lead.", who=asked[0])
    return say("It will be proposed to %(who)s, one after the other, then to any lead.", who=", ".join(asked))


def _is_frozen(held: Sequence[Freeze], purpose: ReplyPurpose) -> bool:
    return any(purpose == "response" or not freeze.said.holding_allowed for freeze in held)


def frozen_banner(freeze: Freeze, names: Mapping[int, str], now: datetime, say: Speech) -> Banner:
    said = freeze.said
    who, at = words.member(said.by, names, say), say.moment(said.at, now)
    if said.until is None:
        told = say("Until it is lifted. %(who)s, %(at)s", who=who, at=at)
    else:
        told = say("Until %(until)s. %(who)s, %(at)s", until=say.moment(said.until, now), who=who, at=at)
    rest = say("Acknowledging is allowed.") if said.holding_allowed else say("Not even an acknowledgement leaves.")
    title = say("Nobody replies on this topic for now: %(reason)s", reason=said.reason)
    return Banner("lock", title, f"{told}. {rest}", "soon")


def over(held: Sequence[Freeze], item: Item, now: datetime) -> list[Freeze]:
    return freezes.over(held, item, now)


def ended(item: Item, names: Mapping[int, str], say: Speech) -> Banner | None:
    """The last proposal, where it ended without leaving and nothing was written since."""
    last = item.proposals[-1] if item.proposals else None
    if last is None or last.decided_at is None or any(reply.at > last.decided_at for reply in item.replies):
        return None
    if last.state == "rejected":
        who = say("A guest of the brand") if last.guest else words.member(last.decided_by, names, say)
        return Banner("x", say("%(who)s refused the proposed reply.", who=who), last.text or "", "soon")
    if last.state == "expired":
        return Banner("clock", say("Nobody decided on the proposed reply in time."), say("Nothing was sent."), "soon")
    return None
