"""What a PromQL expression speaks of: metrics, the labels it selects by, the values it expects of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
OF_PROMETHEUS = frozenset({"job", "instance", "le"})
ALWAYS_THERE = {"up": frozenset[str]()}
_NAMED = re.compile(r"\b((?:vigie|process|python)_\w+|up\b)(?:\{([^}]*)\})?")
_SELECTED = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
_GROUPED = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of docs/metrics.md. `words`: all that stands in code type in it, the values of labels among them."""

    labels: frozenset[str]
    words: frozenset[str]


@cache
def listed() -> Mapping[str, Listed]:
    """By the name that Prometheus knows: counters with `_total`, histograms with their three endings."""
    found = {}
    for line in (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8").splitlines():
        if row := re.match(r"\| `(\w+)` \| (\w+) \|([^|]*)\|(.*)\|$", line):
            labels = frozenset(re.findall(r"`(\w+)`", row[3]))
            kept = Listed(labels, frozenset(re.findall(r"`(\w+)`", row[4])))
            endings = ("_bucket", "_sum", "_count") if row[2] == "histogram" else ("",)
            found.update({row[1] + ending: kept for ending in endings})
    return found


def wrong(expression: str) -> list[str]:
    """What in it does not exist; empty if all does."""
    named = [(name, selected) for name, selected in _NAMED.findall(expression) if name not in ALWAYS_THERE]
    unknown = [f"no metric {name}" for name, _ in named if name not in listed()]
    there = [(listed()[name], selected) for name, selected in named if name in listed()]
    known = OF_PROMETHEUS.union(*(metric.labels for metric, _ in there))
    grouped = {label.strip() for labels in _GROUPED.findall(expression) for label in labels.split(",")} - {""}
    told = [_wrong_values(metric, selected) for metric, selected in there]
    return [*unknown, *(f"no label {label}" for label in sorted(grouped - known)), *(w for one in told for w in one)]


def metrics_in(expression: str) -> set[str]:
    return {name for name, _ in _NAMED.findall(expression)}


def _wrong_values(metric: Listed, selected: str) -> list[str]:
    found = []
    for label, _, value in _SELECTED.findall(selected):
        if label in OF_PROMETHEUS:
            continue
        if label not in metric.labels:
            found.append(f"no label {label}")
        found += [f"no {label} {one}" for one in value.split("|") if one not in metric.words]
    return found
