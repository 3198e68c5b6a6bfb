"""A brand's SLA policy: targets a priority, the business calendar, and the matrix that gives a priority.

Pure data. A policy is in force from the position of its `PolicyChanged` on; what was computed under an older one stays.
Durations are in seconds of business time (P1 runs round the clock, DESIGN: a danger does not keep office hours).
"""

from __future__ import annotations

from datetime import date, time
from functools import cached_property
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from inbox.events import Role

Priority = Annotated[int, Field(ge=1, le=4)]
Band = Literal["low", "mid", "high", "critical"]
BANDS: tuple[Band, ...] = ("low", "mid", "high", "critical")
Matrix = dict[Band, dict[Band, Priority]]
MOST_NAME = 60
"""Of a day off, in characters."""


class Target(BaseModel):
    """Seconds allowed to acknowledge and to respond. `round_the_clock`: counted in wall time, not business time."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    ack_s: int = Field(gt=0, le=90 * 86400)
    response_s: int = Field(gt=0, le=90 * 86400)
    round_the_clock: bool = False

    @model_validator(mode="after")
    def _response_is_not_before_ack(self) -> Self:
        if self.response_s < self.ack_s:
            raise ValueError("the response target must not be shorter than the acknowledgement target")
        return self


class Span(BaseModel):
    """Opening hours of one weekday (0 = Monday). `end` at or before `start` means: past midnight, into the next day."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    weekday: int = Field(ge=0, le=6)
    start: time
    end: time

    @field_validator("start", "end")
    @classmethod
    def _local(cls, value: time) -> time:
        if value.tzinfo is not None:
            raise ValueError("opening hours are local times of the calendar's time zone")
        return value


class Calendar(BaseModel):
    """When the brand works. No spans at all means round the clock. `holidays_of`: ISO country, or country-subdivision
    ("DE-BY"), of the library `holidays`; `closed`: further whole days off, and what those of `names` are called;
    `open_on_holidays`: days that count anyway."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    zone: str = "Europe/Paris"
    spans: tuple[Span, ...] = ()
    holidays_of: str | None = None
    closed: tuple[date, ...] = ()
    open_on_holidays: tuple[date, ...] = ()
    names: dict[date, Annotated[str, Field(max_length=MOST_NAME)]] = Field(default_factory=dict)

    @model_serializer(mode="wrap")
    def _lean(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without names as it always was: processes of the last release read such a policy, too."""
        written: dict[str, Any] = write(self)
        if not self.names:
            del written["names"]
        return written

    def __hash__(self) -> int:
        return self._hashed

    @cached_property
    def _hashed(self) -> int:
        """Asked for each time that a calendar is read, so worked out once."""
        return hash((self.zone, self.spans, self.holidays_of, self.closed, self.open_on_holidays))

    def __copy__(self) -> Self:
        copied = super().__copy__()
        copied.__dict__.pop("_hashed", None)  # a copy is made to be changed
        return copied

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"unknown time zone {value!r}") from error
        return value


def _office_hours() -> tuple[Span, ...]:
    return tuple(Span(weekday=day, start=time(9), end=time(19)) for day in range(6))


def _usual_matrix() -> Matrix:
    return {
        "low": {"low": 4, "mid": 4, "high": 3, "critical": 3},
        "mid": {"low": 3, "mid": 3, "high": 2, "critical": 2},
        "high": {"low": 2, "mid": 2, "high": 2, "critical": 1},
        "critical": {"low": 1, "mid": 1, "high": 1, "critical": 1},
    }


class Approval(BaseModel):
    """Which replies a second pair of eyes sees before they leave: those written by members of `roles`, where
    `always`, or the item's channel or its priority is named. `holding_too`: acknowledgements as well. `approvers`:
    members who are asked one after the other, each for `escalate_s`; none: any lead. Seconds of wall time."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    always: bool = False
    channels: tuple[str, ...] = ()
    priorities: tuple[Priority, ...] = ()
    roles: tuple[Role, ...] = ("cm",)
    holding_too: bool = False
    approvers: tuple[int, ...] = ()
    escalate_s: int = Field(default=1800, ge=60, le=7 * 86400)
    expires_s: int = Field(default=86400, ge=60, le=30 * 86400)


class Policy(BaseModel):
    """`matrix[urgency band][impact band]` is a priority. `claim_counts`: a claim stops the acknowledgement clock.
    `claim_limit_s`: a claim that stays silent longer goes back to the queue. `impact_edges`: followers from which the
    reach is mid, high, critical. `warn_share`: the share of a target after which we warn."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    targets: dict[Priority, Target] = Field(
        default_factory=lambda: {
            1: Target(ack_s=15 * 60, response_s=40 * 60, round_the_clock=True),
            2: Target(ack_s=30 * 60, response_s=2 * 3600),
            3: Target(ack_s=2 * 3600, response_s=8 * 3600),
            4: Target(ack_s=4 * 3600, response_s=24 * 3600),
        }
    )
    calendar: Calendar = Field(default_factory=lambda: Calendar(spans=_office_hours(), holidays_of="FR"))
    matrix: Matrix = Field(default_factory=_usual_matrix)
    impact_edges: tuple[int, int, int] = (1_000, 10_000, 100_000)
    spread_edges: tuple[int, int, int] = (10, 50, 200)
    warn_share: float = Field(default=0.75, gt=0, lt=1)
    claim_counts: bool = True
    claim_limit_s: int = Field(default=3600, gt=0)
    approval: Approval = Approval()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if set(self.targets) != {1, 2, 3, 4}:
            raise ValueError("targets are needed for the priorities 1, 2, 3 and 4")
        if set(self.matrix) != set(BANDS) or any(set(row) != set(BANDS) for row in self.matrix.values()):
            raise ValueError("the matrix needs the bands low, mid, high and critical, both ways")
        if any(list(edges) != sorted(set(edges)) for edges in (self.impact_edges, self.spread_edges)):
            raise ValueError("edges must rise")
        return self
