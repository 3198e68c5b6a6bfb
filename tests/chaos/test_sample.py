"""A sample of `make chaos`, on one site: small rounds of the faults that break most, each with its reckoning."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.chaos import volatile
from tests.chaos.faults import ALL, ASKED, jumps
from tests.chaos.figures import CannotRun, Figures, compared
from tests.chaos.ledger import Ledger, Sent, read
from tests.chaos.reckoning import line
from tests.chaos.size import SAMPLE
from tests.chaos.world import World, world

FAULTS = ("R2", "R8", "R9", "R4")
"""The last one kills a door, too (R1)."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with world(Path(tmp_path_factory.mktemp("chaos"))) as here:
        yield here


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("fault", FAULTS)
async def test_nothing_is_lost_doubled_or_made_up(here: World, fault: str) -> None:
    done = await ALL[fault](here, SAMPLE)
    assert done.sound, line(done)
    assert done.figures.ok > 0
    assert {one.figure for one in ASKED[fault]} <= done.measured.keys(), "what is asked is measured, reached or not"


async def test_who_has_no_lazyfs_is_told_where_it_comes_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(volatile.LAZYFS, str(tmp_path / "none"))
    with pytest.raises(CannotRun, match="dsrhaslab/lazyfs"):
        async with volatile.lazyfs(tmp_path / "disk", tmp_path):
            pass


async def test_the_reckoning_sees_each_of_the_five(tmp_path: Path) -> None:
    """A checker that finds nothing must be able to find something."""
    ledger = Ledger(tmp_path / "ledger")
    for ident in ("ok", "lost", "twice", "recovered", "never"):
        await ledger.note(ident, None)
    for ident in ("ok", "lost", "twice"):
        await ledger.note(ident, 202)
    await ledger.note("recovered", 503)
    ledger.close()
    sent = read(ledger.path)
    assert sent["recovered"] == Sent((503,))
    found = Counter({"ok": 1, "twice": 2, "recovered": 1, "made up": 1})
    assert compared(sent, found) == Figures(ok=1, lost=1, duplicated=1, unexpected=1, recovered=1)


def test_an_alarm_is_given_twice_where_nothing_came_that_it_could_be_given_for_anew() -> None:
    def told(kind: str, **data: object) -> dict[str, object]:
        return {"type": kind, "item_id": "i", "data": data}

    taken, lapsed = told("ItemAcknowledged", by=1), told("ClaimLapsed", assignee=1)
    assert set(jumps.alarms([taken, lapsed, taken, lapsed]).values()) == {1}
    assert set(jumps.alarms([taken, lapsed, lapsed]).values()) == {2}
    late = told("SlaBreached", turn=1, clock="ack")
    assert set(jumps.alarms([late, taken, late]).values()) == {2}
