"""Acknowledged, answered, promised, closed: what stops which clock, and when."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from inbox import replies, sla
from tests.core.world import (
    ANA,
    BEN,
    SILENT_CLAIMS,
    assigned,
    by_hand,
    claimed,
    doubted,
    echoed,
    edited,
    failed,
    given,
    judged,
    lapsed,
    minute,
    noted,
    open_turn,
    overridden,
    promise_broken,
    queued,
    reopened,
    reply_id,
    resolved,
    said,
    sending,
    sent,
    settled,
    then,
    warned,
    withdrawn,
)

HOLDING = queued(10, purpose="holding", text="We are looking into it", promise_until=60)


# --- claims -------------------------------------------------------------------------------------------------------


def test_a_claim_assigns_the_item_and_stops_the_first_clock() -> None:
    item = given(said(), claimed(5))
    turn = open_turn(item)
    assert (item.status, item.assignee) == ("acknowledged", ANA)
    assert (turn.acknowledged_at, turn.acknowledged_by, turn.claimed_at) == (minute(5), ANA, minute(5))


def test_where_claims_do_not_count_the_first_clock_runs_on() -> None:
    item = given(said(), claimed(5), policy=SILENT_CLAIMS)
    assert (item.status, open_turn(item).acknowledged_at, item.assignee) == ("acknowledged", None, ANA)


def test_the_first_claim_holds() -> None:
    assert given(said(), claimed(5), claimed(6, by=BEN)).assignee == ANA


def test_a_lapsed_claim_meets_no_figure() -> None:
    item = given(said(), claimed(5), lapsed())
    turn = open_turn(item)
    assert (item.status, item.assignee) == ("open", None)
    assert (turn.acknowledged_at, turn.acknowledged_by, turn.claimed_at) == (None, None, None)


def test_what_was_told_the_person_stays_told_when_the_claim_lapses() -> None:
    item = given(said(), claimed(5), HOLDING, sending(), sent(12), lapsed())
    assert (item.status, item.assignee, open_turn(item).acknowledged_at) == ("acknowledged", None, minute(5))


def test_a_lapse_takes_nothing_from_the_colleague_who_took_over() -> None:
    assert given(said(), claimed(5), assigned(BEN, 6), lapsed(ANA)).assignee == BEN


def test_a_lapse_without_a_claim_changes_nothing() -> None:
    assert given(said(), lapsed()).status == "open"


def test_who_takes_the_item_from_everybody_gives_the_claim_up() -> None:
    assert given(said(), claimed(5), assigned(None, 6)).status == "open"


def test_to_be_assigned_an_item_is_not_to_take_charge() -> None:
    item = given(said(), assigned(BEN))
    assert (item.assignee, item.status) == (BEN, "open")


# --- replies ------------------------------------------------------------------------------------------------------


def test_a_holding_reply_stops_the_first_clock_when_the_network_took_it() -> None:
    queued_only = given(said(), HOLDING, sending())
    assert open_turn(queued_only).acknowledged_at is None
    turn = open_turn(then(queued_only, sent(12)))
    assert (turn.acknowledged_at, turn.acknowledged_by, turn.spoken_at, turn.responded_at) == (
        minute(12), ANA, minute(12), None,
    )  # fmt: skip


def test_a_claim_after_the_holding_reply_changes_nothing() -> None:
    item = given(said(), HOLDING, sending(), sent(12), claimed(13, by=BEN))
    assert (open_turn(item).claimed_at, item.assignee) == (None, None)


def test_a_second_holding_reply_moves_nothing() -> None:
    item = given(said(), HOLDING, sent(12), queued(20, name="r2", purpose="holding"), sent(21, name="r2", id="x2"))
    assert (open_turn(item).acknowledged_at, open_turn(item).spoken_at) == (minute(12), minute(12))


def test_a_response_stops_both_clocks_and_gives_the_author_the_floor() -> None:
    item = given(said(), queued(), sending(), sent(12))
    turn = item.turns[0]
    assert (item.status, item.turn, turn.end) == ("answered", None, "responded")
    assert (turn.acknowledged_at, turn.responded_at, turn.responded_by) == (minute(12), minute(12), ANA)


def test_a_reply_counts_for_the_turn_it_was_written_in_only() -> None:
    item = given(said(), by_hand(5), queued(10), said("one more thing", 11, id="m2"), sent(12))
    assert (item.status, open_turn(item).no) == ("open", 2)


def test_words_that_came_after_an_answer_we_learn_of_late_open_the_next_turn() -> None:
    item = given(said(), queued(10), sending(11), doubted(), said("and?", 20, id="m2"), settled(True, 90))
    first, second = item.turns
    assert (first.responded_at, second.started_at, item.status) == (minute(11), minute(20), "open")
    assert [message.turn for message in item.messages] == [1, 2]


def test_a_reply_on_its_way_written_after_those_words_answers_the_new_turn() -> None:
    item = given(said(), said("and?", 20, id="m2"), queued(25), echoed("We are on it", 10, received=26), sent(27))
    assert [turn.responded_at for turn in item.turns] == [minute(10), minute(27)]


def test_a_refused_reply_leaves_the_author_waiting() -> None:
    item = given(said(), queued(), sending(), failed())
    assert (item.status, item.replies[0].state, item.replies[0].reason) == ("open", "failed", "refused")


def test_a_reply_that_will_be_tried_again_is_still_on_its_way() -> None:
    item = given(said(), queued(), sending(), failed(retry=20))
    assert (item.replies[0].state, item.replies[0].retry_at, replies.in_flight(item)) == ("queued", minute(20), True)
    assert then(item, sending(20, attempt=2)).replies[0].retry_at is None


def test_an_uncertain_reply_that_was_sent_counts_from_when_we_called_the_network() -> None:
    item = given(said(), queued(10), sending(11), doubted(12), settled(True, 90))
    assert (item.status, item.turns[0].responded_at, item.replies[0].sent_at) == ("answered", minute(11), minute(11))


def test_an_uncertain_reply_that_was_not_sent_leaves_the_author_waiting() -> None:
    item = given(said(), queued(10), sending(11), doubted(12), settled(False))
    assert (item.status, item.replies[0].state) == ("open", "not_sent")


def test_nothing_undoes_a_reply_that_was_sent() -> None:
    item = given(said(), queued(), sending(), sent())
    again = then(item, queued(), sending(20), failed(), doubted(), settled(False), sent(30, id="x9"))
    assert again.replies == item.replies


def test_news_of_a_reply_nobody_queued_changes_nothing() -> None:
    item = given(said())
    after = then(item, sending(), sent(), failed(), doubted(), settled(True))
    assert (after.replies, after.status) == ((), "open")


def test_the_network_may_say_that_a_failed_reply_was_sent_after_all() -> None:
    assert given(said(), queued(), sending(), failed(), sent(20)).status == "answered"


def test_an_answer_by_hand_counts_like_a_reply_of_its_purpose() -> None:
    assert given(said(), by_hand(10)).status == "answered"
    held = given(said(), by_hand(10, purpose="holding"))
    assert (held.status, open_turn(held).acknowledged_at) == ("acknowledged", minute(10))
    assert len(given(said(), by_hand(10), by_hand(10)).replies) == 1


def test_a_reply_to_a_closed_turn_that_was_on_its_way_answers_it() -> None:
    item = given(said(), queued(), sending(), resolved(12), sent(13))
    assert (item.status, item.turns[0].end, item.turns[0].responded_at) == ("resolved", "responded", minute(13))
    held = given(said(), HOLDING, sending(), resolved(12), sent(13))
    assert (held.status, held.turns[0].end) == ("resolved", "closed")


# --- echoes -------------------------------------------------------------------------------------------------------


def test_an_answer_made_on_the_network_counts_like_ours() -> None:
    item = given(said(), echoed(at=10))
    assert (item.status, item.turns[0].responded_at, item.replies[0].echoed) == ("answered", minute(10), True)


def test_no_clock_stops_before_it_ran() -> None:
    item = given(said(at=5), echoed(at=-100, received=6))
    assert item.turns[0].responded_at == minute(5)


def test_an_answer_on_the_network_before_the_claim_is_the_acknowledgement() -> None:
    turn = given(said(), claimed(12), echoed(at=10, received=13)).turns[0]
    assert (turn.acknowledged_at, turn.acknowledged_by) == (minute(10), None)


def test_the_echo_of_our_own_reply_changes_nothing() -> None:
    item = given(said(), queued(), sending(), sent(12, id="x1"))
    assert then(item, echoed("It leaves today", 12, id="x1")).replies == item.replies


def test_an_echo_with_the_same_words_settles_the_reply_we_are_unsure_of() -> None:
    item = given(said(), HOLDING, sending(11), doubted(12), echoed("We are  looking\ninto it ", 11.5, id="x7"))
    assert (item.status, open_turn(item).acknowledged_at) == ("acknowledged", minute(11.5))
    assert (len(item.replies), item.replies[0].state, item.replies[0].external_id) == (1, "sent", "x7")


def test_an_echo_names_a_sent_reply_whose_id_the_network_kept_to_itself() -> None:
    item = given(said(), queued(), sending(), sent(12, id=None), said("ok", 13, id="m2"))
    after = then(item, echoed("It leaves today", 12, id="x7", received=14))
    assert (after.status, len(after.replies), after.replies[0].external_id) == ("open", 1, "x7")


def test_an_echo_does_not_take_a_reply_that_never_left_the_house() -> None:
    item = given(said(), queued(10), echoed("It leaves today", 11))
    assert [reply.state for reply in item.replies] == ["queued", "sent"]


def test_an_echo_without_words_is_nobodys_reply_of_ours() -> None:
    assert len(given(said(), queued(), sending(), echoed(None, 12)).replies) == 2


def test_the_same_echo_again_changes_nothing() -> None:
    assert len(given(said(), echoed(), echoed()).replies) == 1


def test_a_stranger_that_turns_out_to_be_ours_is_not_counted_twice() -> None:
    item = given(said(), queued(), sending(11), echoed("It leaves today t.co/x", 12, id="x1"), sent(13, id="x1"))
    turn = item.turns[0]
    assert (len(item.replies), item.replies[0].reply_id, item.status) == (1, reply_id("r1"), "answered")
    assert (turn.responded_at, turn.responded_by, turn.acknowledged_by) == (minute(12), ANA, ANA)


def test_a_stranger_that_turns_out_to_be_our_holding_reply_was_no_answer() -> None:
    item = given(said(), HOLDING, sending(11), echoed("We look (via app)", 12, id="x1"), sent(13, id="x1"))
    assert (item.status, len(item.replies), open_turn(item).acknowledged_at) == ("acknowledged", 1, minute(12))
    assert open_turn(item).promise_until == minute(60)


def test_a_turn_found_unanswered_takes_up_what_was_decided_since() -> None:
    late = [
        said(),
        HOLDING,
        sending(11),
        echoed("We look", 12, id="x1"),
        overridden(3),
        resolved(13),
        sent(14, id="x1"),
    ]
    item = given(*late)
    assert (item.status, open_turn(item).priority, open_turn(item).ack_due_at) == ("acknowledged", 3, minute(120))
    assert then(item, by_hand(20)).status == "answered"


def test_a_turn_that_went_on_meanwhile_is_not_reopened_by_it() -> None:
    late = [said(), HOLDING, sending(11), echoed("We look", 12, id="x1"), said(at=13, id="m2"), sent(14, id="x1")]
    assert [turn.end for turn in given(*late).turns] == ["responded", None]


def test_a_credited_acknowledgement_stays_with_who_made_it() -> None:
    item = given(said(), claimed(5, by=BEN), queued(), sending(), echoed("x", 12, id="x1"), sent(13, id="x1"))
    assert (item.turns[0].acknowledged_by, item.turns[0].responded_by) == (BEN, ANA)


# --- promises -----------------------------------------------------------------------------------------------------


def test_a_promise_runs_from_when_the_person_was_told() -> None:
    assert sla.running_promise(open_turn(given(said(), HOLDING))) is None
    assert sla.running_promise(open_turn(given(said(), HOLDING, sending(), sent(12)))) == minute(60)


def test_any_reply_in_time_keeps_the_promise() -> None:
    turn = given(said(), HOLDING, sending(), sent(12), echoed(at=60)).turns[0]
    assert (turn.promise_kept_at, turn.promise_broken) == (minute(60), False)


def test_a_late_reply_finds_the_promise_broken() -> None:
    turn = given(said(), HOLDING, sending(), sent(12), echoed(at=61)).turns[0]
    assert (turn.promise_kept_at, turn.promise_broken) == (None, True)


def test_a_second_promise_takes_the_place_of_the_first() -> None:
    second = [queued(20, name="r2", purpose="holding", promise_until=90), sent(21, name="r2", id="x2")]
    turn = open_turn(given(said(), HOLDING, sent(12), *second))
    assert (sla.running_promise(turn), turn.promise_kept_at) == (minute(90), None)


def test_a_broken_promise_is_broken_once_and_only_while_it_runs() -> None:
    item = given(said(), HOLDING, sending(), sent(12))
    assert not open_turn(then(item, promise_broken(59, 61))).promise_broken
    assert open_turn(then(item, promise_broken(60, 61))).promise_broken
    assert not then(item, echoed(at=30), promise_broken(60, 61)).turns[0].promise_broken


def test_a_promise_made_with_the_answer_runs_on_and_moves_into_the_next_turn() -> None:
    answered = given(said(), queued(promise_until=200), sending(), sent(12))
    assert (answered.status, sla.rank_due(answered)) == ("answered", minute(200))
    asked = then(answered, said("when?", 20, id="m2"))
    assert [turn.promise_until for turn in asked.turns] == [None, minute(200)]


def test_a_promise_to_an_item_without_words_is_nothing_to_track() -> None:
    assert given(queued(promise_until=200), sent(12)).turns == ()


def test_who_resolves_an_answered_item_drops_its_promise() -> None:
    item = given(said(), queued(promise_until=200), sending(), sent(12), resolved(13))
    assert sla.running_promise(item.turns[0]) is None


# --- closing and reopening ----------------------------------------------------------------------------------------


def test_to_resolve_what_nobody_answered_closes_the_turn() -> None:
    item = given(said(), resolved(50))
    assert (item.status, item.turns[0].end, item.turns[0].ended_at, item.resolved_at) == (
        "resolved", "closed", minute(50), minute(50),
    )  # fmt: skip


def test_to_resolve_what_was_answered_leaves_the_answer() -> None:
    item = given(said(), by_hand(10), resolved(50))
    assert (item.status, item.turns[0].end) == ("resolved", "responded")


def test_to_reopen_an_answered_item_gives_the_floor_back_to_the_author() -> None:
    item = given(said(), by_hand(10), resolved(50), reopened())
    assert (item.status, item.turn, item.resolved_at, item.resolved_reason) == ("answered", None, None, None)


def test_to_reopen_a_closed_turn_lets_its_clocks_run_on_from_their_start() -> None:
    item = given(said(), resolved(50), overridden(3), reopened(500))
    turn = open_turn(item)
    assert (item.status, turn.no, turn.started_at, turn.priority) == ("open", 1, minute(0), 3)
    assert sla.outcome(turn, "response", minute(500)) == "missed"


def test_a_closed_turn_reopens_even_when_later_words_were_withdrawn() -> None:
    item = given(said(), resolved(10), said(at=20, id="m2"), withdrawn(21, id="m2"), reopened())
    assert (open_turn(item).no, [turn.no for turn in item.turns]) == (1, [2, 1])
    again = then(item, by_hand(60), said("so?", 70, id="m3"))
    assert open_turn(again).no == 3


def test_a_closed_turn_whose_words_were_all_withdrawn_is_not_waited_for() -> None:
    assert given(said(), resolved(10), withdrawn(20), reopened()).status == "withdrawn"


def test_a_turn_keeps_when_a_colleague_first_opened_it_again() -> None:
    item = given(said(), resolved(10), reopened(30), resolved(40), reopened(400))
    assert open_turn(item).reopened_at == minute(30)
    answered = given(said(), by_hand(10), resolved(50), reopened(60))
    assert (answered.status, answered.turns[0].reopened_at) == ("answered", minute(60))


def test_a_slip_that_is_taken_back_and_an_old_matter_taken_up_are_no_reopening() -> None:
    week = 7 * 24 * 60
    assert open_turn(given(said(), resolved(10), reopened(14.9))).reopened_at is None
    assert open_turn(given(said(), resolved(10), reopened(15))).reopened_at == minute(15)
    assert open_turn(given(said(), resolved(10), reopened(10 + week))).reopened_at is None
    later = given(said(), resolved(10), reopened(11), resolved(20), reopened(20 + week - 1))
    assert open_turn(later).reopened_at == minute(20 + week - 1)


def test_to_reopen_what_is_not_resolved_changes_nothing() -> None:
    assert then(given(said(), by_hand()), reopened()).status == "answered"
    assert given(said(), withdrawn(), resolved(), reopened()).status == "withdrawn"


def test_to_resolve_a_withdrawn_item_puts_it_away() -> None:
    assert given(said(), withdrawn(), resolved()).status == "resolved"


# --- the rest -----------------------------------------------------------------------------------------------------


def test_a_note_is_kept_once() -> None:
    assert [note.text for note in given(said(), noted(), noted()).notes] == ["Look at the parcel"]


def test_a_warning_is_remembered_by_its_turn_and_by_no_other() -> None:
    assert open_turn(given(said(), warned("ack"))).warned == {"ack"}
    assert open_turn(given(said(), warned("ack", turn=5))).warned == frozenset()


@pytest.mark.parametrize("sent_at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)])
def test_a_network_with_a_mad_clock_breaks_nothing(sent_at: datetime) -> None:
    mad = {"sent_at": sent_at}
    message = said().model_copy(update=mad)
    rest = [event.model_copy(update=mad) for event in (edited("b"), echoed(), said(id="m2"), withdrawn(id="m2"))]
    item = given(message, judged(0.6), *rest)
    assert minute(-1440) <= item.turns[0].started_at <= minute(0)


def test_an_answer_to_no_turn_is_credited_to_nobody() -> None:
    item = given(queued(), sending(11), echoed("shortened", 12, id="x1"), sent(13, id="x1"))
    assert (len(item.replies), item.replies[0].by, item.turns) == (1, ANA, ())


def test_a_claim_by_a_slow_clock_counts_from_the_turns_start() -> None:
    turn = open_turn(given(said(at=5), claimed(4)))
    assert (turn.claimed_at, turn.acknowledged_at) == (minute(5), minute(5))


def test_a_holding_answer_by_a_slow_clock_counts_from_the_turns_start() -> None:
    turn = open_turn(given(said(at=5), by_hand(4, purpose="holding")))
    assert (turn.spoken_at, turn.acknowledged_at) == (minute(5), minute(5))


def test_a_reply_on_its_way_written_before_those_words_does_not_answer_the_new_turn() -> None:
    item = given(said(), queued(15), said("and?", 20, id="m2"), echoed("We are on it", 10, received=26), sent(27))
    assert [turn.responded_at for turn in item.turns] == [minute(10), None]


def test_the_same_words_said_again_on_the_network_are_another_answer() -> None:
    ours = [said(), queued(), sending(), sent(12, id="x1"), said("and?", 20, id="m2")]
    item = given(*ours, echoed("It leaves today", 25, id="e9"))
    assert (len(item.replies), item.replies[1].echoed, item.status) == (2, True, "answered")


def test_an_echo_settles_the_reply_in_doubt_before_it_names_one_that_was_sent() -> None:
    first = [queued(10), sending(11), sent(12, id=None)]
    second = [queued(20, name="r2"), sending(21, name="r2"), doubted(22, name="r2")]
    item = given(
        said(), *first, said("and?", 15, id="m2"), *second, echoed("It leaves today", 21, id="x7", received=23)
    )
    assert [(reply.state, reply.external_id) for reply in item.replies] == [("sent", None), ("sent", "x7")]
