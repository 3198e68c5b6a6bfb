"""The ledger: durable, and a strict judge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.drill.ledger import Ledger, compare

RUN = "1790"


def event(type_: str, external_id: str, **data: Any) -> dict[str, Any]:
    return {"type": type_, "data": {"external_id": external_id, **data}}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "run" / "ledger.jsonl", run=RUN)


def test_what_was_acknowledged_and_is_there_once_is_well(ledger: Ledger) -> None:
    ledger.record("1790-a", None)
    ledger.record("1790-a", 200)
    ledger.record("1790-a", 200)
    result = compare(ledger, [event("MessageReceived", "1790-a"), event("MessageReceived", "of another run")])
    assert result.ok
    assert (result.lost, result.duplicated, result.unexpected, result.recovered) == ((), (), (), ())


def test_what_was_acknowledged_and_is_missing_is_lost(ledger: Ledger) -> None:
    ledger.record("1790-a", 503)
    ledger.record("1790-a", 202)
    result = compare(ledger, [])
    assert not result.ok
    assert result.lost == ("1790-a",)


def test_what_was_never_acknowledged_may_be_missing_or_recovered(ledger: Ledger) -> None:
    for id_ in ("1790-a", "1790-b"):
        ledger.record(id_, None)
    result = compare(ledger, [event("MessageReceived", "1790-b")])
    assert result.ok
    assert result.recovered == ("1790-b",)


def test_twice_in_the_log_is_a_fault(ledger: Ledger) -> None:
    ledger.record("1790-a", 200)
    result = compare(ledger, [event("MessageReceived", "1790-a")] * 2)
    assert not result.ok
    assert result.duplicated == ("1790-a",)


def test_what_was_never_sent_is_a_fault(ledger: Ledger) -> None:
    result = compare(ledger, [event("MessageReceived", "1790-ghost")])
    assert not result.ok
    assert result.unexpected == ("1790-ghost",)


def test_edits_deletions_and_echoes_are_counted_apart_from_their_message(ledger: Ledger) -> None:
    ids = ("1790-a", "1790-a#edited1", "1790-a#edited2", "1790-a#deleted", "1790-r#echoed")
    ledger.record_all(ids, 200)
    events = [
        event("MessageReceived", "1790-a"), event("MessageEdited", "1790-a"), event("MessageWithdrawn", "1790-a"),
        event("ReplyEchoed", "1790-r"),
    ]  # fmt: skip
    assert compare(ledger, events).lost == ("1790-a#edited2",)
    assert compare(ledger, [*events, event("MessageEdited", "1790-a")]).ok


def test_a_reference_that_was_held_and_then_applied_is_one(ledger: Ledger) -> None:
    ledger.record_all(("1790-a", "1790-a#deleted", "1790-r#echoed"), 200)
    events = [
        event("ReferenceHeld", "1790-a", verb="withdrawn", refers_to="1790-a"), event("MessageReceived", "1790-a"),
        event("ReferenceHeld", "1790-r", verb="echoed", refers_to="1790-a"),
    ]  # fmt: skip
    assert compare(ledger, events).ok
    assert compare(ledger, [*events, event("MessageWithdrawn", "1790-a"), event("ReplyEchoed", "1790-r")]).ok


def test_it_survives_its_own_death_with_a_line_half_written(ledger: Ledger) -> None:
    ledger.record("1790-a", 200)
    ledger.close()
    with ledger.path.open("ab") as file:
        file.write(b'{"id": "1790-b", "sta')
    again = Ledger.load(ledger.path)
    again.record("1790-c", None)
    again.close()
    last = Ledger.load(ledger.path)
    assert last.run == RUN
    assert last.statuses == {"1790-a": [200], "1790-c": [None]}
    last.close()
