"""What stands between a decided reply and the network, beyond the item itself: freezes, and a second pair of eyes.

Asked at the end of every decision, of the events it gave: whatever would leave the house meets it, whichever command
asked for it, by hand or in bulk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inbox import approval, freezes
from inbox.errors import Refused
from inbox.events import Event, ReplyApproved, ReplyProposed, ReplyQueued, Role
from inbox.freezes import Freeze
from inbox.policy import Policy
from inbox.state import Item


@dataclass(frozen=True, slots=True)
class Standing:
    """`role`: of the member who asks, in the brand; None for nobody's, who needs approval like the least of all.
    `freezes`: of the brand, in force or not."""

    role: Role | None = None
    freezes: Sequence[Freeze] = ()


NOTHING = Standing()


def check(item: Item, decided: Sequence[Event], now: datetime, policy: Policy, standing: Standing) -> None:
    """Refused: `frozen`, `approval_needed` (409)."""
    approved = any(isinstance(event, ReplyApproved) for event in decided)
    for event in decided:
        if isinstance(event, ReplyQueued | ReplyProposed):
            freezes.refuse(standing.freezes, item, event.purpose, now)
        if isinstance(event, ReplyQueued) and not approved:
            _refuse_unseen(item, event, policy, standing)


def _refuse_unseen(item: Item, event: ReplyQueued, policy: Policy, standing: Standing) -> None:
    if approval.needed(policy, item, event.purpose, standing.role):
        raise Refused("approval_needed", "Somebody must look at this reply before it leaves: propose it.", status=409)
