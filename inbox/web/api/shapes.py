"""The shapes of the API's answers, for the OpenAPI document. Tests hold them against real answers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReasonShape(Shape):
    category: str
    score: float
    evidence: list[str]


class AuthorShape(Shape):
    id: str
    handle: str | None
    name: str | None
    followers: int | None


class ItemShape(Shape):
    """Without the right `personal`, author, text, permalink and evidence are empty. Clocks are those of the latest
    turn. `corrected`: what people corrected of the classifier's reading (categories, urgency, language); the fields
    then hold their word. `provisional`: read at first sight only. `wave`: of near-identical messages, that it is in."""

    id: str
    status: Literal["open", "acknowledged", "answered", "resolved", "withdrawn"]
    priority: int = Field(ge=1, le=4)
    base_priority: int
    urgency: float | None
    level: int | None
    provisional: bool
    sentiment: str | None
    lang: str | None
    scored: bool
    reasons: list[ReasonShape]
    corrected: list[str]
    wave: str | None
    channel_id: str
    network: str
    kind: str
    author: AuthorShape | None
    text: str | None
    permalink: str | None
    assignee: int | None
    received_at: AwareDatetime
    sent_at: AwareDatetime
    ack_due_at: AwareDatetime | None
    response_due_at: AwareDatetime | None
    acknowledged_at: AwareDatetime | None
    responded_at: AwareDatetime | None
    ack_breached: bool
    response_breached: bool
    reply_possible_until: AwareDatetime | None
    muted: bool
    position: int
    turn: int


class FileShape(Shape):
    """A file of ours that goes with a reply."""

    file_id: str
    name: str
    content_type: str
    bytes: int


class MessageShape(Shape):
    """`in`: the author's; `out`: ours; `note`: for colleagues."""

    direction: Literal["in", "out", "note"]
    at: AwareDatetime
    external_id: str | None
    text: str | None
    state: str
    by: int | None
    sent_at: AwareDatetime | None
    received_at: AwareDatetime | None
    permalink: str | None
    attachments: list[dict[str, Any]]
    sentiment: str | None
    urgency: float | None
    lang: str | None
    reasons: list[ReasonShape]
    corrected: list[str]
    provisional: bool
    reply_id: str | None
    purpose: str | None
    reason: str | None
    promise_until: AwareDatetime | None
    echoed: bool
    by_hand: bool
    private: bool
    hidden: bool
    liked: bool
    files: list[FileShape]
    sender_proven: bool | None


class TurnShape(Shape):
    turn: int
    priority: int
    started_at: AwareDatetime
    ack_due_at: AwareDatetime
    response_due_at: AwareDatetime
    acknowledged_at: AwareDatetime | None
    acknowledged_by: int | None
    responded_at: AwareDatetime | None
    responded_by: int | None
    ended_at: AwareDatetime | None
    end: str | None
    ack: Literal["met", "missed", "void", "running"]
    response: Literal["met", "missed", "void", "running"]
    promise_until: AwareDatetime | None
    promise_kept_at: AwareDatetime | None
    promise_broken: bool


class TimelineShape(Shape):
    """`actor`: a member's id, or "author", "network" or "vigie"."""

    position: int
    at: AwareDatetime
    type: str
    actor: int | Literal["author", "network", "vigie"]
    code: str
    params: dict[str, Any]


class WhyShape(Shape):
    code: str
    params: dict[str, Any]


class ItemDetailShape(ItemShape):
    messages: list[MessageShape]
    turns: list[TurnShape]
    timeline: list[TimelineShape]
    whys: list[WhyShape]


class WeightShape(Shape):
    """`start`, `end`: character offsets in the message's text. `weight`: how much the probability of `category` falls
    when the fragment is left out."""

    fragment: str
    start: int
    end: int
    category: str
    weight: float


class WeightsShape(Shape):
    """The heaviest first. `message`: the `external_id` of the message they are of."""

    message: str
    weights: list[WeightShape]


class ItemsShape(Shape):
    """`next`: the cursor of the page after; `position`: of the log, at which the page is true (go on live from
    there)."""

    items: list[ItemShape]
    next: str | None
    position: int


class EventShape(Shape):
    """`data`: the event's fields; personal ones are null without the right `personal`, and once the author was
    forgotten."""

    position: int
    id: str
    type: str
    at: AwareDatetime
    item_id: str | None
    actor: int | None
    actor_name: str | None
    data: dict[str, Any]


class EventsShape(Shape):
    """`position`: read on with `after` = this, and its `era`; `head`: the newest position of the log."""

    events: list[EventShape]
    position: int
    era: str
    head: int


class MemberShape(Shape):
    id: int
    name: str
    role: Literal["owner", "lead", "cm", "observer"]


class MembersShape(Shape):
    members: list[MemberShape]


class ChannelHealthShape(Shape):
    last_delivery_at: AwareDatetime | None
    deliveries: int
    messages: int
    failures: int
    last_failure_at: AwareDatetime | None
    last_failure: str | None
    quarantined: int
    swept_at: AwareDatetime | None
    found_by_sweep: int
    gaps: int
    last_gap_at: AwareDatetime | None
    sweep_failure: str | None


class ChannelShape(Shape):
    id: str
    network: str
    name: str
    enabled: bool
    health: ChannelHealthShape | None


class ChannelsShape(Shape):
    channels: list[ChannelShape]


class ClockFiguresShape(Shape):
    """Seconds are wall time over the clocks that were stopped; the share is over all that came due."""

    met: int
    missed: int
    running: int
    void: int
    p50_s: float | None
    p90_s: float | None
    share_met: float | None


class GroupShape(Shape):
    turns: int
    ack: ClockFiguresShape
    response: ClockFiguresShape


class SliceShape(Shape):
    starts_at: AwareDatetime
    messages: int
    negative: int
    neutral: int
    positive: int
    unscored: int
    turns: int
    ack_p50_s: float | None
    ack_p90_s: float | None
    response_p50_s: float | None
    response_p90_s: float | None


class PromisesShape(Shape):
    kept: int
    broken: int
    running: int


class FiguresShape(GroupShape):
    """Of the turns that started in [from, to). An open turn past its due is missed; what was withdrawn is void."""

    from_: AwareDatetime = Field(alias="from")
    to: AwareDatetime
    now: AwareDatetime
    zone: str
    bucket: Literal["hour", "day"]
    by_channel: dict[str, GroupShape]
    by_priority: dict[str, GroupShape]
    by_hour: dict[str, GroupShape]
    by_language: dict[str, GroupShape]
    by_member: dict[str, GroupShape]
    open_now: int
    unacknowledged_now: int
    overdue_now: int
    overdue: list[str]
    slices: list[SliceShape]
    promises: PromisesShape


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


class ProposalShape(Shape):
    """`by`: the member who wrote it; `asked`: whose turn it is to decide, null for any lead's."""

    id: str
    item_id: str
    by: int
    asked: int | None
    at: AwareDatetime
    expires_at: AwareDatetime


class ProposalsShape(Shape):
    proposals: list[ProposalShape]


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


class SubscriptionShape(Shape):
    """`types`: none for all. `waiting`: events still to be sent, at the most. `given_up`: tried for days in vain.
    `two_secrets`: both sign until the old one is retired. `secret`: only in the answer to what made it."""

    id: str
    address: str
    description: str
    types: list[str]
    personal: bool
    created_by: int
    created_at: AwareDatetime
    position: int
    waiting: int
    given_up: int
    failures: int
    failing_since: AwareDatetime | None
    paused_at: AwareDatetime | None
    pause_reason: Literal["by_hand", "gone", "failing"] | None
    two_secrets: bool
    secret: str | None


class SubscriptionsShape(Shape):
    subscriptions: list[SubscriptionShape]


class AttemptShape(Shape):
    """`error` null: it was taken. `duration_ms` null: under way, or lost with its process. `status` null: there was no
    answer."""

    position: int
    type: str
    number: int
    at: AwareDatetime
    duration_ms: int | None
    status: int | None
    error: str | None


class GivenUpShape(Shape):
    position: int
    type: str
    attempts: int


class AttemptsShape(Shape):
    attempts: list[AttemptShape]
    given_up: list[GivenUpShape]


class ErrorShape(Shape):
    """`pointer`: a JSON pointer into the body, or the name of a parameter or header."""

    pointer: str
    detail: str


class ProblemShape(BaseModel):
    """RFC 9457. `type` is `urn:vigie:problem:CODE`; a 409 `conflict` has `position` and `events`, what came in
    between."""

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    errors: list[ErrorShape]


class StateShape(Shape):
    """`spool`: in words, where deliveries wait on this host's disk."""

    status: str
    spool: str | None = None


class VariantShape(Shape):
    text: str
    lang: str | None
    network: str | None


class WordingShape(Shape):
    """`approved_at`: of the words as they stand, null where nobody approved them. `used`: replies written with it."""

    id: str
    title: str
    categories: list[str]
    variants: list[VariantShape]
    owner: int | None
    expires_on: str | None
    version: int
    used: int
    approved_by: int | None
    approved_at: AwareDatetime | None
    changed_by: int
    changed_at: AwareDatetime


class WordingsShape(Shape):
    wordings: list[WordingShape]
