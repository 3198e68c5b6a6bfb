"""`vigie reclassify` by itself, without any worker: the report first, then, when told so, the switch."""

from __future__ import annotations

import argparse
import base64
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from inbox import trials
from inbox.errors import Refused
from inbox.events import MessageClassified
from inbox.ids import BrandId
from inbox.log.seal import Keyring
from inbox.log.store import Log
from services import reclassify
from services.settings import Settings
from tests.conftest import MASTER
from tests.views.world import World


@pytest.fixture
def settings(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_model: Callable[[Path], Path]
) -> Settings:
    monkeypatch.setattr("services.database.MUST_BE_ON", ())  # the tests' own server is a hasty one
    make_model(tmp_path / "models" / "mine")
    return Settings(
        database_url=database, master_key=base64.b64encode(MASTER).decode(), data_dir=tmp_path,
        classifiers_dir=tmp_path / "models",
    )  # fmt: skip


@pytest.fixture
async def world(log: Log, brand: BrandId, noon: datetime, keyring: Keyring) -> World:
    """Two messages; one read as harmless, though it is a danger."""
    found = World(log, brand, noon)
    item = await found.says("zoe", "La batterie fume et mon fils s'est brûlé")
    await found.says("max", "Merci beaucoup !")
    await found.happens(found.judgement(item))
    await found.project()
    return found


def asked(**given: Any) -> argparse.Namespace:
    usual = {"brand": 1, "all": False, "since": "2020-01-01", "model": "mine", "apply": False, "json": True}
    return argparse.Namespace(**{**usual, **given})


async def test_the_report_comes_first_and_nothing_changes(
    settings: Settings, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    head = await world.log.head(world.brand)
    assert await reclassify.reclassify(settings, asked(brand=int(world.brand))) == 0
    out = capsys.readouterr().out
    (told,) = json.loads(out)
    assert (told["state"], told["judged"], told["fresh"], told["by_level"]["up"]) == ("tried", 2, 1, 1)
    assert "batterie" not in out, "words are for the page, where somebody signs in"
    assert await world.log.head(world.brand) == head


async def test_told_to_apply_it_reports_then_switches(
    settings: Settings, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await reclassify.reclassify(settings, asked(brand=int(world.brand), apply=True, json=False)) == 0
    out = capsys.readouterr().out
    assert out.index("1 up, 0 down") < out.index("2 judgements appended")
    switched = await trials.in_force(world.pool, world.brand)
    assert switched is not None
    assert (switched.model, switched.by) == ("mine", None)
    events = [r.event for r in await world.log.read(world.brand) if isinstance(r.event, MessageClassified)]
    assert len(events) == 3
    await world.project()
    assert min(row.priority for row in (await world.page()).rows) == 1


async def test_all_brands_are_taken_in_turn(
    settings: Settings, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await reclassify.reclassify(settings, asked(brand=None, all=True, model=None)) == 0
    assert [told["brand"] for told in json.loads(capsys.readouterr().out)] == [world.brand]


@pytest.mark.parametrize(
    ("given", "code"),
    [({"brand": None}, "brand_unclear"), ({"all": True}, "brand_unclear"), ({"brand": 99}, "brand_unknown"),
     ({"since": "yesterday"}, "since_bad"), ({"since": "2026-11-01T10:00"}, "since_bad"),
     ({"since": "2099-01-01"}, "since_bad"), ({"model": "gone"}, "model_wrong")],
    ids=str,
)  # fmt: skip
async def test_what_cannot_be_asked_is_refused(
    settings: Settings, world: World, given: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        await reclassify.reclassify(settings, asked(**{"brand": int(world.brand), **given}))
    assert refused.value.code == code
