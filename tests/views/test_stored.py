"""What is read from our own views without validation is what validation would have made of it."""

from __future__ import annotations

import orjson
from hypothesis import given
from pydantic import TypeAdapter

from inbox import item, state, trusted
from inbox.policy import Policy
from inbox.replacing import replace
from inbox.views.row import Row, row_of
from inbox.views.stored import dump, load_item, load_row
from tests.core.histories import Step, wild
from tests.core.world import ITEM

VALIDATED_ITEM = TypeAdapter(state.Item)
VALIDATED_ROW = TypeAdapter(Row)
KINDS = (
    state.Item, state.Message, state.Judgement, state.Turn, state.Reply, state.Gesture, state.Raised, state.Note,
    state.EarlyChange, state.Correction, Row,
)  # fmt: skip


@given(wild())
def test_an_item_reads_back_as_validation_reads_it(steps: list[Step]) -> None:
    folded = item.fold(ITEM, steps)
    read = load_item(dump(folded))
    assert read == folded == VALIDATED_ITEM.validate_json(dump(folded))
    assert dump(read) == dump(folded)


@given(wild())
def test_a_row_reads_back_as_validation_reads_it(steps: list[Step]) -> None:
    row = row_of(item.fold(ITEM, steps), Policy())
    if row is not None:
        assert load_row(dump(row)) == row == VALIDATED_ROW.validate_json(dump(row))


@given(wild())
def test_what_older_or_newer_code_wrote_is_read_as_well(steps: list[Step]) -> None:
    folded = item.fold(ITEM, steps)
    fields = orjson.loads(dump(folded))
    newer = orjson.dumps({**fields, "mood": "calm"})
    older = orjson.dumps({name: value for name, value in fields.items() if name not in {"raised", "gestures"}})
    assert load_item(newer) == folded
    assert load_item(older) == replace(folded, raised=(), gestures=())


def test_all_that_is_stored_is_read_the_short_way() -> None:
    assert [kind.__name__ for kind in KINDS if trusted._data_plan(kind) is None] == []
