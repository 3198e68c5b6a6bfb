"""What is read from our own log without validation is what validation would have made of it."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from inbox import events, trusted
from inbox.events import Event
from tests.core.histories import FORGOTTEN, WILD_EVENTS


@given(st.one_of(WILD_EVENTS, FORGOTTEN), st.booleans())
def test_an_event_reads_back_as_validation_reads_it(event: Event, forgotten: bool) -> None:
    body, sealed = events.encode(event)
    fields = orjson.loads(body) | ({} if forgotten or sealed is None else orjson.loads(sealed))
    read, validated = trusted.build(type(event), dict(fields)), type(event).model_validate(fields)
    assert read == validated
    assert list(read.__dict__) == list(validated.__dict__)
    assert read.model_dump_json() == validated.model_dump_json()
    assert forgotten or read == event


def test_what_our_code_never_wrote_is_refused_or_validated() -> None:
    note = {"item_id": "00000000-0000-0000-0000-0000000000a1", "by": 3, "at": "2026-03-02T09:00:00Z"}
    acknowledged = trusted.build(events.ItemAcknowledged, {**note, "unknown": 1})
    assert acknowledged == trusted.build(events.ItemAcknowledged, note)
    with pytest.raises(ValidationError):
        trusted.build(events.ItemAcknowledged, {"by": 3})


def test_every_event_is_read_the_short_way() -> None:
    assert [kind.TYPE for kind in events.EVENT_TYPES.values() if trusted._plan(kind) is None] == []
