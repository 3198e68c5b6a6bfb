"""People correct the classifier: what they say of the words so far stands, and what is said next is judged afresh."""

from __future__ import annotations

import pytest

from classifier.judgement import BAND, LEVEL_OF
from inbox import categories, corrections, events, item, priority
from inbox.events import Event
from inbox.state import Item
from tests.core.world import (
    ANA,
    BEN,
    POLICY,
    about,
    about_given_back,
    by_hand,
    edited,
    forgotten,
    given,
    judged,
    minute,
    named,
    not_urgent,
    overridden,
    said,
    spoken_in,
    then,
    when,
    withdrawn,
)

ALARMED: list[Event] = [said(), judged(0.9, level=3, category="safety", evidence=("fire",))]
CALM: list[Event] = [said(), judged(0.1, level=0, category="praise", sentiment="positive")]


def about_what(state: Item) -> list[str]:
    return [reason.category for reason in state.reasons]


def told(state: Item, code: str) -> dict[str, str | int | float]:
    return next(why.params for why in priority.explain(state, POLICY, minute(10)) if why.code == code)


def codes(state: Item) -> list[str]:
    return [why.code for why in priority.explain(state, POLICY, minute(10))]


def test_the_vocabulary_is_that_of_the_classifier() -> None:
    assert dict(categories.LEVEL_OF) == dict(LEVEL_OF)
    assert categories.BAND == BAND


# --- what it is about ---------------------------------------------------------------------------------------------


def test_a_danger_that_the_classifier_missed_becomes_p1() -> None:
    state = given(*CALM, about("safety"))
    assert (state.priority, state.level, about_what(state)) == (1, 3, ["safety"])
    assert codes(state)[:3] == ["danger", "corrected", "risk"]
    assert told(state, "corrected") == {"by": ANA, "categories": "safety"}


def test_the_due_times_follow_from_the_same_start() -> None:
    state = given(*CALM, about("safety", at=5))
    assert state.turn is not None
    assert (state.turn.priority, state.turn.ack_due_at) == (1, minute(15))


def test_a_category_that_is_none_goes_and_takes_its_urgency_along() -> None:
    state = given(*ALARMED, about("question"))
    assert (about_what(state), state.level, state.urgency, state.priority) == (["question"], 0, 0.125, 4)


def test_nothing_of_note_may_be_said_too() -> None:
    state = given(*ALARMED, about())
    assert (about_what(state), state.level, state.priority) == ([], 0, 4)


def test_what_a_person_confirms_keeps_its_quote_and_its_urgency() -> None:
    (reason,) = given(*ALARMED, about("safety")).reasons
    assert (reason.evidence, reason.score) == (("fire",), 1)
    assert given(*ALARMED, about("safety")).urgency == 0.9
    assert given(*ALARMED, about("press")).reasons[0].evidence == ()


def test_given_back_the_classifiers_word_counts_again() -> None:
    corrected = given(*ALARMED, about("question"), about_given_back())
    assert (about_what(corrected), corrected.priority) == (["safety"], 1)
    assert "corrected" not in codes(corrected)


def test_what_a_person_read_is_read_even_before_the_classifier_has() -> None:
    state = given(said(), about("question"))
    assert (state.scored, state.priority, state.lang) == (True, 4, None)
    assert "unscored" not in codes(state)
    later = then(state, judged(0.9, level=3, category="safety"))
    assert (about_what(later), later.priority, later.lang) == (["question"], 4, "en")


def test_what_could_not_be_assessed_has_been_by_a_person() -> None:
    state = given(said(), judged(0.1, level=0, assessed=False), about("praise"))
    assert (state.priority, "not_assessed" in codes(state)) == (4, False)


def test_new_words_are_judged_afresh() -> None:
    state = given(*ALARMED, about("question"), said("It burns again", 20, id="m2"))
    assert (state.priority, state.scored, about_what(state)) == (2, False, ["question"])
    state = then(state, judged(0.9, 21, id="m2", level=3, category="safety"))
    assert (state.priority, about_what(state)) == (1, ["safety"])


def test_edited_words_are_judged_afresh_and_until_then_the_persons_word_holds() -> None:
    state = given(*CALM, about("safety"), edited("It burns", 20))
    assert (state.priority, state.scored, state.messages[0].correction.categories) == (1, False, None)
    assert "corrected" not in codes(state)
    assert then(state, judged(0.1, 21, level=0)).priority == 4


def test_words_of_an_earlier_turn_are_left_as_they_were() -> None:
    state = given(*ALARMED, by_hand(10), said("Thanks", 20, id="m2"), judged(0.1, 21, id="m2", level=0), about())
    assert [message.correction.categories for message in state.messages] == [None, ()]


def test_what_was_said_of_a_forgotten_author_stays_without_their_words() -> None:
    state = given(*ALARMED, about("safety"), forgotten())
    assert [(reason.category, reason.evidence) for reason in state.reasons] == [("safety", ())]
    assert given(*ALARMED, forgotten()).reasons == ()


# --- the language -------------------------------------------------------------------------------------------------


def test_the_language_a_person_heard_is_shown() -> None:
    state = given(*ALARMED, spoken_in("tr"))
    assert (state.lang, state.priority) == ("tr", 1)
    assert told(state, "language") == {"by": ANA, "lang": "tr"}
    assert then(state, spoken_in(None, 9)).lang == "en"


def test_a_language_may_be_heard_before_the_words_are_read() -> None:
    state = given(said(), spoken_in("tr"))
    assert (state.lang, state.scored, state.priority) == ("tr", False, 2)
    assert then(state, judged(0.6)).lang == "tr"
    assert given(said()).lang is None


# --- not urgent ---------------------------------------------------------------------------------------------------


def test_a_false_alarm_ranks_by_the_matrix_as_what_is_not_urgent() -> None:
    state = given(*ALARMED, not_urgent())
    assert (state.priority, state.level, state.urgency, about_what(state)) == (3, 1, 0.375, [])
    assert told(state, "not_urgent") == {"by": ANA}
    far = given(said(followers=20_000), *ALARMED[1:], not_urgent())
    assert far.priority == 2


def test_without_a_negative_tone_a_false_alarm_ranks_lowest() -> None:
    state = given(said(), judged(0.9, level=3, category="safety", sentiment="neutral"), not_urgent())
    assert (state.priority, state.level, state.urgency) == (4, 0, 0.125)


def test_what_is_calm_already_stays_where_it_is() -> None:
    state = given(said(), judged(0.3, level=1, category="complaint"), not_urgent())
    assert (state.urgency, state.level, about_what(state)) == (0.3, 1, ["complaint"])


def test_words_nobody_has_read_may_be_marked_too() -> None:
    assert given(said(), not_urgent()).priority == 4


def test_the_mark_is_taken_back() -> None:
    assert given(*ALARMED, not_urgent(), not_urgent(undone=True)).priority == 1


def test_a_priority_set_by_hand_stands_over_it() -> None:
    assert given(*ALARMED, not_urgent(), overridden(1)).priority == 1


def test_who_names_an_alarm_later_takes_back_that_it_was_none() -> None:
    state = given(*ALARMED, not_urgent(), about("safety", by=BEN))
    assert (state.priority, state.messages[0].correction.not_urgent_by) == (1, None)
    assert given(*ALARMED, not_urgent(), about("complaint")).messages[0].correction.not_urgent
    assert given(*ALARMED, about("safety"), not_urgent()).priority == 3


def test_several_corrections_of_several_messages_are_each_told_once() -> None:
    both = given(*ALARMED, said(id="m2"), about("press"), spoken_in("it"), said(id="m3"), spoken_in("it", 9))
    assert [code for code in codes(both) if code in {"corrected", "language"}] == ["corrected", "language"]
    assert corrections.corrected(both.messages[0]) == ("categories", "language")
    assert corrections.corrected(given(*ALARMED, not_urgent()).messages[0]) == ("urgency",)


# --- commands -----------------------------------------------------------------------------------------------------


def test_a_correction_keeps_what_the_classifier_had_said() -> None:
    assert when(given(*ALARMED), item.CorrectCategories(ANA, ("question", "press"))) == [
        about("press", "question", at=60, rules=1, had=("safety",))
    ]
    assert when(given(*ALARMED), item.CorrectLanguage(ANA, "tr")) == [spoken_in("tr", 60, had="en")]
    assert when(given(*ALARMED), item.MarkNotUrgent(ANA)) == [not_urgent(60, rules=1)]
    assert when(given(*ALARMED), item.OverridePriority(ANA, 4)) == [overridden(4, 60, rules=1)]


def test_what_the_classifier_had_said_is_not_what_people_said_before() -> None:
    state = given(*ALARMED, about("question"), spoken_in("tr"))
    assert when(state, item.CorrectCategories(BEN, ())) == [about(at=60, by=BEN, rules=1, had=("safety",))]
    assert when(state, item.CorrectLanguage(BEN, "ar")) == [spoken_in("ar", 60, by=BEN, had="en")]
    assert when(given(said()), item.CorrectLanguage(ANA, "tr")) == [spoken_in("tr", 60)]


@pytest.mark.parametrize(
    ("said_already", "again"),
    [
        (about("press"), item.CorrectCategories(BEN, ("press",))), (about(), item.CorrectCategories(BEN, ())),
        (spoken_in("it"), item.CorrectLanguage(BEN, "it")), (not_urgent(), item.MarkNotUrgent(BEN)),
    ],
)  # fmt: skip
def test_what_is_corrected_so_already_changes_nothing(said_already: Event, again: item.Command) -> None:
    assert when(given(*ALARMED, said_already), again) == []


@pytest.mark.parametrize(
    "command",
    [item.CorrectCategories(ANA, None), item.CorrectLanguage(ANA, None), item.MarkNotUrgent(ANA, undone=True)],
)
def test_there_is_nothing_to_take_back_where_nothing_was_corrected(command: item.Command) -> None:
    assert when(given(*ALARMED), command) == []
    assert when(given(), command) == []


def test_to_name_an_alarm_again_after_it_was_marked_as_none_is_a_change() -> None:
    state = given(*ALARMED, about("safety"), not_urgent())
    assert named(when(state, item.CorrectCategories(BEN, ("safety",)))) == ["CategoriesCorrected"]


def test_a_correction_reaches_words_that_came_after_the_last_one() -> None:
    state = given(*ALARMED, about("press"), said(id="m2"))
    assert named(when(state, item.CorrectCategories(ANA, ("press",)))) == ["CategoriesCorrected"]


def test_withdrawn_words_can_still_be_corrected() -> None:
    assert named(when(given(*ALARMED, withdrawn()), item.MarkNotUrgent(ANA))) == ["MarkedNotUrgent"]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (item.CorrectCategories(ANA, ("gossip",)), "no_such_category"),
        (item.CorrectLanguage(ANA, "French"), "no_such_language"), (item.CorrectLanguage(ANA, "f"), "no_such_language"),
        (item.CorrectLanguage(ANA, "fr\n"), "no_such_language"),
    ],
)  # fmt: skip
def test_only_what_there_is_can_be_said(command: item.Command, code: str) -> None:
    with pytest.raises(item.Refused) as refusal:
        when(given(*ALARMED), command)
    assert (refusal.value.code, refusal.value.status) == (code, 400)


def test_what_the_classifier_alone_would_give_is_known_whatever_people_said() -> None:
    state = given(*ALARMED, not_urgent())
    assert (priority.by_rules(state, POLICY), priority.by_classifier(state, POLICY)) == (3, 1)
    assert priority.by_classifier(given(said(), about("safety")), POLICY) is None


def test_a_correction_names_its_words_even_where_the_rules_know_nothing() -> None:
    assert events.decode("CategoriesCorrected", 1, events.encode(about("press"))[0], None) == about("press")
