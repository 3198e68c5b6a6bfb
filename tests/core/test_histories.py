"""What holds in every history, likely or absurd."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from inbox import events, item, priority, sla, turns
from inbox.events import AuthorForgotten, Event, ItemEvent, SlaBreached, SlaWarned
from inbox.policy import Policy
from inbox.state import Item
from tests.core.histories import Life, Step, lives, wild, wild_with_oblivion
from tests.core.world import ITEM, POLICY, edited, forgotten, minute, said, texts, withdrawn

JSON = TypeAdapter(Item)


def revived(state: Item) -> Item:
    return JSON.validate_json(JSON.dump_json(state))


def step(state: Item, given_step: Step) -> Item:
    position, event, policy = given_step
    assert isinstance(event, ItemEvent | AuthorForgotten)
    return item.evolve(state, event, position, policy)


def sound(state: Item) -> None:
    """What may be said of any item at any position."""
    assert 1 <= state.priority <= 4
    assert 1 <= state.base_priority <= 4
    assert state.priority >= min(2, state.base_priority)
    assert (state.status in {"open", "acknowledged"}) == (state.turn is not None)
    assert all(turn.ended_at is not None for turn in state.turns[:-1])
    assert len({turn.no for turn in state.turns}) == len(state.turns)
    assert len({message.external_id for message in state.messages}) == len(state.messages)
    known = {turn.no for turn in state.turns}
    assert all(message.turn in known for message in state.messages)
    for turn in state.turns:
        assert turn.ack_due_at <= turn.response_due_at
        assert (turn.ended_at is None) == (turn.end is None)
        assert (turn.end == "responded") == (turn.responded_at is not None)
        stops = (turn.acknowledged_at, turn.responded_at, turn.claimed_at, turn.spoken_at, turn.ended_at)
        assert all(turn.started_at <= at for at in stops if at is not None)
        if turn.responded_at is not None:
            assert turn.acknowledged_at is not None
            assert turn.acknowledged_at <= turn.responded_at
    if state.turn is not None:
        assert state.turn.priority == state.base_priority
        assert any(said.withdrawn_at is None for said in state.messages if said.turn == state.turn.no)


@given(wild_with_oblivion())
def test_folding_step_by_step_through_json_equals_folding_from_scratch_at_every_prefix(steps: list[Step]) -> None:
    state = Item(ITEM)
    for count, one in enumerate(steps, 1):
        state = revived(step(state, one))
        assert state == item.fold(ITEM, steps[:count])
        assert state.position == one[0]


@given(wild_with_oblivion())
def test_any_events_in_any_order_leave_a_sound_item(steps: list[Step]) -> None:
    state = Item(ITEM)
    for one in steps:
        state = step(state, one)
        sound(state)
        assert {why.code for why in priority.explain(state, one[2], minute(50))} <= set(priority.WHY_CODES)
        sla.rank_due(state)


@given(wild())
def test_an_event_that_comes_twice_in_a_row_changes_nothing(steps: list[Step]) -> None:
    state = Item(ITEM)
    for position, event, policy in steps:
        state = step(state, (position, event, policy))
        assert step(state, (position, event, policy)) == state


NETWORK = (events.MessageReceived, events.MessageEdited, events.MessageWithdrawn, events.ReplyEchoed)


@given(wild(), st.data())
def test_what_the_network_says_again_later_changes_no_words(steps: list[Step], data: st.DataObject) -> None:
    state = item.fold(ITEM, steps)
    said_before = [one for one in steps if isinstance(one[1], NETWORK)]
    if said_before:
        again = step(state, data.draw(st.sampled_from(said_before)))
        assert texts(again) == texts(state)
        assert again.turns == state.turns
        assert len(again.replies) == len(state.replies)


@given(
    st.permutations(
        [said("a"), edited("b", 1), edited("c", 2), withdrawn(3), said("d", 1, id="m2"), edited("e", 2, id="m2")]
    )
)
def test_the_order_of_arrival_changes_neither_the_words_nor_what_stands(arrived: list[Event]) -> None:
    state = item.fold(ITEM, [(position, event, POLICY) for position, event in enumerate(arrived, 1)])
    words = {message.external_id: (message.text, message.withdrawn_at) for message in state.messages}
    assert words == {"m1": ("c", minute(3)), "m2": ("e", None)}
    assert (state.early, state.status) == ((), "open")


@given(wild(), st.integers(0, 30))
def test_an_item_rebuilt_after_its_author_was_forgotten_is_the_one_that_was_blanked(steps: list[Step], at: int) -> None:
    before, after = steps[:at], steps[at:]
    lived = item.fold(ITEM, [*before, (999, forgotten(), POLICY)])
    rebuilt = item.fold(
        ITEM, [*((n, _sealed_away(event), policy) for n, event, policy in before), (999, forgotten(), POLICY)]
    )
    assert lived == rebuilt
    for one in after:
        if not isinstance(one[1], events.MessageEdited):  # an edit made after that carries words again
            lived, rebuilt = step(lived, one), step(rebuilt, one)
    assert lived == rebuilt


def _sealed_away(event: Event) -> Event:
    body, _ = events.encode(event)
    return events.decode(event.TYPE, event.V, body, None)


@given(lives())
def test_a_lived_item_is_sound_at_every_position_and_folds_from_scratch(life: Life) -> None:
    state = Item(ITEM)
    for one in life.steps:
        state = step(state, one)
        sound(state)
    assert item.fold(ITEM, life.steps) == life.item
    assert revived(life.item) == life.item


@given(lives())
def test_each_clock_of_a_turn_is_warned_and_breached_at_most_once(life: Life) -> None:
    for kind in (SlaWarned, SlaBreached):
        rung = [(event.turn, event.clock) for _, event, _ in life.steps if isinstance(event, kind)]
        assert len(rung) == len(set(rung))


@given(lives())
def test_at_most_one_reply_of_ours_is_ever_on_its_way(life: Life) -> None:
    state = Item(ITEM)
    for one in life.steps:
        state = step(state, one)
        assert sum(reply.state in turns.IN_FLIGHT for reply in state.replies) <= 1


@given(lives())
def test_the_clock_has_nothing_to_say_before_the_next_alarm_and_something_at_it(life: Life) -> None:
    last = turns.last(life.item)
    alarm = sla.next_alarm_at(life.policy, last) if last else None
    if alarm is None:
        assert check(life, life.policy, minute(10**7)) == []
    else:
        assert check(life, life.policy, alarm - sla.TICK) == []
        assert check(life, life.policy, alarm) != []


def check(life: Life, policy: Policy, at: object) -> list[Event]:
    return item.decide(life.item, item.CheckClocks(), at, policy, command_id="k")  # type: ignore[arg-type]


@given(lives())
def test_what_somebody_waits_for_is_due_and_past_due_it_is_missed(life: Life) -> None:
    turn = life.item.turn
    if turn is not None:
        assert sla.rank_due(life.item) is not None
        assert sla.warn_at(life.policy, turn, "response") <= turn.response_due_at
        later = max(turn.response_due_at, turn.ack_due_at) + timedelta(days=1)
        assert sla.outcome(turn, "response", later) == "missed"


@given(lives(), st.sampled_from([1, 2, 3, 4]))
def test_a_persons_word_on_priority_stands(life: Life, chosen: int) -> None:
    life.commands(item.OverridePriority(1, chosen))
    assert (life.item.priority, life.item.base_priority) == (chosen, chosen)


@given(lives())
def test_no_waiting_alone_makes_a_p1(life: Life) -> None:
    state = life.item
    unpromoted = replace(state, promoted=0)
    assert state.priority > 1 or unpromoted.base_priority == 1
