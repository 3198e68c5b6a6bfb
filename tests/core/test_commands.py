"""Given what happened, when somebody asks for something, then these events, or a refusal."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from inbox import events, item
from inbox.events import Event
from tests.core.world import (
    ANA,
    BEN,
    CHLOE,
    OTHER_ITEM,
    about,
    assigned,
    by_hand,
    claimed,
    doubted,
    echoed,
    failed,
    forgotten,
    given,
    lapsed,
    minute,
    named,
    not_urgent,
    noted,
    overridden,
    queued,
    reply_id,
    resolved,
    said,
    sending,
    sent,
    settled,
    spoken_in,
    then,
    when,
    withdrawn,
)

ON_ITS_WAY = [[queued(10)], [queued(10), sending()], [queued(10), sending(), doubted()], [queued(10), failed(retry=99)]]
ONE_HOUR = 60.0


def refused(history: Sequence[Event], command: item.Command, at: float = ONE_HOUR) -> str:
    with pytest.raises(item.Refused) as refusal:
        when(given(*history), command, at)
    assert refusal.value.status in {400, 404, 409}
    assert refusal.value.message
    return refusal.value.code


# --- acknowledge --------------------------------------------------------------------------------------------------


def test_to_acknowledge_without_words_is_a_claim() -> None:
    waiting = given(said())
    assert when(waiting, item.Acknowledge(ANA), at=5) == [claimed(5)]


def test_to_acknowledge_with_words_queues_a_holding_reply() -> None:
    claim, reply = when(given(said()), item.Acknowledge(ANA, "We read you", minute(90)), at=5)
    assert claim == claimed(5)
    assert isinstance(reply, events.ReplyQueued)
    assert (reply.purpose, reply.text, reply.in_reply_to) == ("holding", "We read you", "m1")
    assert (reply.promise_until, reply.by, reply.at) == (minute(90), ANA, minute(5))


def test_there_is_nobody_to_acknowledge_where_nobody_waits() -> None:
    for history in ([], [said(), by_hand()], [said(), resolved()], [said(), withdrawn()]):
        assert refused(history, item.Acknowledge(ANA)) == "nobody_waits"


def test_what_somebody_took_charge_of_cannot_be_acknowledged_again() -> None:
    assert refused([said(), claimed()], item.Acknowledge(BEN)) == "already_acknowledged"
    assert refused([said(), by_hand(purpose="holding")], item.Acknowledge(BEN, "hello")) == "already_acknowledged"


def test_a_lapsed_claim_can_be_taken_up() -> None:
    assert named(when(given(said(), claimed(), lapsed()), item.Acknowledge(BEN), at=99)) == ["ItemAcknowledged"]


def test_a_promise_needs_words() -> None:
    assert refused([said()], item.Acknowledge(ANA, None, minute(90))) == "promise_without_text"


def test_a_closed_window_stops_a_holding_reply_and_not_a_claim() -> None:
    assert refused([said(reply_until=30)], item.Acknowledge(ANA, "hello")) == "window_closed"
    assert named(when(given(said(reply_until=30)), item.Acknowledge(ANA))) == ["ItemAcknowledged"]


@pytest.mark.parametrize("on_its_way", ON_ITS_WAY)
def test_no_holding_reply_leaves_beside_another_reply(on_its_way: list[Event]) -> None:
    assert refused([said(), *on_its_way], item.Acknowledge(ANA, "hello")) == "reply_in_flight"


# --- reply --------------------------------------------------------------------------------------------------------


def test_a_reply_is_queued_under_an_id_of_its_command() -> None:
    waiting = given(said(), said(id="m2"))
    first, again = (when(waiting, item.Reply(ANA, "It leaves today"), command_id="c1") for _ in range(2))
    other = when(waiting, item.Reply(ANA, "It leaves today"), command_id="c2")
    assert first == again
    assert isinstance(first[0], events.ReplyQueued)
    assert isinstance(other[0], events.ReplyQueued)
    assert first[0].reply_id != other[0].reply_id
    assert (first[0].purpose, first[0].in_reply_to) == ("response", "m2")


@pytest.mark.parametrize("command", [item.Reply(ANA, "hello"), item.Acknowledge(ANA, "hello")])
def test_the_same_command_again_queues_no_second_reply(command: item.Command) -> None:
    waiting = given(said())
    decided = when(waiting, command)
    assert when(then(waiting, *decided), command) == []  # type: ignore[arg-type]


def test_a_reply_answers_the_latest_words_that_stand() -> None:
    (reply,) = when(given(said(), said(id="m2"), withdrawn(id="m2")), item.Reply(ANA, "hello"))
    assert isinstance(reply, events.ReplyQueued)
    assert reply.in_reply_to == "m1"


def test_a_follow_up_may_leave_when_nobody_waits() -> None:
    assert named(when(given(said(), by_hand(), resolved()), item.Reply(ANA, "It came?"))) == ["ReplyQueued"]


@pytest.mark.parametrize("on_its_way", ON_ITS_WAY)
def test_no_reply_leaves_beside_another(on_its_way: list[Event]) -> None:
    assert refused([said(), *on_its_way], item.Reply(ANA, "hello")) == "reply_in_flight"


@pytest.mark.parametrize("over", [[failed()], [sending(), sent()], [sending(), doubted(), settled(False)]])
def test_a_reply_may_leave_once_the_other_is_settled(over: list[Event]) -> None:
    assert named(when(given(said(), queued(), *over), item.Reply(ANA, "hello"))) == ["ReplyQueued"]


def test_nobody_writes_to_who_took_everything_back() -> None:
    assert refused([said(), withdrawn()], item.Reply(ANA, "hello")) == "withdrawn"
    assert refused([], item.Reply(ANA, "hello")) == "withdrawn"


def test_nobody_writes_to_who_was_forgotten_until_they_speak_again() -> None:
    history = [said(), forgotten()]
    assert refused(history, item.Reply(ANA, "hello")) == "forgotten"
    assert named(when(given(*history, said(at=120, id="m2")), item.Reply(ANA, "hello"), 130)) == ["ReplyQueued"]


def test_the_window_is_open_up_to_its_last_moment() -> None:
    assert named(when(given(said(reply_until=60)), item.Reply(ANA, "hello"), 60)) == ["ReplyQueued"]
    assert refused([said(reply_until=60)], item.Reply(ANA, "hello"), 60.001) == "window_closed"


@pytest.mark.parametrize(("text", "code"), [("", "empty_text"), (" \n", "empty_text"), ("x" * 10_001, "text_too_long")])
def test_words_must_be_some_and_not_too_many(text: str, code: str) -> None:
    assert refused([said()], item.Reply(ANA, text)) == code
    assert refused([said()], item.Acknowledge(ANA, text)) == code
    assert refused([said()], item.AddNote(ANA, text)) == code


def test_ten_thousand_characters_are_not_too_many() -> None:
    assert when(given(said()), item.Reply(ANA, "x" * 10_000))


def test_nobody_promises_the_past() -> None:
    assert refused([said()], item.Reply(ANA, "hello", promise_until=minute(60))) == "promise_in_the_past"


# --- by hand, notes -----------------------------------------------------------------------------------------------


def test_an_answer_by_hand_is_a_fact_whatever_the_state() -> None:
    histories: list[list[Event]] = [[said(reply_until=1)], [said(), queued()], [said(), withdrawn()], []]
    for history in histories:
        assert named(when(given(*history), item.AnswerByHand(ANA, "I rang"))) == ["AnsweredByHand"]


def test_an_answer_by_hand_needs_no_words_but_keeps_them() -> None:
    for text, kept in ((None, None), ("  ", None), ("I rang", "I rang")):
        (event,) = when(given(said()), item.AnswerByHand(BEN, text, "holding"))
        assert isinstance(event, events.AnsweredByHand)
        assert (event.text, event.purpose, event.by) == (kept, "holding", BEN)
    assert refused([said()], item.AnswerByHand(ANA, "x" * 10_001)) == "text_too_long"


def test_a_note_gets_an_id_of_its_command() -> None:
    waiting = given(said())
    decided = when(waiting, item.AddNote(ANA, "Look at the parcel"))
    assert named(decided) == ["NoteAdded"]
    noted_down = then(waiting, *decided)  # type: ignore[arg-type]
    assert when(noted_down, item.AddNote(ANA, "Look at the parcel")) == []
    assert named(when(noted_down, item.AddNote(ANA, "Again"), command_id="c2")) == ["NoteAdded"]


# --- assign, resolve, reopen, override ----------------------------------------------------------------------------


def test_an_item_is_assigned_and_given_back() -> None:
    assert when(given(said()), item.Assign(ANA, BEN)) == [assigned(BEN, 60)]
    assert when(given(said(), assigned(BEN)), item.Assign(ANA, None)) == [assigned(None, 60)]


def test_to_assign_it_to_whom_it_is_assigned_changes_nothing() -> None:
    assert when(given(said(), assigned(BEN)), item.Assign(ANA, BEN)) == []
    assert when(given(said()), item.Assign(ANA, None)) == []


def test_to_resolve_gives_the_reason() -> None:
    (event,) = when(given(said()), item.Resolve(ANA, "spam"))
    assert isinstance(event, events.ItemResolved)
    assert (event.reason, event.by) == ("spam", ANA)


def test_to_resolve_what_is_resolved_changes_nothing() -> None:
    assert when(given(said(), resolved()), item.Resolve(BEN)) == []


@pytest.mark.parametrize("on_its_way", ON_ITS_WAY)
def test_nothing_is_resolved_while_a_reply_may_still_fail(on_its_way: list[Event]) -> None:
    assert refused([said(), *on_its_way], item.Resolve(ANA)) == "reply_in_flight"


def test_only_what_is_resolved_is_reopened() -> None:
    assert named(when(given(said(), resolved()), item.Reopen(ANA))) == ["ItemReopened"]
    for history in ([said()], [said(), by_hand()], [said(), withdrawn()]):
        assert refused(history, item.Reopen(ANA)) == "not_resolved"


def test_what_was_withdrawn_since_is_not_reopened() -> None:
    assert refused([said(), resolved(10), withdrawn(20)], item.Reopen(ANA)) == "withdrawn"


def test_a_priority_is_set_and_given_back() -> None:
    assert when(given(said()), item.OverridePriority(ANA, 1)) == [overridden(1, 60)]
    assert when(given(said(), overridden(1)), item.OverridePriority(ANA, None)) == [overridden(None, 60)]
    assert when(given(said(), overridden(1)), item.OverridePriority(BEN, 1)) == []


@pytest.mark.parametrize("priority", [0, 5, -1])
def test_there_are_four_priorities(priority: int) -> None:
    assert refused([said()], item.OverridePriority(ANA, priority)) == "no_such_priority"


# --- settle -------------------------------------------------------------------------------------------------------


def test_an_uncertain_reply_is_settled_either_way() -> None:
    uncertain = given(said(), queued(), sending(), doubted())
    for was_sent in (True, False):
        assert when(uncertain, item.SettleReply(ANA, reply_id("r1"), was_sent), 90) == [settled(was_sent)]


def test_to_settle_it_the_same_way_again_changes_nothing() -> None:
    history = [said(), queued(), sending(), doubted()]
    for was_sent in (True, False):
        assert when(given(*history, settled(was_sent)), item.SettleReply(BEN, reply_id("r1"), was_sent)) == []


@pytest.mark.parametrize("history", [[queued()], [queued(), sending()], [queued(), sending(), sent()]])
def test_only_doubt_is_settled(history: list[Event]) -> None:
    assert refused([said(), *history], item.SettleReply(ANA, reply_id("r1"), False)) == "not_uncertain"


def test_a_reply_that_does_not_exist_is_not_settled() -> None:
    assert refused([said()], item.SettleReply(None, reply_id("r1"), True)) == "no_such_reply"


# --- conflicts ----------------------------------------------------------------------------------------------------

MACHINE = [
    events.SlaWarned(item_id=OTHER_ITEM, turn=1, clock="ack", due_at=minute(1), at=minute(1)),
    events.SlaBreached(item_id=OTHER_ITEM, turn=1, clock="ack", due_at=minute(1), at=minute(1)),
    events.MessageClassified(
        item_id=OTHER_ITEM,
        external_id="m",
        model="m",
        assessed=True,
        sentiment="neutral",
        urgency=0,
        level=0,
        at=minute(1),
    ),
]
COMMANDS = [
    item.Acknowledge(ANA), item.Acknowledge(ANA, "hello"), item.Reply(ANA, "hello"), item.AnswerByHand(ANA),
    item.AddNote(ANA, "n"), item.Assign(ANA, ANA), item.Resolve(ANA), item.Reopen(ANA), item.OverridePriority(ANA, 1),
    item.SettleReply(ANA, reply_id("r1"), True), item.CheckClocks(), item.CorrectCategories(ANA, ("press",)),
    item.CorrectLanguage(ANA, "it"), item.MarkNotUrgent(ANA),
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_neither_the_machine_nor_a_note_is_ever_in_the_way(command: item.Command) -> None:
    assert item.conflicts(command, [*MACHINE, noted()]) == []


EVERYTHING: dict[str, Event] = {
    "said": said(id="m2"), "edited": events.MessageEdited(
        item_id=OTHER_ITEM, channel_id="page", external_id="m", sent_at=minute(1), received_at=minute(1)
    ),
    "withdrawn": withdrawn(), "forgotten": forgotten(), "mine": claimed(), "theirs": claimed(by=BEN),
    "to_me": assigned(ANA, by=BEN), "to_them": assigned(BEN, by=BEN), "to_nobody": assigned(None, by=BEN),
    "queued": queued(), "sent": sent(), "failed": failed(), "retried": failed(retry=9), "doubted": doubted(),
    "settled": settled(True), "echoed": echoed(), "by_hand": by_hand(), "resolved": resolved(by=BEN),
    "overridden": overridden(3, by=BEN), "lapsed": lapsed(), "about": about("press", by=BEN),
    "calm": not_urgent(by=BEN), "spoken_in": spoken_in("it", by=BEN), "i_said": about("press"),
    "i_calmed": not_urgent(), "i_heard": spoken_in("it"),
}  # fmt: skip
ANSWERS = {"queued", "echoed", "by_hand"}
GONE = {"withdrawn", "forgotten"}
NEW_WORDS = {"said", "edited"}


@pytest.mark.parametrize(
    ("command", "in_the_way"),
    [
        (item.Acknowledge(ANA), {"mine", "theirs", "to_them", "resolved"} | ANSWERS | GONE),
        (item.Reply(ANA, "hello"), {"theirs", "to_them", "resolved"} | ANSWERS | GONE | NEW_WORDS),
        (item.AnswerByHand(ANA), {"echoed", "by_hand", "resolved"} | NEW_WORDS),
        (item.AnswerByHand(ANA, purpose="holding"), {"echoed", "by_hand", "resolved"}),
        (item.AddNote(ANA, "n"), set()),
        (item.Assign(ANA, CHLOE), {"theirs", "to_me", "to_them", "to_nobody"}),
        (item.Assign(ANA, BEN), {"to_me", "to_nobody"}),
        (item.Resolve(ANA), {"theirs", "to_them", "queued", "echoed", "failed", "doubted", "resolved"} | NEW_WORDS),
        (item.Reopen(ANA), {"said", "withdrawn", "resolved"}),
        (item.OverridePriority(ANA, 1), {"overridden", "about", "calm"}),
        (item.CorrectCategories(ANA, ("press",)), {"overridden", "about", "calm"} | NEW_WORDS),
        (item.MarkNotUrgent(ANA), {"overridden", "about", "calm"} | NEW_WORDS),
        (item.CorrectLanguage(ANA, "it"), {"spoken_in"} | NEW_WORDS),
        (item.SettleReply(ANA, reply_id("r1"), True), {"sent", "failed", "retried", "settled"}),
        (item.SettleReply(ANA, reply_id("r2"), True), set()),
        (item.CheckClocks(), set()),
    ],
)  # fmt: skip
def test_who_stands_in_whose_way(command: item.Command, in_the_way: set[str]) -> None:
    assert {name for name, event in EVERYTHING.items() if item.conflicts(command, [event])} == in_the_way


def test_conflicts_come_in_the_order_of_the_log() -> None:
    since = [said(id="m2"), noted(), queued()]
    assert item.conflicts(item.Reply(ANA, "hello"), since) == [since[0], since[2]]


def test_the_echo_of_our_own_reply_is_not_in_the_way() -> None:
    ours = [said(), queued(), sending(), sent(12, id="x1")]
    echo = echoed("It leaves today", 12, id="x1")
    assert item.conflicts(item.Reply(ANA, "And a gift"), [echo], item=given(*ours, echo)) == []
    assert item.conflicts(item.Reply(ANA, "And a gift"), [sent(12, id="x1"), echo]) == []


def test_the_answer_of_a_stranger_on_the_network_is() -> None:
    echo = echoed()
    assert item.conflicts(item.Reply(ANA, "hello"), [echo], item=given(said(), echo)) == [echo]
