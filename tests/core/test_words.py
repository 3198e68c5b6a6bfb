"""What the author says, changes and takes back, in whatever order we hear of it."""

from __future__ import annotations

import pytest

from inbox.state import Item
from tests.core.world import (
    ITEM,
    POLICY,
    by_hand,
    claimed,
    echoed,
    edited,
    given,
    judged,
    minute,
    open_turn,
    resolved,
    said,
    texts,
    then,
    withdrawn,
)


def test_the_first_words_open_a_turn() -> None:
    item = given(said(at=-3, received=0))
    assert item.status == "open"
    assert open_turn(item).started_at == minute(-3)
    assert (item.network, item.channel_id, item.kind, item.thread_id) == ("facebook", "page", "comment", "thread")


def test_more_words_in_the_same_turn_restart_no_clock() -> None:
    item = given(said(), said("hello?", 20, id="m2"))
    assert len(item.turns) == 1
    assert open_turn(item).ack_due_at == minute(30)
    assert [message.turn for message in item.messages] == [1, 1]


def test_the_same_message_again_changes_nothing_but_the_position() -> None:
    once = given(said())
    twice = then(once, said("something else", 9))
    assert texts(twice) == texts(once)
    assert (once.position, twice.position) == (1, 2)


@pytest.mark.parametrize("end", [by_hand(10), resolved(10)])
def test_words_after_the_end_open_a_new_turn(end: object) -> None:
    item = given(said(), end, said("and now?", 20, id="m2"))  # type: ignore[arg-type]
    assert item.status == "open"
    assert (open_turn(item).no, open_turn(item).started_at) == (2, minute(20))


def test_an_edit_replaces_the_words() -> None:
    item = given(said(), judged(0.6), edited("It came, but broken"))
    assert texts(item) == ["It came, but broken"]
    assert item.messages[0].edited_at == minute(1)
    assert item.messages[0].judgement is None


def test_an_edit_that_comes_before_its_original_waits_for_it() -> None:
    early = given(edited("broken"))
    assert (early.messages, early.status, early.channel_id) == ((), "answered", "page")
    item = then(early, said())
    assert (texts(item), item.early) == (["broken"], ())


def test_of_two_edits_the_later_by_the_networks_time_stands() -> None:
    assert texts(given(said(), edited("second", 3), edited("first", 2))) == ["second"]
    assert texts(given(edited("second", 3), edited("first", 2), said())) == ["second"]


def test_two_edits_within_one_tick_of_the_network_both_count() -> None:
    assert texts(given(said(), edited("first", 3), edited("second", 3))) == ["second"]


def test_the_same_edit_again_does_not_unjudge_the_words() -> None:
    assert given(said(), edited("b"), judged(0.6), edited("b")).scored


def test_a_withdrawal_of_all_of_a_turn_ends_it_as_withdrawn() -> None:
    item = given(said(), withdrawn(7))
    assert (item.status, item.turn, item.turns[0].end, item.turns[0].ended_at) == (
        "withdrawn", None, "withdrawn", minute(7),
    )  # fmt: skip


def test_a_turn_goes_on_while_some_of_it_stands() -> None:
    item = given(said(), said(id="m2"), withdrawn())
    assert item.status == "open"


def test_a_deletion_that_comes_before_its_original_leaves_nobody_waiting() -> None:
    item = given(withdrawn(2), said())
    assert (item.status, item.messages[0].withdrawn_at) == ("withdrawn", minute(2))


def test_the_same_deletion_early_and_twice_counts_once() -> None:
    item = given(withdrawn(2), withdrawn(2))
    assert len(item.early) == 1
    assert then(item, said(), withdrawn(2), withdrawn(3)).messages[0].withdrawn_at == minute(2)


@pytest.mark.parametrize(("before", "status"), [(by_hand(10), "answered"), (resolved(10), "resolved")])
def test_when_later_words_are_withdrawn_the_item_is_again_what_it_was(before: object, status: str) -> None:
    item = given(said(), before, said("oops", 20, id="m2"), withdrawn(21, id="m2"))  # type: ignore[arg-type]
    assert item.status == status
    assert (item.resolved_at is not None) == (status == "resolved")


def test_a_withdrawal_after_the_answer_takes_nothing_from_it() -> None:
    item = given(said(), by_hand(10), withdrawn(20))
    assert (item.status, item.turns[0].end) == ("answered", "responded")


def test_words_after_a_withdrawal_open_a_new_turn() -> None:
    assert open_turn(given(said(), withdrawn(), said("again", 9, id="m2"))).no == 2


def test_a_judgement_of_a_message_nobody_knows_is_stale() -> None:
    assert given(said(), judged(0.9, id="m9")).priority == 2


def test_the_widest_reply_window_counts() -> None:
    item = given(said(reply_until=100), said(id="m2", reply_until=50), said(id="m3"))
    assert item.reply_until == minute(100)


def test_the_latest_message_knows_the_author_best() -> None:
    item = given(said(followers=10), said(id="m2", followers=54_321), said(id="m3"))
    assert item.reach == 54_000


def test_an_item_nobody_has_spoken_in_waits_for_nobody() -> None:
    assert given(claimed()).status == "answered"
    assert given(echoed()).turns == ()
    assert given().status == Item(ITEM).status


def test_policies_of_their_time_give_the_due_times() -> None:
    slow = POLICY.model_copy(update={"targets": {**POLICY.targets, 2: POLICY.targets[4]}})
    assert open_turn(then(given(said()), judged(0.6), policy=slow)).ack_due_at == minute(30)
    assert open_turn(given(said(), policy=slow)).ack_due_at == minute(240)
