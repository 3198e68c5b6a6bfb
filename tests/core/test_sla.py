"""Start, due, warned, met, missed: one turn's two clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from inbox import sla
from inbox.policy import Calendar, Policy, Span
from inbox.state import Item, Turn
from tests.core.world import (
    ITEM,
    POLICY,
    START,
    TICK,
    claimed,
    given,
    judged,
    minute,
    open_turn,
    overridden,
    queued,
    said,
    sending,
    sent,
)

OFFICE = Policy(calendar=Calendar(spans=tuple(Span(weekday=day, start=time(9), end=time(18)) for day in range(5))))
NEVER = Policy(calendar=Calendar(closed=tuple(date(2026, 1, 1) + timedelta(days=day) for day in range(700))))
TURN = Turn(no=1, started_at=START, priority=2, ack_due_at=minute(30), response_due_at=minute(120))


def test_a_turn_starts_at_the_networks_time_of_the_words() -> None:
    assert sla.start_of_turn(minute(-5), minute(0)) == minute(-5)


def test_a_turn_never_starts_after_we_received_the_words() -> None:
    assert sla.start_of_turn(minute(5), minute(0)) == minute(0)


def test_a_turn_never_starts_earlier_than_a_day_before_we_received_the_words() -> None:
    assert sla.start_of_turn(minute(-5000), minute(0)) == minute(-1440)


def test_each_priority_has_its_targets_in_business_time() -> None:
    # START is a Monday, 10:00; the office closes at 18:00, and P1 does not care.
    assert sla.due_times(OFFICE, 1, START) == (minute(15), minute(40))
    assert sla.due_times(OFFICE, 2, START) == (minute(30), minute(120))
    assert sla.due_times(OFFICE, 3, START) == (minute(120), minute(480))
    assert sla.due_times(OFFICE, 4, START) == (minute(240), minute(2 * 1440 + 6 * 60))


def test_a_calendar_that_never_opens_leaves_no_author_without_a_due_time() -> None:
    assert sla.due_times(NEVER, 2, START) == (minute(30), minute(120))
    assert sla.warn_at(NEVER, TURN, "ack") == minute(22.5)


def test_the_warning_comes_after_three_quarters_of_the_target() -> None:
    assert sla.warn_at(POLICY, TURN, "ack") == minute(22.5)
    assert sla.warn_at(POLICY, TURN, "response") == minute(90)


def test_the_warning_counts_business_time_too() -> None:
    ack, response = sla.due_times(OFFICE, 4, START)
    turn = replace(TURN, priority=4, ack_due_at=ack, response_due_at=response)
    # 18 of 24 office hours: eight on Monday, nine on Tuesday, one on Wednesday.
    assert sla.warn_at(OFFICE, turn, "response") == minute(2 * 1440)


def test_met_is_stopped_by_the_due_time_to_the_microsecond() -> None:
    assert sla.outcome(replace(TURN, acknowledged_at=minute(30)), "ack", minute(99)) == "met"
    assert sla.outcome(replace(TURN, acknowledged_at=minute(30) + TICK), "ack", minute(99)) == "missed"


def test_an_open_turn_is_running_until_its_due_time_and_missed_after_it() -> None:
    assert sla.outcome(TURN, "response", minute(120)) == "running"
    assert sla.outcome(TURN, "response", minute(120) + TICK) == "missed"


def test_a_withdrawn_turn_is_neither_met_nor_missed() -> None:
    turn = replace(TURN, acknowledged_at=minute(5), ended_at=minute(500), end="withdrawn")
    assert sla.outcome(turn, "ack", minute(600)) == "void"
    assert sla.outcome(turn, "response", minute(600)) == "void"


def test_a_turn_closed_without_an_answer_is_missed_only_when_it_was_late_already() -> None:
    closed = replace(TURN, ended_at=minute(60), end="closed")
    assert sla.outcome(closed, "ack", minute(600)) == "missed"
    assert sla.outcome(closed, "response", minute(600)) == "void"


def test_alarms_of_a_fresh_turn_start_with_the_warning_to_acknowledge() -> None:
    assert sla.next_alarm_at(POLICY, TURN) == minute(22.5)


def test_the_next_alarm_after_the_warning_is_the_breach_just_past_the_due_time() -> None:
    assert sla.next_alarm_at(POLICY, replace(TURN, warned=frozenset({"ack"}))) == minute(30) + TICK


def test_a_breached_clock_has_nothing_more_to_say() -> None:
    turn = replace(TURN, breached=frozenset({"ack"}))
    assert sla.next_alarm_at(POLICY, turn) == minute(90)
    assert sla.next_alarm_at(POLICY, replace(turn, breached=frozenset({"ack", "response"}))) is None


def test_a_stopped_clock_has_no_alarm() -> None:
    assert sla.next_alarm_at(POLICY, replace(TURN, acknowledged_at=minute(5))) == minute(90)


def test_a_silent_claim_is_an_alarm_in_business_time() -> None:
    turn = replace(TURN, claimed_at=minute(7.5 * 60), breached=frozenset({"ack", "response"}))
    assert sla.next_alarm_at(OFFICE, turn) == minute(1440 - 30) + TICK
    assert sla.next_alarm_at(OFFICE, replace(turn, spoken_at=minute(460))) is None


def test_a_promise_is_an_alarm_even_after_the_turn_was_answered() -> None:
    turn = replace(TURN, promise_until=minute(300), responded_at=minute(9), ended_at=minute(9), end="responded")
    assert sla.next_alarm_at(POLICY, turn) == minute(300) + TICK
    assert sla.next_alarm_at(POLICY, replace(turn, promise_broken=True)) is None
    assert sla.next_alarm_at(POLICY, replace(turn, promise_kept_at=minute(200))) is None


@pytest.mark.parametrize("end", ["withdrawn", "closed"])
def test_a_promise_is_void_when_the_turn_was_withdrawn_or_closed(end: str) -> None:
    turn = replace(TURN, promise_until=minute(300), ended_at=minute(9), end=end)  # type: ignore[arg-type]
    assert sla.next_alarm_at(POLICY, turn) is None


def test_the_first_running_clock_ranks_an_item() -> None:
    assert sla.rank_due(given(said())) == minute(30)
    assert sla.rank_due(given(said(), claimed())) == minute(120)


def test_a_closing_reply_window_ranks_like_a_due_time() -> None:
    assert sla.rank_due(given(said(reply_until=20))) == minute(20)


def test_a_running_promise_ranks_like_a_due_time() -> None:
    item = given(said(), queued(1, purpose="holding", promise_until=60), sending(2), sent(3))
    assert sla.rank_due(item) == minute(60)


def test_an_answered_item_has_nothing_due() -> None:
    assert sla.rank_due(given(said(reply_until=1000), queued(), sending(), sent())) is None
    assert sla.rank_due(Item(ITEM)) is None


def test_due_times_follow_the_priority_from_the_same_start() -> None:
    turn = open_turn(given(said(at=-10, received=0), judged(0.9)))
    assert (turn.priority, turn.ack_due_at, turn.response_due_at) == (1, minute(5), minute(30))
    turn = open_turn(given(said(), judged(0.1), overridden(3)))
    assert (turn.priority, turn.ack_due_at, turn.response_due_at) == (3, minute(120), minute(480))
