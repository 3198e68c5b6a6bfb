"""When a person is told on their device, and of how many at once."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from inbox.push import bundling
from inbox.push.bundling import Untold, Wishes

NIGHT = Wishes(priorities=frozenset({1, 2}), quiet=(time(22), time(7)))
NOON, EVENING, DEEP = (datetime(2026, 11, 24, hour, tzinfo=UTC) for hour in (12, 23, 3))


def item(number: int, priority: int, channel: str = "Instagram") -> Untold:
    return Untold(str(number), priority, channel, number)


@pytest.mark.parametrize(("at", "told"), [(NOON, {1, 2}), (EVENING, {1}), (DEEP, {1})])
def test_at_night_only_what_is_critical_is_told(at: datetime, told: set[int]) -> None:
    assert bundling.told_now(NIGHT, at) == told


def test_who_wants_full_quiet_has_it_and_who_wants_none_is_told_at_any_hour() -> None:
    full = Wishes(priorities=frozenset({1, 2}), quiet=NIGHT.quiet, through=False)
    assert bundling.told_now(full, DEEP) == frozenset()
    assert bundling.told_now(Wishes(frozenset({3})), DEEP) == {3}


def test_quiet_ends_in_the_morning_also_of_the_next_day() -> None:
    assert bundling.quiet_ends(NIGHT, DEEP) == DEEP.replace(hour=7)
    assert bundling.quiet_ends(NIGHT, EVENING) == EVENING.replace(hour=7) + timedelta(days=1)
    assert bundling.quiet_ends(NIGHT, NOON) is None


def test_a_bundle_counts_and_names_the_busiest_channel_first() -> None:
    told = bundling.bundle([item(1, 1, "X"), item(2, 2), item(3, 3), item(4, 4)])
    assert (told.new, told.urgent, list(told.channels.items()), told.one) == (4, 2, [("Instagram", 3), ("X", 1)], None)
    assert bundling.bundle([item(9, 1)]).one == item(9, 1)


def test_what_is_critical_may_follow_sooner() -> None:
    assert bundling.rests_until([item(1, 1)], NOON) - NOON == timedelta(minutes=1)
    assert bundling.rests_until([item(1, 2)], NOON) - NOON == timedelta(minutes=5)
