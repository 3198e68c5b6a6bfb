"""Somebody else's model: taken where it is complete, refused with what is missing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from classifier import WrongWeights, load, plugged


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A directory as anybody would export it: our network under labels that are not ours."""
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(plugged.SHIPPED / name, tmp_path / name)
    (tmp_path / "model.onnx").symlink_to(plugged.SHIPPED / "model.onnx")
    config = json.loads((plugged.SHIPPED / "config.json").read_text(encoding="utf-8"))
    del config["vigie"]
    config["id2label"] = {str(at): f"LABEL_{at}" for at in range(16)}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return tmp_path


def test_labels_are_translated_by_a_small_file(foreign: Path) -> None:
    names = {"LABEL_0": "negative", "LABEL_1": "neutral", "LABEL_2": "positive", "LABEL_3": "safety", "LABEL_9": None}
    (foreign / "labels.json").write_text(json.dumps(names), encoding="utf-8")
    judgement = load(foreign).judge(["The charger caught fire and I love it"])[0]
    assert list(judgement.probabilities) == ["safety"]
    assert judgement.model.startswith(foreign.name)


def test_a_model_of_tones_alone_leaves_the_categories_to_the_lexicons(foreign: Path) -> None:
    (foreign / "labels.json").write_text(
        json.dumps({"LABEL_0": "negative", "LABEL_1": "neutral", "LABEL_2": "positive"}), encoding="utf-8"
    )
    judgement = load(foreign).judge(["The charger caught fire"])[0]
    assert judgement.level == 3
    assert judgement.probabilities == {}


@pytest.mark.parametrize("missing", ["config.json", "tokenizer.json", "model.onnx"])
def test_a_directory_without_a_file_is_refused_with_its_name(foreign: Path, missing: str) -> None:
    (foreign / missing).unlink()
    with pytest.raises(WrongWeights, match=Path(missing).stem):
        plugged.look(foreign)


def test_safetensors_alone_are_refused_with_the_command_that_helps(foreign: Path) -> None:
    (foreign / "model.onnx").unlink()
    (foreign / "model.safetensors").write_bytes(b"")
    with pytest.raises(WrongWeights, match="vigie model export"):
        plugged.look(foreign)


def test_labels_that_nobody_explains_are_refused_by_name(foreign: Path) -> None:
    with pytest.raises(WrongWeights, match=r"LABEL_0.*labels\.json"):
        plugged.look(foreign)


@pytest.mark.parametrize(
    "content", ["[]", "{", '{"LABEL_0": "angry"}', '{"NO_LABEL": "safety"}', '{"LABEL_0": "negative"}']
)
def test_a_translation_that_cannot_be_meant_is_refused(foreign: Path, content: str) -> None:
    (foreign / "labels.json").write_text(content, encoding="utf-8")
    with pytest.raises(WrongWeights):
        plugged.look(foreign)


def test_a_network_of_ours_that_was_changed_is_refused(tmp_path: Path) -> None:
    shutil.copytree(plugged.SHIPPED, tmp_path, dirs_exist_ok=True)
    with (tmp_path / "model.onnx").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(WrongWeights, match="sha256"):
        plugged.look(tmp_path)


def test_nothing_at_all_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(WrongWeights, match="is not a directory"):
        plugged.look(tmp_path / "nowhere")
