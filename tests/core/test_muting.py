"""A muted author alarms nobody: what they say is P4, does not rise by waiting, and is heard again when unmuted."""

from __future__ import annotations

import pytest

from inbox import priority
from inbox.commands import Mute, OverridePriority, Unmute
from inbox.errors import Refused
from inbox.events import AuthorMuted, AuthorUnmuted, SlaBreached
from inbox.item import conflicts
from tests.core.world import ANA, BEN, ITEM, POLICY, forgotten, given, judged, minute, said, then, when

MUTED = AuthorMuted(item_id=ITEM, by=ANA, at=minute(5))
UNMUTED = AuthorUnmuted(item_id=ITEM, by=ANA, at=minute(9))


def test_what_a_muted_author_says_is_p4_and_the_rules_are_told() -> None:
    loud = given(said(), judged(level=3, urgency=0.9))
    assert loud.priority == 1
    calm = then(loud, MUTED, said("Again!", 10, id="m2"))
    assert (calm.priority, calm.turns[-1].priority, calm.muted) == (4, 4, True)
    assert calm.turns[-1].ack_due_at == minute(240)
    assert [why.params["rules"] for why in priority.explain(calm, POLICY, minute(20)) if why.code == "muted"] == [1]


def test_waiting_does_not_raise_a_muted_author() -> None:
    calm = given(said(), MUTED)
    late = then(calm, SlaBreached(item_id=ITEM, turn=1, clock="ack", due_at=minute(240), at=minute(241)))
    assert late.priority == 4


def test_unmuted_they_rank_by_the_rules_again_from_the_same_start() -> None:
    item = given(said(), judged(level=3, urgency=0.9), MUTED, UNMUTED)
    assert (item.priority, item.muted) == (1, False)
    assert item.turns[-1].ack_due_at == minute(15)


def test_a_persons_word_on_one_item_stands_over_the_muting() -> None:
    item = given(said(), MUTED)
    (raised,) = when(item, OverridePriority(BEN, 2))
    assert then(item, raised).priority == 2  # type: ignore[arg-type]


def test_to_mute_who_is_muted_changes_nothing_and_a_colleagues_word_is_in_the_way() -> None:
    assert when(given(said(), MUTED), Mute(BEN)) == []
    assert when(given(said()), Unmute(BEN)) == []
    assert conflicts(Unmute(BEN), [MUTED]) == [MUTED]
    assert conflicts(Mute(ANA), [MUTED]) == []


def test_nobody_is_muted_who_was_forgotten() -> None:
    with pytest.raises(Refused) as refused:
        when(then(given(said()), forgotten()), Mute(ANA))
    assert refused.value.code == "nobody_here"
