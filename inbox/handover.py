"""Hand-overs at the end of a shift: offered by one member, accepted or declined by another. Pure.

An offer names items; whoever accepts it gets those that its author still holds by then. It stands for a day.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inbox.errors import Refused
from inbox.events import Event
from inbox.state import Item
from inbox.team_events import HandedItem, HandoverAccepted, HandoverDeclined, HandoverOffered

STREAM = "handovers"
STANDS_FOR = timedelta(hours=24)
MOST_ITEMS = 200
MOST_TEXT = 1000
OVER = frozenset({"resolved", "withdrawn"})


@dataclass(frozen=True)
class Handover:
    offered: HandoverOffered
    ended: HandoverAccepted | HandoverDeclined | None = None

    @property
    def ident(self) -> uuid.UUID:
        return self.offered.handover_id

    def is_open(self, now: datetime) -> bool:
        return self.ended is None and now < self.offered.at + STANDS_FOR

    def is_for(self, member: int) -> bool:
        return self.offered.by != member and self.offered.to in {member, None}


def fold(happened: Iterable[Event]) -> list[Handover]:
    """All there ever were, in order. What ended one first, ended it."""
    known: dict[uuid.UUID, Handover] = {}
    for event in happened:
        if isinstance(event, HandoverOffered):
            known[event.handover_id] = Handover(event)
        elif isinstance(event, HandoverAccepted | HandoverDeclined):
            offer = known.get(event.handover_id)
            if offer is not None and offer.ended is None:
                known[event.handover_id] = replace(offer, ended=event)
    return list(known.values())


def offer(
    handovers: Iterable[Handover], handover_id: uuid.UUID, items: tuple[HandedItem, ...], *, by: int, to: int | None,
    since: datetime, text: str, now: datetime, acknowledged: int = 0, answered: int = 0,
) -> HandoverOffered:  # fmt: skip
    """Refused: `handover_bad`, `handover_open` (409)."""
    if to == by:
        raise Refused("handover_bad", "Hand over to a colleague, not to yourself.")
    if len(items) > MOST_ITEMS or len(text) > MOST_TEXT or since > now:
        raise Refused("handover_bad", f"At most {MOST_ITEMS} items and {MOST_TEXT} characters, since a time gone by.")
    if any(one.is_open(now) and one.offered.by == by for one in handovers):
        raise Refused("handover_open", "You have offered one already: take it back first.", status=409)
    return HandoverOffered(
        handover_id=handover_id, to=to, since=since, items=items, acknowledged=acknowledged, answered=answered,
        text=text.strip(), by=by, at=now,
    )  # fmt: skip


def accept(found: Handover | None, *, by: int, now: datetime) -> HandoverAccepted | None:
    """None where this member has accepted it already. Refused: `no_such_handover`, `handover_not_yours`,
    `handover_over`."""
    known = _standing(found, by, now, HandoverAccepted)
    if known is None:
        return None
    if not known.is_for(by):
        raise Refused("handover_not_yours", "This was offered to somebody else.", status=409)
    return HandoverAccepted(handover_id=known.ident, offered_by=known.offered.by, by=by, at=now)


def decline(found: Handover | None, *, by: int, text: str, now: datetime) -> HandoverDeclined | None:
    """By who offered it: taken back. None where this member has done so already. Refused: as `accept`, and
    `handover_bad`."""
    known = _standing(found, by, now, HandoverDeclined)
    if known is None:
        return None
    if not known.is_for(by) and known.offered.by != by:
        raise Refused("handover_not_yours", "This was offered to somebody else.", status=409)
    if len(text) > MOST_TEXT:
        raise Refused("handover_bad", f"At most {MOST_TEXT} characters.")
    return HandoverDeclined(
        handover_id=known.ident, offered_by=known.offered.by, text=text.strip(), by=by, at=now
    )  # fmt: skip


def _standing(
    found: Handover | None, by: int, now: datetime, already: type[HandoverAccepted | HandoverDeclined]
) -> Handover | None:
    if found is None:
        raise Refused("no_such_handover", "This brand has no such hand-over.", status=404)
    if isinstance(found.ended, already) and found.ended.by == by:
        return None
    if not found.is_open(now):
        raise Refused("handover_over", "Somebody has decided on it already, or its day is over.", status=409)
    return found


def passes_on(handed: Handover, item: Item) -> bool:
    """Whether the item changes hands, as it stands now."""
    return item.assignee == handed.offered.by and item.status not in OVER
