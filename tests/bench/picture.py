"""The chart of the page, drawn by a library in the peers' environment: the project itself needs none."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.bench.peers.place import Missing, Place

HERE = Path(__file__).parent
CHART = HERE.parents[1] / "docs" / "benchmarks.svg"
TIMEOUT_S = 120


def draw(results: Path) -> None:
    """Where the library cannot be had the old picture stays, and that is said."""
    if "append" not in json.loads(results.read_text(encoding="utf-8")):
        return
    try:
        python = Place().with_python().python
    except Missing as error:
        print(f"{CHART.name} is left as it was: {error}")
        return
    subprocess.run([python, HERE / "chart.py", results, CHART], check=True, timeout=TIMEOUT_S)
