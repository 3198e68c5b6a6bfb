"""One item as the log has it now: its stream read and folded, so that a decision never rests on a view that lags."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from inbox import item as core
from inbox.errors import NotFound
from inbox.events import AuthorForgotten, Event, ItemEvent
from inbox.ids import BrandId, ItemId, SubjectId
from inbox.log.record import Recorded, item_stream
from inbox.log.store import Log
from inbox.people.erasure import forgetting_stream
from inbox.policy import Policy
from inbox.state import Item
from inbox.views.policies import Timeline


@dataclass(frozen=True, slots=True)
class History:
    """`recorded`: every event of the item, in order. `last`: the position its own stream ends at, which an append is
    checked against. `subject`: whose key seals the words of and to this author."""

    item: Item
    recorded: Sequence[Recorded]
    last: int
    subject: SubjectId | None
    policies: Timeline

    @property
    def policy(self) -> Policy:
        return self.policies.now

    def upto(self, position: int) -> Item:
        """The item as it was at a position."""
        return _fold(self.item.item_id, [r for r in self.recorded if r.position <= position], self.policies)

    def with_new(self, events: Sequence[Event], positions: Sequence[int]) -> Item:
        """The item after events that were just appended."""
        item = self.item
        for event, position in zip(events, positions, strict=True):
            if isinstance(event, ItemEvent):
                item = core.evolve(item, event, position, self.policies.at(position))
        return item


async def load(log: Log, brand: BrandId, item_id: ItemId) -> History:
    """Raises `NotFound` for an item of which no message is known."""
    own = await log.read_stream(brand, item_stream(item_id))
    # The driver's UUIDs are a subclass that JSON writers do not know.
    subject = next((SubjectId(uuid.UUID(int=r.subject.int)) for r in reversed(own) if r.subject is not None), None)
    forgotten = await log.read_stream(brand, forgetting_stream(subject)) if subject else []
    concerning = [r for r in forgotten if isinstance(r.event, AuthorForgotten) and item_id in r.event.item_ids]
    recorded = sorted((*own, *concerning), key=lambda r: r.position)
    policies = Timeline.of(await log.policies(brand))
    item = _fold(item_id, recorded, policies)
    if not item.messages:
        raise NotFound
    return History(item, recorded, own[-1].position, subject, policies)


def _fold(item_id: ItemId, recorded: Sequence[Recorded], policies: Timeline) -> Item:
    return core.fold(item_id, ((r.position, r.event, policies.at(r.position)) for r in recorded))
