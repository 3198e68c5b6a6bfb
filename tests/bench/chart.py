"""Draws docs/benchmarks.svg from bench.json: runs in the peers' environment, which has matplotlib.

python chart.py bench.json docs/benchmarks.svg
"""

# mypy: ignore-errors

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import matplotlib.ticker

OURS, PEER, LIMIT = "#1f5fbf", "#b8621b", "#6b7280"
MEANS = {OURS: "ours", PEER: "peers", LIMIT: "plain rows: what the disk gives"}
TITLE = "Events of 700 bytes committed a second: median of the rounds, with the least and the most"


def colour(name):
    if name.startswith("ours"):
        return OURS
    return LIMIT if name.startswith(("plain rows", "one row")) else PEER


def drawn(rows):
    """A dot each, on a logarithmic scale: a bar's length would mean nothing there."""
    rows = sorted(rows, key=lambda row: row["events/s"])
    figure, axes = plt.subplots(figsize=(9, 0.34 * len(rows) + 1.6), layout="constrained")
    for place, row in enumerate(rows):
        axes.hlines(place, row["least"], row["most"], color=colour(row[""]), linewidth=3, alpha=0.35)
        axes.plot(row["events/s"], place, "o", color=colour(row[""]), markersize=7)
        words = f"{row['events/s']:,}/s, p99 {row['p99 ms']:g} ms"
        axes.annotate(words, (row["most"], place), (8, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_yticks(range(len(rows)), [row[""] for row in rows], fontsize=9)
    axes.set_xscale("log")
    axes.set_xlim(min(row["least"] for row in rows) / 1.5, max(row["most"] for row in rows) * 8)
    axes.xaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda rate, _: f"{rate:,.0f}"))
    axes.tick_params(labelsize=9, length=0, which="both")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color="#e3e5e8", linewidth=0.8)
    axes.set_axisbelow(True)
    marks = [plt.Line2D([], [], color=shade, marker="o", linestyle="") for shade in MEANS]
    figure.suptitle(TITLE, fontsize=10, x=0.01, ha="left")
    figure.legend(marks, MEANS.values(), loc="outside lower left", ncols=3, frameon=False, fontsize=9)
    return figure


def main():
    results, picture = map(Path, sys.argv[1:])
    rows = json.loads(results.read_text(encoding="utf-8"))["append"]["tables"]["What was measured"]
    plt.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "vigie", "font.family": ["DejaVu Sans", "sans-serif"]}
    drawn(rows).savefig(picture, metadata={"Date": None}, facecolor="white")


if __name__ == "__main__":
    main()
