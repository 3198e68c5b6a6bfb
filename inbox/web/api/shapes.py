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
    turn."""

    id: str
    status: Literal["open", "acknowledged", "answered", "resolved", "withdrawn"]
    priority: int = Field(ge=1, le=4)
    base_priority: int
    urgency: float | None
    sentiment: str | None
    lang: str | None
    scored: bool
    reasons: list[ReasonShape]
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
    position: int
    turn: int


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
    reply_id: str | None
    purpose: str | None
    reason: str | None
    promise_until: AwareDatetime | None
    echoed: bool
    by_hand: bool


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
    """`position`: read on with `after` = this; `head`: the newest position of the log."""

    events: list[EventShape]
    position: int
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
    by_member: dict[str, GroupShape]
    open_now: int
    unacknowledged_now: int
    overdue_now: int
    overdue: list[str]
    slices: list[SliceShape]
    promises: PromisesShape


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
    status: str
