"""`python -m tests.core.golden VERSION`, once a release: events as it writes them, a few of each type, for all later
versions to read. A file that is there is never written again: a type that is new since gets one of its own, by
`python -m tests.core.golden NAME TYPE…`."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path

import orjson
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from inbox import events
from inbox.events import Event
from tests.core.histories import ITEM_EVENTS, _strategy
from tests.core.samples import of_brand

FOLDER = Path(__file__).with_name("golden_events")
OF_EACH = 3


def write(name: str, types: Collection[str] = ()) -> Path:
    """Of these types, else of all."""
    path = FOLDER / f"{name}.jsonl"
    some = [*(event for kind in ITEM_EVENTS for event in _some(kind)), *of_brand()]
    with path.open("xb") as file:
        file.writelines(orjson.dumps(_line(one)) + b"\n" for one in some if not types or one.TYPE in types)
    return path


def _line(event: Event) -> dict[str, object]:
    body, sealed = events.encode(event)
    return {
        "type": event.TYPE, "v": event.V, "body": orjson.loads(body),
        "sealed": None if sealed is None else orjson.loads(sealed),
    }  # fmt: skip


def _some(kind: type[Event]) -> list[Event]:
    found: list[Event] = []

    @seed(1)
    @settings(max_examples=OF_EACH, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.lists(_strategy(kind), min_size=1, max_size=1))
    def collect(drawn: list[Event]) -> None:
        found.extend(drawn)

    collect()
    return found


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    print(write(sys.argv[1], sys.argv[2:]))
