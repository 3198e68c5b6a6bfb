"""The model card, written from measured figures by the run that trained the model."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from classifier import evaluate, plugged, scoring
from classifier.judge import load
from classifier.judgement import CATEGORIES, SENTIMENTS, Judgement
from classifier.training import agreement, corpora, meaning

TEMPLATE = Path(__file__).with_name("card.md")
Rows = Sequence[evaluate.Row]


def write(path: Path, directory: Path, data: Path, texts: int) -> None:
    """Measure the model in *directory* and write its card to *path*."""
    model = plugged.look(directory)
    held = [row for row in corpora.rows(data / "sentiment.jsonl.gz") if row["split"] == "val"]
    test, val, airlines = (corpora.rows(corpora.WRITTEN / f"{part}.jsonl") for part in ("test", "val", "airlines"))
    classifier, figures = load(directory), _measured(held, directory)
    judged = {id(rows): classifier.judge([str(row["text"]) for row in rows]) for rows in (held, test, val, airlines)}
    path.write_text(
        TEMPLATE.read_text(encoding="utf-8").format(
            model=model.title, sha256=model.sha256, run=json.dumps(model.described["recipe"]),
            seeds=model.described["seeds"], temperature=model.described["temperature"],
            languages=_languages(held, judged[id(held)]), ece=f"{figures['ece']:.3f}",
            airlines=f"{_tone(airlines, judged[id(airlines)]):.3f}", airlines_count=len(airlines),
            written_tone=f"{_tone(test, judged[id(test)]):.3f}",
            levels="\n".join(_levels(name, rows, judged[id(rows)]) for name, rows in (("val", val), ("test", test))),
            categories=_categories(model, test, judged[id(test)]),
            first=_first(test), agreement=agreement.table(), written=_written(),
            **meaning.measured(classifier, [*val, *test]),
            rate=figures["texts_per_s"], p50=figures["p50_ms"], p99=figures["p99_ms"], rss=figures["rss_mb"],
            size=f"{sum(file.stat().st_size for file in directory.iterdir()) / 1e6:.1f}", texts=f"{texts:,}",
        ),
        encoding="utf-8",
    )  # fmt: skip


def _measured(rows: Rows, directory: Path) -> dict[str, Any]:
    """Time and memory by a process of its own, as anybody would measure them."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps(dict(row)) + "\n" for row in rows)
        file.flush()
        command = [sys.executable, "-m", "classifier.evaluate", file.name, "--json", "--model", str(directory)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 — our own module
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _tone(rows: Rows, judged: Sequence[Judgement]) -> float:
    truth, guess = _tones(rows, judged)
    return scoring.macro_f1(truth, guess, len(SENTIMENTS))


def _tones(rows: Rows, judged: Sequence[Judgement]) -> tuple[scoring.Labels, scoring.Labels]:
    truth = np.array([SENTIMENTS.index(row["label"]) for row in rows])
    return truth, np.array([SENTIMENTS.index(judgement.sentiment) for judgement in judged])


def _languages(rows: Rows, judged: Sequence[Judgement]) -> str:
    truth, guess = _tones(rows, judged)
    langs = np.array([row["lang"] for row in rows])
    lines, each = [], []
    for lang in sorted(set(langs.tolist())):
        mine = np.flatnonzero(langs == lang)
        figure = scoring.macro_f1(truth[mine], guess[mine], 3)
        low, high = scoring.interval(
            lambda draw, mine=mine: scoring.macro_f1(truth[mine[draw]], guess[mine[draw]], 3),  # type: ignore[misc]
            len(mine),
        )
        each.append(figure)
        lines.append(f"| {lang} | {len(mine)} | {figure:.3f} | {low:.3f} to {high:.3f} |")

    def mean(draw: scoring.Labels) -> float:
        found = scoring.macro_f1_by_language(truth[draw], guess[draw], langs[draw].tolist(), 3)
        return float(np.mean(list(found.values())))

    low, high = scoring.interval(mean, len(truth), draws=300)
    return "\n".join([*lines, f"| **mean** | {len(truth)} | **{np.mean(each):.3f}** | {low:.3f} to {high:.3f} |"])


def _levels(name: str, rows: Rows, judged: Sequence[Judgement]) -> str:
    """Recall and precision of the levels with their intervals, and how the queue is ordered."""
    truth = np.array([evaluate.level_in(row) for row in rows])
    guess = np.array([judgement.level for judgement in judged])
    urgency = np.array([judgement.urgency for judgement in judged])
    negative = np.array([judgement.sentiment_scores["negative"] for judgement in judged])
    cells = [
        _shown(lambda draw: scoring.recall(truth[draw], guess[draw], 3), len(truth)),
        _shown(lambda draw: scoring.precision(truth[draw], guess[draw], 3), len(truth)),
        _shown(lambda draw: scoring.recall(truth[draw], guess[draw], 2), len(truth)),
        _shown(lambda draw: scoring.precision_from(truth[draw], guess[draw], 2), len(truth)),
    ]
    order = [scoring.ndcg(truth, score) for score in (urgency, -np.arange(len(truth), dtype=float), negative)]
    return f"| {name} | {len(rows)} | {' | '.join(cells)} | {' / '.join(f'{one:.2f}' for one in order)} |"


def _shown(figure: Any, count: int) -> str:
    whole = figure(np.arange(count))
    low, high = scoring.interval(lambda draw: figure(draw) or 0.0, count, draws=400)
    return "n/a" if whole is None else f"{whole:.3f} ({low:.2f} to {high:.2f})"


def _categories(model: plugged.Model, rows: Rows, judged: Sequence[Judgement]) -> str:
    found: Any = evaluate.category_figures(rows, judged)["categories"]
    counts = Counter(name for row in rows for name in row["categories"])
    return "\n".join(
        f"| {name} | {counts[name]} | {_two(found[name]['recall'])} | {_two(found[name]['precision'])} |"
        f" {_two(found[name]['ece'])} | {model.rules.threshold(name)} |"
        for name in CATEGORIES
    )


def _two(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.2f}"


def _first(rows: Rows) -> str:
    from classifier.first_look import first

    return _levels("first look, test", rows, first().judge([str(row["text"]) for row in rows]))


def _written() -> str:
    """How many messages of each language the written set has, by part."""
    parts = {part: corpora.rows(corpora.WRITTEN / f"{part}.jsonl") for part in agreement.PARTS}
    langs = sorted({str(row["lang"]) for rows in parts.values() for row in rows})
    lines = []
    for part, rows in parts.items():
        counts = Counter(row["lang"] for row in rows)
        hard = sum(bool(row["hard"]) for row in rows) / len(rows)
        lines.append(f"| {part} | {len(rows)} | {hard:.0%} | {' | '.join(str(counts[lang]) for lang in langs)} |")
    head = f"| part | messages | hard | {' | '.join(langs)} |\n|{'---|' * (3 + len(langs))}"
    return "\n".join([head, *lines])
