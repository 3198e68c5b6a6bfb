"""The shapes of the figures: one clock, a group of turns, an hour or a day, a period. Plain frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from inbox.views.buckets import Bucket
from inbox.views.row import Row, timestamp


@dataclass(frozen=True, slots=True)
class ClockFigures:
    """One clock of a set of turns. `void`: withdrawn, or closed before it was due. Seconds: None where none stopped."""

    met: int = 0
    missed: int = 0
    running: int = 0
    void: int = 0
    p50_s: float | None = None
    p90_s: float | None = None

    @property
    def share_met(self) -> float | None:
        """Of all that came due, 0 to 1; None where nothing has."""
        due = self.met + self.missed
        return self.met / due if due else None

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "share_met": self.share_met}


@dataclass(frozen=True, slots=True)
class Group:
    """`turns`: how many there are; for a member, those in which they stopped a clock."""

    turns: int = 0
    ack: ClockFigures = ClockFigures()
    response: ClockFigures = ClockFigures()

    def to_json(self) -> dict[str, Any]:
        return {"turns": self.turns, "ack": self.ack.to_json(), "response": self.response.to_json()}


@dataclass(frozen=True, slots=True)
class Slice:
    """An hour or a day: messages received and their mood, and the pace of the turns that started in it."""

    starts_at: datetime
    messages: int = 0
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    unscored: int = 0
    turns: int = 0
    ack_p50_s: float | None = None
    ack_p90_s: float | None = None
    response_p50_s: float | None = None
    response_p90_s: float | None = None

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "starts_at": timestamp(self.starts_at)}


@dataclass(frozen=True, slots=True)
class Promises:
    kept: int
    broken: int
    running: int


@dataclass(frozen=True, slots=True)
class Back:
    """Who came back within a week. `ended`: turns answered or closed; `came_back`: those of them after which the author
    spoke again. `once_ended`: those that ended, and those that a colleague opened again since; `reopened`: the ones
    that a colleague opened, by the rule of `inbox.turns.reopen`. One turn may be both."""

    ended: int
    came_back: int
    once_ended: int
    reopened: int


@dataclass(frozen=True, slots=True)
class Figures:
    """`overdue`: the rows of those who have waited too long, longest first, at most 200; `overdue_now` counts all.

    `by_hour`: of the brand's day, 0 to 23, in which a turn started. `by_language`: the item's as it is known now, ""
    where it is not. The messages of `slices` narrow by channel only, since they have neither priority nor member; their
    pace by all.
    """

    start: datetime
    end: datetime
    now: datetime
    zone: str
    bucket: Bucket
    total: Group
    by_channel: Mapping[str, Group]
    by_priority: Mapping[int, Group]
    by_hour: Mapping[int, Group]
    by_language: Mapping[str, Group]
    by_member: Mapping[int, Group]
    open_now: int
    unacknowledged_now: int
    overdue_now: int
    overdue: tuple[Row, ...]
    slices: tuple[Slice, ...]
    promises: Promises

    def to_json(self) -> dict[str, Any]:
        """JSON-ready. Overdue items by id: their words are not figures."""
        return {
            "from": timestamp(self.start),
            "to": timestamp(self.end),
            "now": timestamp(self.now),
            "zone": self.zone,
            "bucket": self.bucket,
            **self.total.to_json(),
            "by_channel": {name: group.to_json() for name, group in self.by_channel.items()},
            "by_priority": {str(name): group.to_json() for name, group in self.by_priority.items()},
            "by_hour": {str(hour): group.to_json() for hour, group in self.by_hour.items()},
            "by_language": {name: group.to_json() for name, group in self.by_language.items()},
            "by_member": {str(name): group.to_json() for name, group in self.by_member.items()},
            "open_now": self.open_now,
            "unacknowledged_now": self.unacknowledged_now,
            "overdue_now": self.overdue_now,
            "overdue": [str(row.id) for row in self.overdue],
            "slices": [piece.to_json() for piece in self.slices],
            "promises": asdict(self.promises),
        }
