"""The figures that the card promises, and the tool that measures them."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Mapping
from itertools import groupby, islice
from pathlib import Path

import pytest

import classifier as room
from classifier import Classifier, evaluate

ROOM = Path(room.__file__).parent
DATA = Path(os.environ.get("VIGIE_SHARED_DIR", ROOM.parent.parent / "shared")) / "data" / "sentiment.jsonl.gz"
LABELLED = ["macro_f1", "macro_f1_mean", "ece", *evaluate.LEVELS, "categories", "category_ece"]
KEYS = [*LABELLED, "texts_per_s", "p50_ms", "p99_ms", "rss_mb"]


def kind(row: Mapping[str, str]) -> tuple[str, str]:
    return row["lang"], row["label"]


@pytest.mark.skipif(not DATA.exists(), reason=f"the sentiment corpus is not at {DATA} (set VIGIE_SHARED_DIR)")
def test_sentiment_on_validation_reaches_its_floor_as_a_mean_over_eight_languages(classifier: Classifier) -> None:
    """Every second message of each language and mood: all of them tell the same and take twice as long."""
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["split"] == "val"]
    half = [row for _, alike in groupby(sorted(rows, key=kind), kind) for row in islice(alike, None, None, 2)]
    figures = evaluate.evaluate(classifier, half)
    assert isinstance(figures["macro_f1"], dict)
    assert len(figures["macro_f1"]) == 8
    assert float(str(figures["macro_f1_mean"])) >= 0.6
    assert float(str(figures["ece"])) <= 0.06


def test_urgency_on_the_test_part_that_we_wrote_reaches_its_floor(classifier: Classifier) -> None:
    figures = evaluate.evaluate(classifier, evaluate.read(ROOM / "written" / "test.jsonl"))
    assert float(str(figures["u3_recall_in_p1"])) >= 0.92
    assert float(str(figures["p1_precision_u3"])) >= 0.5
    assert float(str(figures["u2_recall_in_p2"])) >= 0.88
    assert float(str(figures["p2_precision_u2"])) >= 0.6
    assert float(str(figures["category_ece"])) <= 0.06
    assert float(str(figures["ndcg20"])) >= float(str(figures["ndcg20_fifo"])) + 0.2
    assert float(str(figures["ndcg20"])) >= float(str(figures["ndcg20_negative_first"])) + 0.2


def test_figures_without_labels_are_null_and_all_keys_are_there() -> None:
    figures = evaluate.measured([{"text": "hello"}])
    assert sorted(figures) == sorted(KEYS)
    assert [figures[key] for key in LABELLED] == [None] * len(LABELLED)


def test_a_level_may_be_written_as_a_number_as_a_name_or_as_categories() -> None:
    rows: list[evaluate.Row] = [
        {"level": 3},
        {"level": "U3"},
        {"categories": ["praise", "safety"]},
        {"categories": []},
        {},
    ]
    assert [evaluate.level_in(row) for row in rows] == [3, 3, 3, 0, None]


def test_the_manifest_tells_whether_a_text_was_trained_on(tmp_path: Path) -> None:
    manifest = pytest.importorskip("classifier.training.manifest")
    manifest.write(tmp_path / "manifest.bin", ["Hello  World", "other"])
    assert manifest.overlap(tmp_path / "manifest.bin", ["hello world", "new"]) == ["hello world"]
