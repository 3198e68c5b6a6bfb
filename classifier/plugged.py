"""A directory with a model, ours or anybody's: what must be in it, and what its labels mean to us.

Any sequence-classification model of `transformers` can be plugged in: config.json, the files of its tokenizer, and
model.onnx. Labels that are called as ours (negative, neutral, positive; the categories) speak for themselves; others
are translated by a small file labels.json beside them: {"LABEL_0": "negative", "toxic": "violence", "joy": null}.
A directory with model.safetensors alone is turned into one with model.onnx by `export`, which needs torch. Nothing is
looked for outside the directory.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from classifier import deciding, heads
from classifier.judgement import CATEGORIES, SENTIMENTS
from classifier.weights import WrongWeights

SHIPPED: Final = Path(__file__).parent / "model"
NETWORK: Final = "model.onnx"
_TOKENIZERS: Final = ("tokenizer.json", "sentencepiece.bpe.model", "vocab.txt", "spiece.model", "vocab.json")
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Model:
    """A directory that was found fit. ``labels``: the network's own, by column. ``described``: what a model of ours
    says of itself, empty for others."""

    directory: Path
    name: str
    version: str
    sha256: str
    labels: tuple[str, ...]
    heads: heads.Heads
    rules: deciding.Rules
    described: Mapping[str, Any]

    @property
    def tells_alike(self) -> bool:
        """Whether two vectors that lie near each other mean the same event. Tuning for categories draws whatever is of
        one category together, so a vector has to be measured first, and the config to say so ("alike": true)."""
        return bool(self.described.get("alike"))

    @property
    def title(self) -> str:
        return f"{self.name}@{self.version}/{self.sha256[:8]}"


def look(directory: Path) -> Model:
    """What is in *directory*. Raises `WrongWeights`, saying what is missing or wrong."""
    config = _config(directory)
    _check_files(directory)
    digest = _digest(directory / NETWORK)
    labels = _labels(config, directory)
    described = config.get("vigie") or {}
    if described.get("sha256", digest) != digest:
        raise WrongWeights(f"{directory / NETWORK} has sha256 {digest}, its config speaks of {described['sha256']}")
    name, version = str(described.get("name") or directory.name), str(described.get("version") or "0")
    return Model(
        directory,
        name,
        version,
        digest,
        labels,
        _heads(directory, config, labels),
        deciding.rules(described),
        described,
    )


def _config(directory: Path) -> dict[str, Any]:
    if not directory.is_dir():
        raise WrongWeights(f"{directory} is not a directory")
    path = directory / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WrongWeights(f"{path} is missing: it must hold id2label") from None
    except ValueError as error:
        raise WrongWeights(f"{path} is not JSON") from error
    if not isinstance(config, dict):
        raise WrongWeights(f"{path} is not an object")
    return config


def _check_files(directory: Path) -> None:
    if not any((directory / name).is_file() for name in _TOKENIZERS):
        raise WrongWeights(f"{directory} holds no tokenizer: one of {', '.join(_TOKENIZERS)} is needed")
    if (directory / NETWORK).is_file():
        return
    if (directory / "model.safetensors").is_file():
        raise WrongWeights(
            f"{directory} holds model.safetensors but no {NETWORK}: make one with `vigie model export {directory} DEST`"
        )
    raise WrongWeights(f"{directory / NETWORK} is missing")


def _labels(config: Mapping[str, Any], directory: Path) -> tuple[str, ...]:
    given = config.get("id2label")
    if not isinstance(given, dict) or not given:
        raise WrongWeights(f"{directory / 'config.json'} has no id2label: it is no sequence classification")
    try:
        return tuple(str(given[str(at)]) for at in range(len(given)))
    except KeyError as error:
        raise WrongWeights(f"{directory / 'config.json'}: id2label has no label {error}") from error


def _heads(directory: Path, config: Mapping[str, Any], labels: tuple[str, ...]) -> heads.Heads:
    described = config.get("vigie")
    if described:
        if labels != (*SENTIMENTS, *CATEGORIES):
            raise WrongWeights(f"{directory / 'config.json'} was made for other labels: train again")
        return heads.ours(float(described["temperature"]), described.get("curves", {}))
    meanings = _meanings(directory, labels)
    tone = tuple(meanings[name] for name in SENTIMENTS if name in meanings)
    if tone and len(tone) < len(SENTIMENTS):
        missing = [name for name in SENTIMENTS if name not in meanings]
        raise WrongWeights(f"{directory}: of the tones {', '.join(missing)} is missing; name it in labels.json")
    categories = {name: meanings[name] for name in CATEGORIES if name in meanings}
    if not tone and not categories:
        raise WrongWeights(
            f"{directory}: none of the labels {', '.join(labels)} is known; say in {directory / 'labels.json'} what"
            f" they mean, of {', '.join((*SENTIMENTS, *CATEGORIES))}"
        )
    single = config.get("problem_type") != "multi_label_classification"
    return heads.Heads(tone, categories, kind="single" if single and categories else "multi")


def _meanings(directory: Path, labels: tuple[str, ...]) -> dict[str, int]:
    """Our name → column. labels.json wins over a label's own name; null leaves a label out."""
    known = (*SENTIMENTS, *CATEGORIES)
    path = directory / "labels.json"
    try:
        given = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except ValueError as error:
        raise WrongWeights(f"{path} is not JSON") from error
    if not isinstance(given, dict):
        raise WrongWeights(f"{path} must map labels to {', '.join(known)} or null")
    unknown = [f"{label}: {name}" for label, name in given.items() if label not in labels or name not in (*known, None)]
    if unknown:
        raise WrongWeights(f"{path}: {', '.join(unknown)}: not a label of the model, or not one of {', '.join(known)}")
    return {
        name: column
        for column, label in enumerate(labels)
        if (name := given.get(label, label.lower() if label.lower() in known else None)) is not None
    }


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def export(source: Path, target: Path) -> None:
    """Turn a directory with model.safetensors into one with model.onnx. Needs the extra `torch`: ImportError without
    it; `WrongWeights` where *source* is no model that `transformers` can load."""
    import torch
    from transformers import AutoModelForSequenceClassification

    _labels(_config(source), source)
    try:
        network = AutoModelForSequenceClassification.from_pretrained(
            str(source),
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            attn_implementation="eager",
        ).eval()
    except (OSError, ValueError) as error:
        raise WrongWeights(f"{source} cannot be loaded: {error}") from error
    target.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir():
        if path.is_file() and path.suffix in {".json", ".txt", ".model"}:
            shutil.copy2(path, target / path.name)
    ids = torch.ones(2, 8, dtype=torch.long)
    axes = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        network, (ids, torch.ones_like(ids)), str(target / NETWORK), dynamo=False, opset_version=17,
        input_names=["input_ids", "attention_mask"], output_names=["logits"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "logits": {0: "batch"}},
    )  # fmt: skip
