"""What every event is made of: a frozen model with a type, a version, and the fields that are sealed. The types are in
`inbox.events` and `inbox.team_events`."""

from __future__ import annotations

import uuid
from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(BaseModel):
    """Base of all events. `item_id` is None for what does not belong to an item."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    TYPE: ClassVar[str]
    V: ClassVar[int] = 1
    SEALED: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)  # type: ignore[arg-type]
        cls.TYPE = cls.__name__


class ItemEvent(Event):
    item_id: uuid.UUID
