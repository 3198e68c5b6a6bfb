"""The time that all processes share: told by the database, carried on without the host's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from inbox import clock as module
from inbox.clock import Common

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Stopwatch:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def common(watch: Stopwatch) -> Common:
    common = Common(watch)
    common.tell(NOON, watch.at)
    return common


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=-1), timedelta(seconds=-5)])
def test_a_jump_of_the_hosts_clock_moves_nothing(
    common: Common, watch: Stopwatch, jump: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Jumped(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return NOON + jump

    monkeypatch.setattr(module, "datetime", Jumped)
    watch.at += 0.5
    assert common.now() == NOON + timedelta(seconds=0.5)
    assert common.apart() == jump - timedelta(seconds=0.5)


def test_before_it_is_told_it_is_the_hosts() -> None:
    assert abs(Common().now() - datetime.now(UTC)) < timedelta(minutes=1)
    assert abs(Common().apart()) < timedelta(minutes=1)


def test_half_of_the_way_there_and_back_is_added_to_what_was_told(watch: Stopwatch) -> None:
    common, asked_at = Common(watch), watch.at
    watch.at += 0.2
    common.tell(NOON, asked_at)
    assert common.now() == NOON + timedelta(seconds=0.1)


@pytest.mark.parametrize("off_s", [-0.4, 0.4])
def test_what_a_slow_answer_explains_moves_nothing_and_a_quick_one_does(
    common: Common, watch: Stopwatch, off_s: float
) -> None:
    asked_at = watch.at
    watch.at += 1.0
    common.tell(NOON + timedelta(seconds=0.5 + off_s), asked_at)
    assert common.now() == NOON + timedelta(seconds=1)
    common.tell(NOON + timedelta(seconds=1 + off_s), watch.at)
    assert common.now() == NOON + timedelta(seconds=1 + off_s)


def test_where_the_databases_clock_jumps_all_go_with_it(common: Common, watch: Stopwatch) -> None:
    watch.at += 1.0
    common.tell(NOON - timedelta(hours=1), watch.at)
    assert common.now() == NOON - timedelta(hours=1)
