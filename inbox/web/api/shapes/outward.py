"""The shapes of subscriptions and of what was sent for them."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from inbox.web.api.shapes.base import Shape


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
