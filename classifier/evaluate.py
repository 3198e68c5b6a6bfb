"""Score a file of labelled messages through the public interface that the worker uses.

``python -m classifier.evaluate FILE.jsonl [--json] [--model DIR] [--first]``.

Each line is an object with ``text`` and what is known of it: ``label`` (sentiment), ``level`` (0 to 3, or "U0" to
"U3") or ``categories`` (the level follows from the gravest), ``lang``. Figures whose labels the file lacks are null.
Files ending in .gz are read as well. Latency is that of one message at a time on one thread, throughput that of all
of them at once on two, memory what the process has grown by since before the classifier was loaded.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from classifier import scoring
from classifier.first_look import first
from classifier.judge import load
from classifier.judgement import CATEGORIES, LEVEL_OF, SENTIMENTS, Judgement
from classifier.weights import WrongWeights

Row = Mapping[str, Any]


def read(path: Path) -> list[Row]:
    """The rows of a JSON lines file."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in content.decode("utf-8").splitlines() if line.strip()]


def level_in(row: Row) -> int | None:
    """The true level of a row, by its own word or by its categories; None where it has neither."""
    if row.get("level") is not None:
        return int(str(row["level"]).removeprefix("U"))
    if row.get("categories") is not None:
        return max((LEVEL_OF.get(category, 0) for category in row["categories"]), default=0)
    return None


def _sentiment_figures(rows: Sequence[Row], judged: Sequence[Judgement]) -> dict[str, object]:
    pairs = [(row, judgement) for row, judgement in zip(rows, judged, strict=True) if row.get("label") in SENTIMENTS]
    if not pairs:
        return {"macro_f1": None, "macro_f1_mean": None, "ece": None}
    truth = np.array([SENTIMENTS.index(row["label"]) for row, _ in pairs])
    shares = np.array([[judgement.sentiment_scores[name] for name in SENTIMENTS] for _, judgement in pairs])
    langs = [str(row.get("lang", "und")) for row, _ in pairs]
    by_language = scoring.macro_f1_by_language(truth, shares.argmax(axis=1), langs, len(SENTIMENTS))
    return {
        "macro_f1": {lang: round(value, 4) for lang, value in by_language.items()},
        "macro_f1_mean": round(float(np.mean(list(by_language.values()))), 4),
        "ece": round(scoring.calibration_error(shares, truth), 4),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


LEVELS: Final = (
    "u3_recall_in_p1", "p1_precision_u3", "u2_recall_in_p2", "p2_precision_u2", "ndcg20", "ndcg20_fifo",
    "ndcg20_negative_first",
)  # fmt: skip


def _level_figures(rows: Sequence[Row], judged: Sequence[Judgement]) -> dict[str, object]:
    pairs = [
        (level, judgement) for row, judgement in zip(rows, judged, strict=True) if (level := level_in(row)) is not None
    ]
    if not pairs:
        return dict.fromkeys(LEVELS)
    truth = np.array([level for level, _ in pairs])
    guess = np.array([judgement.level for _, judgement in pairs])
    urgency = np.array([judgement.urgency for _, judgement in pairs])
    negative = np.array([judgement.sentiment_scores["negative"] for _, judgement in pairs])
    return {
        "u3_recall_in_p1": _rounded(scoring.recall(truth, guess, 3)),
        "p1_precision_u3": _rounded(scoring.precision(truth, guess, 3)),
        "u2_recall_in_p2": _rounded(scoring.recall(truth, guess, 2)),
        "p2_precision_u2": _rounded(scoring.precision_from(truth, guess, 2)),
        "ndcg20": _rounded(scoring.ndcg(truth, urgency)),
        "ndcg20_fifo": _rounded(scoring.ndcg(truth, -np.arange(len(truth), dtype=np.float64))),
        "ndcg20_negative_first": _rounded(scoring.ndcg(truth, negative)),
    }


def category_figures(rows: Sequence[Row], judged: Sequence[Judgement]) -> dict[str, object]:
    """Recall, precision and calibration error of each category; null where no row says what it is about."""
    pairs = [(row, judgement) for row, judgement in zip(rows, judged, strict=True) if row.get("categories") is not None]
    if not pairs:
        return {"categories": None, "category_ece": None}
    found = {name: _category(name, pairs) for name in CATEGORIES}
    errors = [figures["ece"] for figures in found.values() if figures["ece"] is not None]
    return {"categories": found, "category_ece": round(float(np.mean(errors)), 4) if errors else None}


def _category(name: str, pairs: Sequence[tuple[Row, Judgement]]) -> dict[str, float | None]:
    truth = np.array([int(name in row["categories"]) for row, _ in pairs])
    named = np.array([int(any(reason.category == name for reason in judgement.reasons)) for _, judgement in pairs])
    shares = [judgement.probabilities.get(name) for _, judgement in pairs]
    known = np.array([(share, true) for share, true in zip(shares, truth, strict=True) if share is not None])
    return {
        "recall": _rounded(scoring.recall(truth, named, 1)),
        "precision": _rounded(scoring.precision(truth, named, 1)),
        "ece": _rounded(scoring.binary_calibration_error(known[:, 0], known[:, 1])) if len(known) else None,
    }


def _resident_mb() -> float | None:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return None
    return round(pages * 4096 / 1e6, 1)


class Judge(Protocol):
    """What is measured: the classifier, or the first look."""

    def judge(self, texts: Sequence[str]) -> list[Judgement]: ...


def evaluate(classifier: Judge, rows: Sequence[Row]) -> dict[str, object]:
    """The figures of *rows*, judged one by one: quality, and the time of one message."""
    judged, times = [], []
    for row in rows:
        started = time.perf_counter()
        judged += classifier.judge([str(row["text"])])
        times.append((time.perf_counter() - started) * 1e3)
    return {
        **_sentiment_figures(rows, judged),
        **_level_figures(rows, judged),
        **category_figures(rows, judged),
        "p50_ms": round(float(np.percentile(times, 50)), 3) if times else None,
        "p99_ms": round(float(np.percentile(times, 99)), 3) if times else None,
    }


def throughput(classifier: Judge, rows: Sequence[Row]) -> float | None:
    """Texts a second when all of them are there at once."""
    if not rows:
        return None
    started = time.perf_counter()
    classifier.judge([str(row["text"]) for row in rows])
    return round(len(rows) / (time.perf_counter() - started), 1)


def measured(rows: Sequence[Row], model: Path | None = None, *, linear: bool = False) -> dict[str, object]:
    """All figures of a model, loaded here so that its memory can be told."""
    before = _resident_mb()
    single: Judge = first() if linear else load(model)
    figures = evaluate(single, rows)
    after = _resident_mb()
    figures["rss_mb"] = None if before is None or after is None else round(after - before, 1)
    figures["texts_per_s"] = throughput(single if linear else load(model, threads=2), rows)
    return figures


def main() -> None:
    """Print the figures of one file."""
    parser = argparse.ArgumentParser(prog="python -m classifier.evaluate", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines to read")
    parser.add_argument("--model", type=Path, help="directory of another model than the shipped one")
    parser.add_argument("--first", action="store_true", help="the linear first look instead of the encoder")
    arguments = parser.parse_args()
    try:
        figures = measured(read(arguments.file), arguments.model, linear=arguments.first)
    except (OSError, ValueError, WrongWeights) as error:
        parser.exit(1, f"{error}\n")
    if arguments.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        if isinstance(value, dict):
            print(name)
            for part, of_part in value.items():
                print(f"  {part:22} {of_part}")
        else:
            print(f"{name:24} {value}")


if __name__ == "__main__":
    main()
