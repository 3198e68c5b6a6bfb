"""When a channel is too quiet: against its own habit, and never one that has none."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from inbox.silence import Silence, at_most, found, is_too_quiet

NOW = datetime(2026, 11, 24, 11, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
LONG_AGO = NOW - timedelta(weeks=20)


def weeks(*counts: int, hours: int = 1) -> dict[datetime, int]:
    """So many messages in each of the `hours` before this one, one, two, three … weeks ago."""
    end = NOW.replace(minute=0)
    return {
        end - timedelta(weeks=week) - back * HOUR: count
        for week, count in enumerate(counts, 1) for back in range(1, hours + 1)
    }  # fmt: skip


def test_a_busy_channel_that_says_nothing_for_an_hour_is_silent() -> None:
    assert found(weeks(30, 28, 35, 31, 29, 33, 30, 27), LONG_AGO, NOW) == Silence(1, 0, 30)


def test_what_comes_in_the_hour_that_runs_ends_the_silence() -> None:
    habit = weeks(30, 28, 35, 31, 29, 33, 30, 27)
    assert found({**habit, NOW.replace(minute=0): 27}, LONG_AGO, NOW) is None


def test_a_channel_of_few_messages_is_missed_after_more_hours() -> None:
    habit = weeks(*[2] * 8, hours=12)
    assert found(habit, LONG_AGO, NOW) == Silence(6, 0, 12)


def test_much_less_than_usual_is_too_quiet_and_a_little_less_is_not() -> None:
    end = NOW.replace(minute=0)
    habit = weeks(30, 28, 35, 31, 29, 33, 30, 27)
    assert found({**habit, end - HOUR: 8}, LONG_AGO, NOW) == Silence(1, 8, 30)
    assert found({**habit, end - HOUR: 20}, LONG_AGO, NOW) is None


def test_who_seldom_speaks_is_never_silent() -> None:
    assert found(weeks(1, 2, 0, 1, 2, 1, 1, 2), LONG_AGO, NOW) is None
    assert found({}, None, NOW) is None


def test_a_habit_takes_four_weeks() -> None:
    habit = weeks(30, 30, 30, 30, 30)
    assert found(habit, NOW - timedelta(weeks=4), NOW) is None
    assert found(habit, NOW - timedelta(weeks=4, hours=2), NOW) == Silence(1, 0, 30)


@pytest.mark.parametrize("odd", [(9_000, 30, 28, 31, 30, 29, 30, 30), (30, 28, 31, 30, 29, 0, 30, 30)])
def test_one_storm_is_no_habit_and_one_silent_week_forgives_another(odd: tuple[int, ...]) -> None:
    silent = found(weeks(*odd), LONG_AGO, NOW)
    assert silent == (None if 0 in odd else Silence(1, 0, 30))


@pytest.mark.parametrize(("count", "mean"), [(0, 7.0), (3, 12.5), (40, 60.0), (900, 1_000.0)])
def test_the_tail_is_poissons(count: int, mean: float) -> None:
    exact = sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))
    assert at_most(count, mean) == pytest.approx(exact, rel=1e-6)


def test_very_many_are_no_harder() -> None:
    assert is_too_quiet(90_000, [100_000] * 8)
    assert not is_too_quiet(99_900, [100_000] * 8)


def test_a_habit_follows_the_clocks_of_the_brand_when_they_change() -> None:
    """People write from eleven to noon in Paris; until the last Sunday of October that was an hour earlier in UTC."""
    paris = ZoneInfo("Europe/Paris")
    noon = NOW.astimezone(paris).replace(minute=0, tzinfo=None)
    elevens = [(noon - timedelta(weeks=week, hours=1)).replace(tzinfo=paris) for week in range(1, 9)]
    habit = {eleven.astimezone(UTC): 30 for eleven in elevens}
    assert {hour.hour for hour in habit} == {9, 10}
    assert found(habit, LONG_AGO, NOW, paris) == Silence(1, 0, 30)
    assert found(habit, LONG_AGO, NOW, UTC) == Silence(3, 0, 30), "missed only by looking at more hours"
