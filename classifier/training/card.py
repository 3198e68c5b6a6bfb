"""The model card, written from measured figures by the run that trained the model."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from classifier import evaluate, scoring
from classifier.judge import Classifier, load
from classifier.judgement import SENTIMENTS
from classifier.training.corpus import Example

TEMPLATE = Path(__file__).with_name("card.md")
WRITTEN = Path(__file__).parent.parent / "written"


def _percent(value: Any) -> str:
    return "n/a" if value is None else f"{100 * float(value):.1f} %"


def _languages(figures: dict[str, Any]) -> str:
    lines = [f"| {lang} | {value:.3f} |" for lang, value in figures["macro_f1"].items()]
    return "\n".join([*lines, f"| **mean** | **{figures['macro_f1_mean']:.3f}** |"])


def _levels(classifier: Classifier) -> tuple[str, str]:
    """Level figures of both written parts, and the reliability table of the test part."""
    lines, reliability = [], ""
    for part in ("val", "test", "fresh", "second", "last"):
        rows = evaluate.read(WRITTEN / f"{part}.jsonl")
        judged = classifier.judge([str(row["text"]) for row in rows])
        truth = np.array([evaluate.level_in(row) for row in rows])
        guess = np.array([judgement.level for judgement in judged])
        cells = [_percent(scoring.recall(truth, guess, 3)), _percent(scoring.precision(truth, guess, 3))]
        cells += [_percent(scoring.recall(truth, guess, 2)), _percent(scoring.precision(truth, guess, 2))]
        lines.append(f"| {part} | {len(rows)} | {' | '.join(cells)} | {_percent((truth == guess).mean())} |")
        if part != "test":
            continue
        table = scoring.reliability(np.array([judgement.urgency for judgement in judged]), truth)
        reliability = "\n".join(
            f"| {low:.3f} | {count} | {mean:.2f} | {true:.2f} |" for low, count, mean, true in table
        )
    return "\n".join(lines), reliability


def write(path: Path, model: Path, held: Sequence[Example], texts: int) -> None:
    """Measure the model in directory *model* and write its card to *path*."""
    started = time.perf_counter()
    classifier = load(model)
    load_s = time.perf_counter() - started
    rows = [{"text": example.text, "label": SENTIMENTS[example.label], "lang": example.lang} for example in held]
    figures: dict[str, Any] = evaluate.evaluate(classifier, rows)
    described = json.loads((model / "model.json").read_text(encoding="utf-8"))
    levels, reliability = _levels(classifier)
    size = (model / "sentiment.npz").stat().st_size / 1e6
    card = TEMPLATE.read_text(encoding="utf-8").format(
        model=classifier.model,
        strength=described["strength"],
        temperature=described["temperature"],
        threshold=described["complaint_from"],
        languages=_languages(figures),
        ece=f"{figures['ece']:.3f}",
        levels=levels,
        reliability=reliability,
        rate=f"{figures['texts_per_s']:.0f}",
        p50=f"{figures['p50_ms']:.2f}",
        p99=f"{figures['p99_ms']:.2f}",
        load=f"{load_s:.1f}",
        rss=f"{figures['rss_mb']:.0f}",
        size=f"{size:.1f}",
        texts=f"{texts:,}",
    )
    path.write_text(card, encoding="utf-8")
