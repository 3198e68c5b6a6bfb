"""How an event of the log looks to those outside: the API's pages of the log and webhooks out tell the same."""

from __future__ import annotations

from typing import Any

from inbox.events import occurred_at
from inbox.log.record import Recorded
from inbox.views.row import timestamp


def published(recorded: Recorded, personal: bool) -> dict[str, Any]:
    """`position`, `type`, `at`, `item_id`, `data`. What identifies a person is null without `personal`, and once they
    were forgotten."""
    event = recorded.event
    data = event.model_dump(mode="json", exclude={"item_id"})
    if not personal:
        data.update(dict.fromkeys(event.SEALED))
    item_id = getattr(event, "item_id", None)
    return {
        "position": recorded.position,
        "type": event.TYPE,
        "at": timestamp(occurred_at(event) or recorded.recorded_at),
        "item_id": str(item_id) if item_id else None,
        "data": data,
    }
