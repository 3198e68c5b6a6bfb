"""Score a file of labelled messages through the public interface.

``python -m classifier.evaluate FILE.jsonl [--json]``.

Each line is an object with ``text`` and what is known of it: ``label`` (sentiment), ``level`` (0 to 3, or "U0" to
"U3") or ``categories`` (the level follows from the gravest), ``lang``. Figures whose labels the file lacks are null.
Files ending in .gz are read as well.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from classifier import scoring
from classifier.judge import Classifier, load
from classifier.judgement import LEVEL_OF, SENTIMENTS, Judgement

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


def _level_figures(rows: Sequence[Row], judged: Sequence[Judgement]) -> dict[str, object]:
    pairs = [
        (level, judgement) for row, judgement in zip(rows, judged, strict=True) if (level := level_in(row)) is not None
    ]
    if not pairs:
        return {"u3_recall_in_p1": None, "p1_precision_u3": None, "u2_recall_in_p2": None}
    truth = np.array([level for level, _ in pairs])
    guess = np.array([judgement.level for _, judgement in pairs])
    return {
        "u3_recall_in_p1": _rounded(scoring.recall(truth, guess, 3)),
        "p1_precision_u3": _rounded(scoring.precision(truth, guess, 3)),
        "u2_recall_in_p2": _rounded(scoring.recall(truth, guess, 2)),
    }


def _resident_mb() -> float | None:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return None
    return round(pages * 4096 / 1e6, 1)


def evaluate(classifier: Classifier, rows: Sequence[Row]) -> dict[str, object]:
    """All figures of *rows*, judged one by one."""
    judged, times = [], []
    for row in rows:
        started = time.perf_counter()
        judged += classifier.judge([str(row["text"])])
        times.append((time.perf_counter() - started) * 1e3)
    return {
        **_sentiment_figures(rows, judged),
        **_level_figures(rows, judged),
        "texts_per_s": round(1e3 * len(times) / sum(times), 1) if times else None,
        "p50_ms": round(float(np.percentile(times, 50)), 3) if times else None,
        "p99_ms": round(float(np.percentile(times, 99)), 3) if times else None,
        "rss_mb": _resident_mb(),
    }


def main() -> None:
    """Print the figures of one file."""
    parser = argparse.ArgumentParser(prog="python -m classifier.evaluate", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines to read")
    parser.add_argument("--model", type=Path, help="directory of another model than the shipped one")
    arguments = parser.parse_args()
    figures = evaluate(load(arguments.model), read(arguments.file))
    if arguments.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:18} {value}")


if __name__ == "__main__":
    main()
