"""The shapes of waves."""

from __future__ import annotations

from pydantic import AwareDatetime, Field

from inbox.web.api.shapes.base import Shape
from inbox.web.api.shapes.items import ItemShape


class WaveShape(Shape):
    """`level`: the highest of its members' own readings. `counts`: messages of ten minutes each over six hours, the
    last of them up to now. `example`: the first words of it that can still be read; null without the right
    `personal`."""

    id: str
    first_at: AwareDatetime
    last_at: AwareDatetime
    messages: int
    authors: int
    items: int
    level: int = Field(ge=0, le=3)
    urgency: float
    channels: list[str]
    langs: list[str]
    last_hour: int
    doubling: bool
    counts: list[int]
    example: str | None


class WavesShape(Shape):
    waves: list[WaveShape]


class WaveDetailShape(WaveShape):
    """`members`: its items, who spoke last first; `next`: the cursor of the page after."""

    members: list[ItemShape]
    next: str | None
