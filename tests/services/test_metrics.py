"""Every metric is on its page, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

from services.metrics import REGISTRY

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_the_page_lists_the_metrics_with_their_labels() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|([^|]*)\|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    listed = {(name.removesuffix("_total"), kind) for name, kind, _ in rows}
    assert listed == {(metric.name, metric.type) for metric in REGISTRY.collect()}
