"""An item in a wave ranks as the wave's most urgent member, while its words count and nobody says otherwise."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from inbox import events, priority, waves
from inbox.state import Item
from tests.core.world import (
    ITEM,
    POLICY,
    about,
    by_hand,
    edited,
    given,
    judged,
    minute,
    not_urgent,
    open_turn,
    overridden,
    said,
    then,
)

WAVE, ANOTHER, AUTHOR = uuid.UUID(int=0xD1), uuid.UUID(int=0xD2), uuid.UUID(int=0xE1)


def joined(*, id: str = "m1", wave: uuid.UUID = WAVE, at: float = 1) -> events.WaveJoined:
    return events.WaveJoined(item_id=ITEM, external_id=id, wave_id=wave, alike="words", similarity=0.9, at=minute(at))


def raised(level: int = 3, *, wave: uuid.UUID = WAVE, at: float = 2) -> events.RaisedByWave:
    return events.RaisedByWave(item_id=ITEM, wave_id=wave, level=level, urgency=0.25 * level + 0.1, at=minute(at))


CALM = judged(0.1, level=0, category="praise", evidence=())


def whys(item: Item) -> dict[str, dict[str, Any]]:
    return {why.code: why.params for why in priority.explain(item, POLICY, minute(10))}


def test_a_member_of_a_dangerous_wave_is_p1_and_its_due_times_follow() -> None:
    before = given(said(), CALM, joined())
    after = then(before, raised(3))
    assert (before.priority, after.priority, after.base_priority) == (4, 1, 1)
    assert open_turn(after).ack_due_at < open_turn(before).ack_due_at
    assert open_turn(after).started_at == open_turn(before).started_at


def test_it_says_why_it_stands_there_and_keeps_its_own_reading() -> None:
    item = given(said(), CALM, joined(), raised(3))
    assert whys(item)["wave"] == {"wave": str(WAVE), "level": 3}
    assert (item.level, item.urgency) == (0, 0.1)
    assert "wave" in priority.WHY_CODES


def test_whom_a_wave_alone_raised_into_p1_stands_below_those_whose_own_words_bear_it_out() -> None:
    item = given(said(), CALM, joined(), raised(3))
    assert priority.is_suspected(item)
    assert not priority.is_suspected(given(said(), judged(0.9, level=3, category="safety"), joined(), raised(3)))
    assert not priority.is_suspected(then(item, overridden(1)))


def test_a_wave_that_is_no_more_urgent_changes_nothing_and_is_not_told() -> None:
    item = given(said(), judged(0.95, level=3), joined(), raised(2))
    assert item.priority == 1
    assert "wave" not in whys(item)


def test_a_wave_of_less_danger_raises_by_the_matrix() -> None:
    assert given(said(), CALM, joined(), raised(1)).priority == 3
    assert given(said(), CALM, joined(), raised(2)).priority == 2
    assert given(said(followers=200_000), CALM, joined(), raised(2)).priority == 1


def test_it_never_lowers_by_itself() -> None:
    item = given(said(), CALM, joined(), raised(3), raised(1, at=3))
    assert item.priority == 1
    assert [one.level for one in item.raised] == [3]


def test_it_rises_again_with_its_wave() -> None:
    item = given(said(), CALM, joined(), raised(1))
    assert (item.priority, then(item, raised(3)).priority) == (3, 1)


def test_a_persons_word_stands_above() -> None:
    item = given(said(), CALM, joined(), raised(3))
    assert then(item, overridden(4)).priority == 4
    assert then(item, overridden(4), overridden(None)).priority == 1
    assert then(item, not_urgent()).priority == 4
    assert then(item, about("question")).priority == 4
    assert "wave" not in whys(then(item, not_urgent()))


def test_it_counts_only_while_the_words_that_joined_do() -> None:
    item = given(said(), CALM, joined(), raised(3), by_hand())
    again = then(item, said("Merci !", 20, id="m2"), judged(0.1, level=0, id="m2", category="praise"))
    assert (item.priority, again.priority) == (1, 4)


def test_an_edit_does_not_take_a_message_out_of_its_wave() -> None:
    assert given(said(), CALM, joined(), raised(3), edited("Rien")).priority == 1


def test_what_is_told_of_an_unknown_message_changes_nothing() -> None:
    item = given(said(), CALM)
    assert then(item, joined(id="m9")) == replace(item, position=3)
    assert then(item, raised(3, wave=ANOTHER)).priority == 4


@pytest.mark.parametrize(
    ("words", "meaning", "found"),
    [(0.6, 0.0, ("words", 0.6)), (0.59, 0.51, None), (0.59, 0.52, ("meaning", 0.52)), (1.0, 1.0, ("words", 1.0))],
)
def test_messages_are_alike_in_words_or_in_meaning(
    words: float, meaning: float, found: tuple[str, float] | None
) -> None:
    assert waves.alike(words, meaning) == found


@pytest.mark.parametrize(
    ("own", "before", "top", "rises"),
    [(0, 0, 1, True), (1, 0, 1, False), (0, 2, 2, False), (1, 2, 3, True), (None, 0, 2, False), (None, 0, 3, True),
     (None, 3, 3, False), (3, 0, 3, False)],
)  # fmt: skip
def test_who_is_lower_rises_and_the_unread_only_for_a_danger(
    own: int | None, before: int, top: int, rises: bool
) -> None:
    assert waves.rises(own, before, top) is rises


def test_three_authors_are_a_wave() -> None:
    assert [waves.is_wave(authors) for authors in (1, 2, 3)] == [False, False, True]


@pytest.mark.parametrize(
    ("counts", "doubling"),
    [([0] * 30 + [1, 1, 1, 1, 1, 1], True), ([0] * 30 + [5, 0, 0, 0, 0, 0], False), ([1] * 12, False),
     ([0] * 24 + [1] * 6 + [2] * 6, True), ([], False)],
)  # fmt: skip
def test_a_wave_doubles_when_an_hour_brings_twice_the_last(counts: list[int], doubling: bool) -> None:
    assert waves.is_doubling(counts) is doubling


# --- members ------------------------------------------------------------------------------------------------------


def member(*told: events.Event) -> waves.Member:
    known = waves.introduced(joined())
    for event in told:
        known = waves.told(known, event, AUTHOR)
    return known


def test_a_member_is_known_by_its_message_and_its_full_reading() -> None:
    assert member().author == ITEM
    known = member(said(at=0), judged(0.6, level=2, lang="fr"), judged(0.9, level=3, id="m2"))
    assert (known.heard_at, known.channel_id, known.author) == (minute(0), "page", AUTHOR)
    assert (known.level, known.urgency, known.lang) == (2, 0.6, "fr")


def test_a_first_look_says_nothing_of_a_member() -> None:
    assert member(judged(0.9, level=3, provisional=True)).level is None


@pytest.mark.parametrize(
    ("event", "level"),
    [(about("press"), 2), (about(), 0), (not_urgent(), 1), (not_urgent(undone=True), 3),
     (about("press").model_copy(update={"categories": None}), 3), (raised(3), 3)],
)  # fmt: skip
def test_what_people_say_of_a_member_counts(event: events.Event, level: int) -> None:
    assert member(judged(0.9, level=3), event).level == level


def test_not_urgent_leaves_what_is_calm() -> None:
    assert member(judged(0.1, level=0), not_urgent()).urgency == 0.1


def test_a_member_remembers_how_far_its_wave_raised_it() -> None:
    assert member(raised(2), raised(1), raised(3, wave=ANOTHER)).raised == 2
