"""The shapes of items, their messages, turns and timelines, of events and of proposals."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from inbox.web.api.shapes.base import Shape


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
    suspected: bool
    position: int
    turn: int


class FileShape(Shape):
    """A file of ours that goes with a reply."""

    file_id: str
    name: str
    content_type: str
    bytes: int


class MessageShape(Shape):
    """`in`: the author's; `out`: ours; `note`: for colleagues. `original`: of ours, the words that it was translated
    from."""

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
    original: str | None
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


class TranslationShape(Shape):
    """`message`: the `external_id` of the message it is of; `source`: its language, null where nobody knows it;
    `service`: who translated."""

    message: str
    source: str | None
    into: str
    text: str
    service: Literal["libretranslate", "deepl"]


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
