"""Which words stay folded until somebody asks for them."""

from __future__ import annotations

from inbox import harsh
from inbox.events import ReasonGiven
from inbox.policy import Policy
from inbox.state import Item
from inbox.views.row import row_of
from tests.core.world import about, edited, given, judged, not_urgent, said, then

THREAT = judged(0.9, level=3, category="violence", evidence=("retrouver",))


def fold(item: Item) -> tuple[str, ...]:
    row = row_of(item, Policy())
    assert row is not None
    return row.fold


def test_threats_and_slurs_stay_folded_a_suspicion_is_enough() -> None:
    assert fold(given(said(), THREAT)) == ("violence",)
    assert fold(given(said(), judged(0.9, level=2, category="discrimination", score=0.1, evidence=()))) == (
        "discrimination",
    )
    assert fold(given(said(), judged(0.9, level=3, category="safety"))) == ()
    assert fold(given(said())) == (), "while nobody has read them, nobody knows"


def test_a_persons_word_folds_and_unfolds() -> None:
    assert fold(given(said(), THREAT, about("complaint"))) == ()
    assert fold(given(said(), THREAT, not_urgent())) == ()
    assert fold(given(said(), judged(), about("violence"))) == ("violence",)


def test_an_edit_unfolds_nothing_before_it_is_read() -> None:
    item = given(said(), THREAT, edited("Merci"))
    assert fold(item) == ("violence",)
    assert fold(then(item, judged(0.1, level=0, category="praise"))) == ()


def test_a_row_folds_the_words_that_it_shows_and_quotes_none_of_a_threat_before_them() -> None:
    item = given(said(), THREAT, said("Merci", 2, id="m2"), judged(0.1, id="m2", level=0, category="praise"))
    row = row_of(item, Policy())
    assert row is not None
    assert (row.text, row.fold, row.quotable) == ("Merci", (), False)
    assert harsh.quotable([ReasonGiven(category="safety", score=0.9, evidence=("feu",))])
