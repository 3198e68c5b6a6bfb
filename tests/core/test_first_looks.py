"""A first look stands until the full reading comes, and never after it."""

from __future__ import annotations

from inbox import priority
from inbox.events import MessageClassified
from inbox.policy import Policy
from inbox.state import Item
from inbox.views.columns import to_score
from tests.core.world import edited, given, judged, minute, said


def glanced(urgency: float, level: int, words_at: float | None = None) -> MessageClassified:
    at = None if words_at is None else minute(words_at)
    return judged(urgency, level=level).model_copy(update={"provisional": True, "words_at": at})


def level_of(found: Item) -> int | None:
    (message,) = found.messages
    return message.judgement.level if message.judgement else None


def test_a_first_look_counts_at_once_and_is_still_to_be_refined() -> None:
    found = given(said(), glanced(0.95, 3))
    assert (found.priority, found.scored) == (1, True)
    assert to_score(found, found.messages[0])


def test_the_full_reading_takes_its_place() -> None:
    found = given(said(), glanced(0.95, 3), judged(0.1, level=0))
    assert level_of(found) == 0
    assert priority.by_rules(found, Policy()) == 4
    assert not to_score(found, found.messages[0])


def test_a_first_look_that_comes_late_changes_nothing() -> None:
    read = given(said(), judged(0.1, level=0))
    assert given(said(), judged(0.1, level=0), glanced(0.95, 3)).messages == read.messages


def test_a_first_look_at_words_that_were_edited_since_changes_nothing() -> None:
    found = given(said(), edited("other words", 1), glanced(0.95, 3))
    assert level_of(found) is None
    later = given(said(), edited("other words", 1), glanced(0.3, 1, words_at=1), glanced(0.95, 3))
    assert level_of(later) == 1
    assert level_of(given(said(), edited("other words", 1), glanced(0.3, 1, words_at=1))) == 1
