"""What the clock says, when, and that it says it once."""

from __future__ import annotations

import pytest

from inbox import item
from inbox.events import Event, SlaBreached, SlaWarned
from inbox.state import Item
from tests.core.world import (
    ANA,
    BEN,
    POLICY,
    SILENT_CLAIMS,
    TICK,
    assigned,
    breached,
    by_hand,
    claimed,
    given,
    judged,
    lapsed,
    minute,
    named,
    promise_broken,
    queued,
    resolved,
    said,
    sending,
    sent,
    then,
    warned,
    when,
    withdrawn,
)

PROMISED = [queued(10, purpose="holding", promise_until=60), sending(11), sent(12)]


def check(state: Item, at: float) -> list[Event]:
    return when(state, item.CheckClocks(), at)


def test_before_three_quarters_of_the_target_the_clock_is_silent() -> None:
    assert check(given(said()), 22.4) == []


def test_at_three_quarters_it_warns_and_names_the_due_time() -> None:
    (event,) = check(given(said()), 22.5)
    assert event == warned("ack", 22.5).model_copy(update={"due_at": minute(30)})


def test_at_the_due_time_nothing_is_late_yet() -> None:
    assert check(given(said(), warned("ack")), 30) == []


def test_past_the_due_time_it_is_a_breach() -> None:
    decided = item.decide(given(said(), warned("ack")), item.CheckClocks(), minute(30) + TICK, POLICY, command_id="k")
    assert named(decided) == ["SlaBreached"]
    assert isinstance(decided[0], SlaBreached)
    assert (decided[0].clock, decided[0].due_at, decided[0].turn) == ("ack", minute(30), 1)


def test_who_was_asleep_through_the_warning_reports_the_breach_alone() -> None:
    assert [(event.TYPE, getattr(event, "clock", None)) for event in check(given(said()), 100)] == [
        ("SlaBreached", "ack"), ("SlaWarned", "response"),
    ]  # fmt: skip


def test_each_is_said_once() -> None:
    state = given(said())
    first = check(state, 500)
    assert named(first) == ["SlaBreached", "SlaBreached"]
    assert check(then(state, *first), 501) == []  # type: ignore[arg-type]


def test_a_warning_is_said_once_even_when_the_due_time_moves() -> None:
    assert check(given(said(), warned("ack"), judged(0.1)), 200) == []


def test_a_due_time_that_moves_into_the_past_is_a_breach_at_once() -> None:
    assert named(check(given(said(), judged(0.9)), 16)) == ["SlaBreached"]


@pytest.mark.parametrize("end", [by_hand(10), withdrawn(10), resolved(10)])
def test_an_ended_turn_is_late_no_more(end: Event) -> None:
    assert check(given(said(), end), 5000) == []
    assert check(given(), 5000) == []


def test_each_turn_has_warnings_of_its_own() -> None:
    state = given(said(), warned("ack"), by_hand(25), said(at=40, id="m2"))
    (event,) = check(state, 63)
    assert isinstance(event, SlaWarned)
    assert event.turn == 2


def test_a_claim_that_stays_silent_past_the_limit_lapses() -> None:
    state = given(said(), claimed(5))
    assert "ClaimLapsed" not in named(check(state, 65))
    (event,) = check(state, 66)
    assert event == lapsed(ANA, 66)


def test_after_the_lapse_the_clock_finds_what_the_claim_had_covered() -> None:
    state = then(given(said(), claimed(5)), lapsed(ANA, 66))
    assert [event.model_dump()["clock"] for event in check(state, 66)] == ["ack"]


def test_a_claim_that_was_passed_on_lapses_for_who_holds_it() -> None:
    assert check(given(said(), claimed(5), assigned(BEN, 20)), 66) == [lapsed(BEN, 66)]


def test_a_claim_that_does_not_count_lapses_too() -> None:
    state = given(said(), claimed(5), breached("ack"), policy=SILENT_CLAIMS)
    assert when(state, item.CheckClocks(), 66, policy=SILENT_CLAIMS) == [lapsed(ANA, 66)]


def test_a_claim_that_spoke_to_the_person_does_not_lapse() -> None:
    assert "ClaimLapsed" not in named(check(given(said(), claimed(5), *PROMISED), 1000))


def test_a_promise_is_broken_once_its_time_has_passed() -> None:
    state = given(said(), *PROMISED)
    assert check(state, 60) == []
    assert check(state, 61) == [promise_broken(60, 61)]
    assert check(then(state, promise_broken(60, 61)), 62) == []


def test_a_kept_promise_is_never_reported() -> None:
    assert check(given(said(), *PROMISED, by_hand(50)), 500) == []
