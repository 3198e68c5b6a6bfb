"""Histories that nobody would live through: any events of an item in any order, out of a store of valid ones."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from inbox import events as ev
from inbox.events import Event
from inbox.ids import ItemId
from tests.core.histories import ITEM_EVENTS, WILD_EVENTS, _strategy

LONGEST = 200
STORED = 4_000
AT_ONCE = 20
SPOKEN_SHARE = 0.2
"""How much of a history the network says: of the other kinds nothing shows before somebody has spoken."""
SPOKEN = tuple(kind for kind in ITEM_EVENTS if kind in {ev.MessageReceived, ev.MessageEdited, ev.MessageClassified})


class Wild:
    """A store of events to draw histories from; the same for the same seed."""

    def __init__(self, number: int) -> None:
        self._chance = random.Random(number)
        self._any = _drawn(WILD_EVENTS, number, STORED)
        self._spoken = _drawn(st.one_of(*map(_strategy, SPOKEN)), number, STORED // 4)
        self._ticks = 0

    def history(self, item: ItemId) -> list[Event]:
        return [self._about(item) for _ in range(self._chance.randint(1, LONGEST))]

    def _about(self, item: ItemId) -> Event:
        from_ = self._spoken if self._chance.random() < SPOKEN_SHARE else self._any
        return self._placed(self._chance.choice(from_), item)

    def _placed(self, event: Event, item: ItemId) -> Event:
        """Edits at a time of their own: of two at one instant their words decide which is new. And a network's id is
        one message's, so of one item."""
        changes: dict[str, object] = {"item_id": item}
        if named := getattr(event, "external_id", None):
            changes["external_id"] = f"{named}-{item.hex[:8]}"
        if isinstance(event, ev.MessageEdited):
            self._ticks += 1
            at = min(event.sent_at, event.received_at) + timedelta(microseconds=self._ticks)
            changes |= {"sent_at": at, "received_at": at}
        return event.model_copy(update=changes)


def shuffled(histories: dict[uuid.UUID, list[Event]], chance: random.Random) -> Iterator[Event]:
    """All of them as one log would have them: each in its order, otherwise anyhow."""
    turns = [item for item, events in histories.items() for _ in events]
    chance.shuffle(turns)
    rest = {item: iter(events) for item, events in histories.items()}
    for item in turns:
        yield next(rest[item])


def _drawn(what: st.SearchStrategy[Event], number: int, many: int) -> list[Event]:
    found: list[Event] = []

    @seed(number)
    @settings(max_examples=many // AT_ONCE, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.lists(what, min_size=AT_ONCE, max_size=AT_ONCE))
    def collect(events: list[Event]) -> None:
        found.extend(events)

    collect()
    return found
