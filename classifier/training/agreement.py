"""How far two labellings of the written set agree: ``python -m classifier.training.agreement``.

Every message was labelled by who wrote it and a second time, blind, by a reader who saw the text alone. Cohen's kappa
(1960) is agreement beyond chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from classifier.evaluate import Row, level_in
from classifier.judgement import CATEGORIES
from classifier.training import corpora

PARTS: Final = ("train", "val", "test", "airlines")


def kappa(one: Sequence[object], other: Sequence[object]) -> float:
    """Cohen's kappa of two labellings of the same things; 1 where both say the same of all of them."""
    count = len(one)
    same = sum(a == b for a, b in zip(one, other, strict=True)) / count
    mine, theirs = Counter(one), Counter(other)
    chance = sum(mine[label] * theirs[label] for label in mine) / count**2
    return 1.0 if chance == 1.0 else (same - chance) / (1.0 - chance)


def twice() -> list[Row]:
    """The messages that were labelled twice."""
    return [row for part in PARTS for row in corpora.rows(corpora.WRITTEN / f"{part}.jsonl") if "second" in row]


def figures() -> dict[str, float]:
    """Kappa of every category, of the level, and of the tone."""
    rows = twice()
    found = {
        name: kappa([name in row["categories"] for row in rows], [name in row["second"]["categories"] for row in rows])
        for name in CATEGORIES
    }
    found["level"] = kappa(
        [level_in(row) for row in rows], [level_in({"categories": r["second"]["categories"]}) for r in rows]
    )
    found["tone"] = kappa([row["label"] for row in rows], [row["second"]["label"] for row in rows])
    return found


def table() -> str:
    """The same as a line for the card."""
    return ", ".join(f"{name} {value:.2f}" for name, value in figures().items())


if __name__ == "__main__":
    print(f"{len(twice())} messages labelled twice; kappa: {table()}")
