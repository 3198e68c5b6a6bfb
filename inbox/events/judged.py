"""Events of what the models found in people's words."""

from __future__ import annotations

import uuid
from typing import Literal

from pydantic import AwareDatetime, Field

from inbox.event import Event, ItemEvent
from inbox.events.parts import ReasonGiven

Sentiment = Literal["negative", "neutral", "positive"]
Alike = Literal["words", "meaning"]


class MessageClassified(ItemEvent):
    """The classifier's judgement of one message. `spread`: authors heard in the same thread in the hour before.

    `probabilities`: of the categories that are not next to impossible, and of the three tones as `tone:negative` and
    so on; empty from a model that has none. `temperature`: what the tone's logits were divided by. `provisional`: a
    first look, which stands until a full reading comes; `words_at` says of which words it is: the time of their edit,
    None for the original ones.
    """

    SEALED = frozenset({"reasons"})
    external_id: str
    model: str
    assessed: bool
    sentiment: Sentiment
    urgency: float = Field(ge=0, le=1)
    level: int = Field(ge=0, le=3)
    lang: str | None = None
    categories: tuple[str, ...] = ()
    reasons: tuple[ReasonGiven, ...] = ()
    spread: int = 1
    at: AwareDatetime
    model_sha256: str = ""
    probabilities: dict[str, float] = {}
    temperature: float | None = None
    provisional: bool = False
    words_at: AwareDatetime | None = None


class WaveJoined(ItemEvent):
    """A message is near-identical with those of other authors. `wave_id` is made from the first member. `alike`: in its
    words or only in its meaning, compared with the nearest member; `similarity`: how much, 1 for the first."""

    external_id: str
    wave_id: uuid.UUID
    alike: Alike
    similarity: float = Field(ge=0, le=1)
    at: AwareDatetime


class RaisedByWave(ItemEvent):
    """A member of the item's wave is more urgent than the item itself: it ranks as that one does. Never lowered."""

    wave_id: uuid.UUID
    level: int = Field(ge=0, le=3)
    urgency: float = Field(ge=0, le=1)
    at: AwareDatetime


ALL: tuple[type[Event], ...] = (MessageClassified, WaveJoined, RaisedByWave)
