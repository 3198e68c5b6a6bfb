"""What a lying model says is no answer, and its messages stay unread."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from classifier.judgement import Reason
from services.workers import answers
from services.workers.answers import NoAnswer
from tests.fakes.model import CALM, DANGER
from tests.workers.desk import Desk

LIES: dict[str, Any] = {
    "urgency nan": replace(CALM, urgency=math.nan),
    "urgency none": replace(CALM, urgency=None),  # type: ignore[arg-type]
    "urgency over 1": replace(CALM, urgency=1.01),
    "probability nan": replace(CALM, probabilities={"legal": math.nan}),
    "probability over 1": replace(CALM, probabilities={"legal": 1.5}),
    "probability below 0": replace(CALM, probabilities={"legal": -0.1}),
    "probabilities a list": replace(CALM, probabilities=[0.1] * 13),  # type: ignore[arg-type]
    "tone over 1": replace(CALM, sentiment_scores={"negative": 2.0}),
    "level over 3": replace(CALM, level=4),
    "level half": replace(CALM, level=1.5),  # type: ignore[arg-type]
    "tone unknown": replace(CALM, sentiment="furious"),  # type: ignore[arg-type]
    "embedding short": replace(CALM, embedding=b"\x00" * 383),
    "embedding long": replace(CALM, embedding=b"\x00" * 1536),
    "reason nan": replace(CALM, reasons=(Reason("legal", math.nan, ()),)),
    "reason a word": replace(CALM, reasons=("legal",)),  # type: ignore[arg-type]
    "evidence torn": replace(CALM, reasons=(Reason("legal", 0.5, ("\ud800",)),)),
    "temperature infinite": replace(CALM, temperature=math.inf),
    "nameless": replace(CALM, model=""),
    "no judgement": {"urgency": 0.5},
    "nothing": None,
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
async def test_a_lie_is_no_answer_and_hides_nothing(desk: Desk, lie: Any) -> None:
    with pytest.raises(NoAnswer):
        answers.check([lie], 1)
    desk.fake.mood = lambda texts: [lie] * len(texts)
    item = await desk.world.says("zoe", "ma batterie fume")
    await desk.follow()
    row = await desk.world.row(item)
    assert (row.priority, row.scored) == (2, False)
    desk.fake.mood = lambda _: None
    await desk.later(desk.unscored())
    assert (await desk.world.row(item)).priority == 1


@pytest.mark.parametrize("found", [[], [CALM, CALM], None, 3, "no"], ids=str)
def test_another_number_of_answers_is_none(found: Any) -> None:
    with pytest.raises(NoAnswer):
        answers.check(found, 1)


def test_the_truth_passes() -> None:
    full = replace(DANGER, probabilities={"safety": 1.0}, temperature=1.2, embedding=b"\x7f" * 384)
    assert answers.check([full, CALM], 2) == [full, CALM]
