"""The shapes of what reads the words: models, trials, and how people agree with them."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from inbox.web.api.shapes.base import Shape


class ModelShape(Shape):
    """`name`: in the settings, "" for the default one. `model`: what it calls itself. `wrong`: why it is of no use."""

    name: str
    model: str
    sha256: str
    tones: list[str]
    categories: list[str]
    temperature: float | None
    size_bytes: int
    card: str | None
    wrong: str | None


class InForceShape(Shape):
    """`at`, `by`: who chose it when, null where nobody did. `available`: else the default model reads instead."""

    model: str
    sha256: str
    at: AwareDatetime | None
    by: int | None
    available: bool


class MovesShape(Shape):
    up: int
    down: int
    same: int


class StandingShape(Shape):
    """`level` 0 to 3, null where nobody judged."""

    level: int | None
    priority: int


class ExampleShape(Shape):
    """`text` is null without the right `personal`, in lists, and where it was forgotten."""

    item_id: str
    external_id: str
    before: StandingShape
    after: StandingShape
    text: str | None


class TrialShape(Shape):
    """Up is more urgent. `levels` and `priorities` count from which to which (`0>2`); `fresh`: messages that nobody
    had judged before, in neither; `unread`: those that the model cannot read; `appended`: judgements in the log since
    it was put in force. `asked_by` is null for the operator."""

    id: str
    model: str
    model_id: str
    sha256: str
    since: AwareDatetime
    asked_at: AwareDatetime
    asked_by: int | None
    state: Literal["asked", "trying", "tried", "applying", "applied", "failed", "stopped"]
    progress: float
    reason: str | None
    judged: int
    unread: int
    fresh: int
    appended: int
    by_level: MovesShape
    by_priority: MovesShape
    levels: dict[str, int]
    priorities: dict[str, int]
    examples: list[ExampleShape]


class ClassifierShape(Shape):
    in_force: InForceShape
    models: list[ModelShape]
    trials: list[TrialShape]


class CountsShape(Shape):
    """`called_urgent`: items that people put at P1 or P2, or gave an urgent category; `found`: those that the
    classifier had there by then. `false_alarms`: items it had there and that people lowered or marked as not urgent.
    `alarms`: items it read at level 2 or 3. `same` of `categories`: items whose categories people confirmed."""

    messages: int
    judged: int
    not_assessed: int
    alarms: int
    called_urgent: int
    found: int
    false_alarms: int
    categories: int
    same: int
    languages: int
    urgency: float | None
    recall: float | None
    unassessed_share: float | None


class AgreementSliceShape(CountsShape):
    starts_at: AwareDatetime


class CategoryShape(Shape):
    category: str
    both: int
    only_people: int
    only_classifier: int


class MistakenShape(Shape):
    had: str
    said: str
    items: int


class MixShape(Shape):
    """`index`: the population stability index of the two mixes; `verdict`: steady under 0.1, shifted from 0.25 on,
    few where there are too few messages to tell."""

    now: dict[str, int]
    before: dict[str, int]
    index: float | None
    verdict: Literal["few", "steady", "moved", "shifted"]


class DriftShape(Shape):
    language: MixShape
    level: MixShape
    urgency_before: float | None


class AgreementShape(CountsShape):
    """Of [from, to). `drift` compares the period with the one as long before it."""

    from_: AwareDatetime = Field(alias="from")
    to: AwareDatetime
    now: AwareDatetime
    zone: str
    bucket: Literal["day", "week"]
    false_alarms_a_day: float
    category_agreement: float | None
    by_category: list[CategoryShape]
    mistaken_languages: list[MistakenShape]
    drift: DriftShape
    slices: list[AgreementSliceShape]
