"""Events of every version that was released, as it wrote them, are read and folded by this one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from inbox import events, item
from inbox.events import Event, ItemEvent
from inbox.policy import Policy
from inbox.state import Item
from tests.core.golden import FOLDER
from tests.core.world import ITEM

RELEASES = sorted(FOLDER.glob("*.jsonl"))


def written(release: Path) -> Iterator[dict[str, Any]]:
    yield from map(orjson.loads, release.read_bytes().splitlines())


def read(line: dict[str, Any], *, forgotten: bool = False) -> Event:
    sealed = None if forgotten or line["sealed"] is None else orjson.dumps(line["sealed"])
    return events.decode(line["type"], line["v"], orjson.dumps(line["body"]), sealed)


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.stem)
def test_what_a_release_wrote_is_read_as_it_was_meant(release: Path) -> None:
    for line in written(release):
        told = orjson.loads(orjson.dumps(read(line).model_dump(mode="json")))
        meant = line["body"] | (line["sealed"] or {})
        if line["v"] == events.EVENT_TYPES[line["type"]].V:
            assert {name: _plain(told[name]) for name in meant} == {name: _plain(meant[name]) for name in meant}


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.stem)
@pytest.mark.parametrize("forgotten", [False, True])
def test_what_a_release_wrote_folds_into_an_item(release: Path, forgotten: bool) -> None:
    state = Item(ITEM)
    for position, line in enumerate(written(release), 1):
        event = read(line, forgotten=forgotten)
        assert isinstance(event, ItemEvent)
        state = item.evolve(state, event, position, Policy())
    assert state.messages
    assert state.position == len(list(written(release)))


def test_there_are_releases_and_they_hold_many_types() -> None:
    assert RELEASES
    assert all(len({line["type"] for line in written(release)}) > 30 for release in RELEASES)


def _plain(value: Any) -> Any:
    """Times are written with Z or with an offset."""
    return value.replace("+00:00", "Z") if isinstance(value, str) else value
