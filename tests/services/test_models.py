"""Models by the settings: a wrong one is refused in words, wherever it would be used."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from inbox.catalogue import DEFAULT, Listed, ModelCard, usable
from services import catalogue, cli, doctor, models, up
from services.catalogue import Installed
from services.models import Sources, WrongModel
from services.settings import Settings, SettingsError

Spoil = Callable[[Path], None]
Make = Callable[[Path], Path]


def _empty(folder: Path) -> None:
    folder.mkdir()


def _garbage(folder: Path) -> None:
    """Looks like a model from outside."""
    folder.mkdir()
    tones = {"id2label": {"0": "negative", "1": "neutral", "2": "positive"}}
    (folder / "config.json").write_text(json.dumps(tones))
    for name in ("model.onnx", "tokenizer.json"):
        (folder / name).write_bytes(b"\x00garbage")


def _no_network(folder: Path) -> None:
    _garbage(folder)
    (folder / "model.onnx").unlink()


def _unknown_labels(folder: Path) -> None:
    _garbage(folder)
    (folder / "config.json").write_text('{"id2label": {"0": "LABEL_0"}}')


WRONG: dict[str, Spoil] = {
    "missing": lambda folder: None, "empty": _empty, "garbage": _garbage, "no network": _no_network,
    "unknown labels": _unknown_labels,
}  # fmt: skip


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG.keys())
async def test_a_wrong_model_stops_every_start_in_words(tmp_path: Path, spoil: Spoil) -> None:
    folder = tmp_path / "model"
    spoil(folder)
    settings = Settings(data_dir=tmp_path / "data", classifier=folder, port=0)
    with pytest.raises(SettingsError, match=r"VIGIE_CLASSIFIER: ."):
        await asyncio.to_thread(models.check, settings)
    with pytest.raises(SettingsError, match=r"VIGIE_CLASSIFIER: ."):
        await up.up(settings, demo=False, open_browser=False)
    with pytest.raises(SettingsError, match=r"VIGIE_CLASSIFIER: ."):
        await up.run(settings, frozenset({"workers"}))
    finding = await doctor._classifier(settings)
    assert finding.verdict == "wrong"
    assert "VIGIE_CLASSIFIER" in finding.remedy
    assert not (tmp_path / "data" / "postgres").exists(), "refused before anything was started"


def test_the_command_says_so_in_one_line(tmp_path: Path) -> None:
    environment = {**os.environ, "VIGIE_CLASSIFIER": str(tmp_path / "gone"), "VIGIE_DATA_DIR": str(tmp_path / "data")}
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", "up", "--no-browser", "--port", "0"],
        env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"vigie: VIGIE_CLASSIFIER: {tmp_path / 'gone'} is no directory"


def test_a_further_model_is_known_by_the_name_of_its_folder(tmp_path: Path, make_model: Make) -> None:
    make_model(tmp_path / "mine")
    (tmp_path / "a-file").write_text("")
    sources = Sources(folder=tmp_path)
    assert sources.names() == [DEFAULT, "mine"]
    (said,) = sources.load("mine").judge(["Bonjour"])
    assert said.model
    with pytest.raises(WrongModel, match="no model other"):
        sources.load("other")


async def test_the_catalogue_describes_each_and_says_what_is_wrong(tmp_path: Path, make_model: Make) -> None:
    make_model(tmp_path / "mine")
    (tmp_path / "mine" / "README.md").write_text("# Mine")
    _garbage(tmp_path / "broken")
    found = Installed(Sources(folder=tmp_path))
    default, broken, mine = await found.known()
    assert default.model
    assert default.wrong is None
    assert mine.card == str(tmp_path / "mine" / "README.md")
    assert mine.size_bytes > 1000
    assert broken.wrong
    _empty(tmp_path / "mine" / "more")
    shutil.rmtree(tmp_path / "mine")
    assert [card.name for card in await found.known()] == [DEFAULT, "broken"]
    shutil.rmtree(tmp_path / "broken")
    make_model(tmp_path / "broken")
    assert (await found.known())[1].wrong is None, "described anew once its files changed"


async def test_doctor_names_the_further_model_that_cannot_be_used(tmp_path: Path) -> None:
    _garbage(tmp_path / "broken")
    finding = await doctor._other_models(Settings(classifiers_dir=tmp_path))
    assert (finding.verdict, "broken" in finding.what) == ("note", True)
    assert (await doctor._other_models(Settings(classifiers_dir=tmp_path / "gone"))).verdict == "wrong"


def test_other_weights_under_a_name_are_another_model() -> None:
    cards = (ModelCard(DEFAULT, sha256="a"), ModelCard("mine", sha256="b"))
    assert Listed(cards)
    assert usable(cards, "mine", "b") is not None
    assert usable(cards, "mine", "c") is None
    assert usable(cards, "gone") is None
    assert usable(cards, DEFAULT, "c") is not None, "the default one follows the installation"


def test_show_prints_what_a_model_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], make_model: Make
) -> None:
    monkeypatch.setenv("VIGIE_DATA_DIR", str(tmp_path))
    assert cli.main(["model", "show"]) == 0
    out = capsys.readouterr().out
    assert "safety" in out
    assert "sha256" in out
    assert cli.main(["model", "show", str(make_model(tmp_path / "mine")), "--json"]) == 0
    card = json.loads(capsys.readouterr().out)
    assert card["name"] == str(tmp_path / "mine")
    assert card["tones"] == ["negative", "neutral", "positive"]
    assert cli.main(["model", "show", str(tmp_path / "gone")]) == 1
    assert "is no directory" in capsys.readouterr().err


def test_export_without_its_tools_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def export(source: Path, target: Path) -> None:
        raise ImportError("No module named 'torch'")

    monkeypatch.setattr("classifier.plugged.export", export)
    monkeypatch.setenv("VIGIE_DATA_DIR", str(tmp_path))
    assert cli.main(["model", "export", str(tmp_path), str(tmp_path / "out")]) == 1
    assert "vigie[torch]" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["describe"])
def test_a_catalogue_never_raises_whatever_a_model_does(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Mad:
        def judge(self, texts: object) -> object:
            raise RuntimeError("boom")

    monkeypatch.setattr(Sources, "load", lambda self, name: Mad())
    assert catalogue.describe(Sources(), DEFAULT).wrong == "it cannot judge: RuntimeError"
