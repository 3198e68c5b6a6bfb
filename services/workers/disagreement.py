"""Counting where people set a priority otherwise than the rules, which follow the classifier, had it."""

from __future__ import annotations

import uuid

from inbox import item as core
from inbox import priority
from inbox.events import PriorityOverridden
from inbox.ids import BrandId, ItemId
from inbox.log.record import Recorded
from inbox.log.store import Log
from inbox.views.policies import Timeline
from services import metrics


async def count(log: Log, brand: BrandId, recorded: Recorded) -> None:
    """One override, judged on what was known when it was made."""
    event = recorded.event
    if not isinstance(event, PriorityOverridden) or event.priority is None:
        return
    timeline = Timeline.of(await log.policies(brand))
    past = [r for r in await log.read_stream(brand, recorded.stream) if r.position <= recorded.position]
    item_id = ItemId(uuid.UUID(recorded.stream))
    item = core.fold(item_id, ((r.position, r.event, timeline.at(r.position)) for r in past))
    rules = priority.by_rules(item, timeline.at(recorded.position))
    if rules != event.priority:
        metrics.DISAGREEMENTS.labels(str(rules), str(event.priority)).inc()
