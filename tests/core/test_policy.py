"""What a policy may be, and what is refused before it is ever in force."""

from __future__ import annotations

from datetime import UTC, time

import pytest
from pydantic import ValidationError

from inbox.policy import Calendar, Policy, Span, Target


def refused(message: str, **fields: object) -> None:
    with pytest.raises(ValidationError, match=message):
        Policy.model_validate(fields)


def test_the_usual_policy_is_whole_and_survives_json() -> None:
    policy = Policy()
    assert Policy.model_validate_json(policy.model_dump_json()) == policy
    assert Policy.model_validate(policy.model_dump(mode="json")) == policy


def test_a_response_is_never_due_before_the_acknowledgement() -> None:
    with pytest.raises(ValidationError, match="must not be shorter"):
        Target(ack_s=60, response_s=59)


def test_every_priority_needs_a_target() -> None:
    refused("targets are needed", targets={1: {"ack_s": 60, "response_s": 60}})


def test_the_matrix_needs_every_band_both_ways() -> None:
    refused("the matrix needs", matrix={"low": {"low": 4}})
    matrix = Policy().model_dump()["matrix"]
    refused("the matrix needs", matrix={**matrix, "low": {"low": 4}})


@pytest.mark.parametrize("edges", [(1, 1, 2), (3, 2, 1)])
def test_edges_rise(edges: tuple[int, int, int]) -> None:
    refused("edges must rise", impact_edges=edges)
    refused("edges must rise", spread_edges=edges)


def test_an_unknown_zone_is_refused() -> None:
    for zone in ("Europe/Atlantis", "", "../etc"):
        with pytest.raises(ValidationError, match="unknown time zone"):
            Calendar(zone=zone)


def test_opening_hours_are_wall_times() -> None:
    with pytest.raises(ValidationError, match="local times"):
        Span(weekday=0, start=time(9, tzinfo=UTC), end=time(18))
