"""A text with some of its words marked is still that text, character by character."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inbox.web.marking import MOST_OF_ONE, Piece, heavy, pieces, quotes
from inbox.weighing import Weight

SPANS = st.lists(st.tuples(st.integers(-3, 30), st.integers(-3, 40), st.sampled_from(["a", "b"])))


@given(st.text(max_size=25), SPANS)
def test_the_pieces_put_together_are_the_text(text: str, spans: list[tuple[int, int, str]]) -> None:
    assert "".join(piece.text for piece in pieces(text, spans)) == text


def test_every_occurrence_is_marked_and_overlaps_are_marked_once() -> None:
    assert pieces("ab abc", quotes("ab abc", ["ab", "bc", ""])) == [
        Piece("ab", "quoted"), Piece(" "), Piece("ab", "quoted"), Piece("c", "quoted")
    ]  # fmt: skip
    assert len(list(quotes("la " * 10_000, ["la"]))) == MOST_OF_ONE


def test_strength_is_against_the_heaviest_and_nothing_light_is_shown_as_heavy() -> None:
    def marks(*given: float) -> list[str]:
        return [mark for _, _, mark in heavy([Weight("x", n, n + 1, "press", w) for n, w in enumerate(given)])]

    assert marks(0.9, 0.4, 0.1) == ["heavy-3", "heavy-2", "heavy-1"]
    assert marks(0.03, 0.02) == ["heavy-1", "heavy-1"]
