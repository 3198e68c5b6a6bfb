"""What would change under another model: who goes up, who goes down, and which messages show it best."""

from __future__ import annotations

import uuid

from inbox.comparison import EXAMPLES_A_SIDE, Moves, Report, Standing

A, B = uuid.UUID(int=1), uuid.UUID(int=2)


def compared(*pairs: tuple[Standing, Standing]) -> Report:
    report = Report()
    for n, (before, after) in enumerate(pairs):
        report = report.with_message(A, f"m{n}", before, after)
    return report


def test_moves_are_counted_by_level_and_by_priority() -> None:
    report = compared(
        (Standing(0, 4), Standing(2, 2)), (Standing(0, 4), Standing(2, 2)), (Standing(3, 1), Standing(0, 4)),
        (Standing(1, 3), Standing(1, 3)),
    )  # fmt: skip
    assert report.judged == 4
    assert report.by_level == report.by_priority == Moves(up=2, down=1, same=1)
    assert report.levels == {"0>2": 2, "3>0": 1, "1>1": 1}
    assert report.priorities == {"4>2": 2, "1>4": 1, "3>3": 1}


def test_what_was_not_judged_before_is_counted_apart() -> None:
    report = compared((Standing(None, 2), Standing(0, 4)))
    assert (report.judged, report.fresh, report.by_priority) == (1, 1, Moves(0, 0, 0))
    assert report.examples == ()


def test_what_stays_is_no_example() -> None:
    assert compared((Standing(1, 3), Standing(1, 3))).examples == ()


def test_the_examples_are_those_that_move_most_dangers_before_all_up_and_down_alike() -> None:
    small = [(Standing(0, 4), Standing(1, 3))] * (EXAMPLES_A_SIDE + 5)
    report = compared(*small, (Standing(3, 1), Standing(0, 4)), (Standing(2, 2), Standing(3, 1)))
    rises = [example for example in report.examples if example.rises]
    assert len(rises) == EXAMPLES_A_SIDE
    assert rises[0].after.level == 3
    assert [example.before.level for example in report.examples if not example.rises] == [3]


def test_a_level_alone_is_a_move_too() -> None:
    (example,) = compared((Standing(1, 3), Standing(0, 3))).examples
    assert not example.rises
