"""Every metric is on its page, and nothing else is; every metric is set somewhere."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families

from inbox import meters
from inbox.meters import REGISTRY
from services import metrics, metrics_page, metrics_read

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "metrics.md"
OBJECTS = {
    name: value for module in (meters, metrics) for name, value in vars(module).items()
    if isinstance(value, MetricWrapperBase)
}  # fmt: skip


def rows() -> list[tuple[str, str, frozenset[str]]]:
    """Name, kind and labels of each row of the page."""
    found = re.findall(r"^\| `(\w+)` \| (\w+) \|([^|]*)\|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [(name, kind, frozenset(re.findall(r"`(\w+)`", labels))) for name, kind, labels in found]


@cache
def sources() -> str:
    """Without the lines of the page that only put a label there, at nought."""
    files = [*(ROOT / "inbox").rglob("*.py"), *(ROOT / "services").rglob("*.py")]
    texts = [file.read_text(encoding="utf-8") for file in files if file.name != "metrics_read.py"]
    page = (ROOT / "services" / "metrics_read.py").read_text(encoding="utf-8")
    return "\n".join([*texts, re.sub(r"\.labels\([^()\n]*\)$", "", page, flags=re.MULTILINE)])


def test_the_page_lists_the_metrics() -> None:
    listed = [(name.removesuffix("_total"), kind) for name, kind, _ in rows()]
    if sys.platform != "linux":  # processes tell of themselves there only
        listed = [(name, kind) for name, kind in listed if not name.startswith("process_")]
    assert len(listed) == len(set(listed))
    told = {(metric.name, metric.type) for metric in REGISTRY.collect()}
    assert {(name, kind) for name, kind in listed} == {(name.removesuffix("_total"), kind) for name, kind in told}


def test_the_page_names_their_labels() -> None:
    listed = {name.removesuffix("_total"): labels for name, _, labels in rows()}
    for metric in OBJECTS.values():
        assert listed[metric._name] == frozenset(metric._labelnames), metric._name


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_each_metric_is_set_somewhere(name: str) -> None:
    """Left at nought it would say that all is well."""
    setting = re.compile(rf"\b(metrics|meters)\.{name}\.")
    assert setting.search(sources()), name


def test_what_is_rare_stands_at_nought_from_the_start() -> None:
    """A counter that did not exist before shows no increase at its first event, and no alert fires."""
    metrics_page.routes([], ("ingest", "workers"))
    told = {(sample.name, *sorted(sample.labels.items())) for m in REGISTRY.collect() for sample in m.samples}
    assert ("vigie_append_flushes_total", ("outcome", "failed")) in told
    assert ("vigie_live_cut_total", ("reason", "slow")) in told
    for outcome in ("refused", "uncertain", "undelivered"):
        assert ("vigie_replies_total", ("network", "facebook"), ("outcome", outcome)) in told


def test_two_processes_stand_on_one_page_and_apart() -> None:
    """Each family once, and each process's counter by itself: one that is started again begins anew at nought."""
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    Counter("seen", "By both.", registry=ours).inc(3)
    Counter("seen", "By both.", registry=theirs).inc(2)
    Counter("read", "By the workers.", ["stage"], registry=theirs).labels("first").inc()
    told = generate_latest(metrics_page.Told(metrics_read.together(ours.collect(), theirs.collect()))).decode()
    families = {family.name: family.samples for family in text_string_to_metric_families(told)}
    assert told.count("# TYPE seen_total counter") == 1
    assert {(s.labels.get("process"), s.value) for s in families["seen"] if s.name == "seen_total"} == {
        (None, 3.0), ("workers", 2.0),
    }  # fmt: skip
    assert [s.labels for s in families["read"] if s.name == "read_total"] == [{"stage": "first", "process": "workers"}]
