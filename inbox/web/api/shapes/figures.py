"""The shapes of times and targets."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from inbox.web.api.shapes.base import Shape


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


class BackShape(Shape):
    """Within a week: of the turns answered or closed those after which the author wrote again; of these and those that
    stand open again, the ones that a colleague reopened."""

    ended: int
    came_back: int
    once_ended: int
    reopened: int


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
    back: BackShape
