"""The page says what was measured, and nothing else; measuring one group leaves the others as they were."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.bench import report, words
from tests.bench.append import peers
from tests.bench.measure import Bench, Figure, Row, closed_loop, figure
from tests.bench.peers.place import Missing, Place
from tests.bench.screens import lighthouse

MACHINE = {
    "processor": "a slow one", "cores": "2", "system": "Linux x86_64", "postgresql": "18.6", "python": "3.11.7",
    "date": "2026-11-22", "load_before": "0.10, 0.20, 0.30",
}  # fmt: skip


def measured(group: str, figures: Sequence[Figure], rows: Sequence[Row] = ()) -> report.Measured:
    return report.Measured(group, f"What {group} is.", MACHINE, figures, {"What was measured": rows})


def test_the_page_is_what_the_report_makes_of_the_results() -> None:
    if not report.RESULTS.exists():
        assert not report.PAGE.exists()
        pytest.skip("nothing was measured yet: make bench")
    content = json.loads(report.RESULTS.read_text(encoding="utf-8"))
    assert report.PAGE.read_text(encoding="utf-8") == report.written(content)
    named = {one["name"] for group in content.values() for one in group["figures"]}
    assert named <= set(words.FIGURES)


def test_a_group_measured_anew_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    results, page = tmp_path / "bench.json", tmp_path / "page.md"
    report.keep(measured("arrival", [figure("e2e_p95_s", [0.7, 0.8], "s", most=1)]), results=results, page=page)
    report.keep(measured("append", [figure("append_vs_raw", [0.3], "ratio", least=0.85)]), results=results, page=page)
    report.keep(measured("append", [figure("append_vs_raw", [0.9], "ratio", least=0.85)]), results=results, page=page)
    content = json.loads(results.read_text())
    assert list(content) == ["append", "arrival"]
    assert content["append"]["figures"][0]["value"] == 0.9
    assert content["arrival"]["figures"][0] == {
        "name": "e2e_p95_s", "value": 0.75, "unit": "s", "low": 0.7, "high": 0.8, "ask": "≤ 1",
        "reached": True, "why": "",
    }  # fmt: skip
    assert page.read_text() == report.written(content)


def test_a_miss_stands_on_the_page_with_its_reason(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    missed = figure("append_vs_raw", [0.31, 0.29], "ratio", least=0.85, why="Half of it is sealing.")
    report.keep(measured("append", [missed]), results=tmp_path / "bench.json", page=page)
    assert "| 0.3 × | 0.29 – 0.31 | ≥ 0.85 | **no** |" in page.read_text()
    assert "`append_vs_raw` was missed: Half of it is sealing." in page.read_text()


def test_a_time_that_never_ended_is_a_word_and_no_number(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    rows: list[Row] = [{"": "a row", "p99 s": math.inf, "p50 s": None, "events/s": 12345.6}]
    report.keep(measured("live", [], rows), results=tmp_path / "bench.json", page=page)
    assert "| a row | never | – | 12,350 |" in page.read_text()


def test_a_table_of_one_column_may_come_as_one_row(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    row: Row = {"events/s": 52_345.0, "processes": 2}
    found = report.Measured("rebuild", "", MACHINE, [], {"One million events": row})
    report.keep(found, results=tmp_path / "bench.json", page=page)
    assert "| events/s | 52,340 |\n| processes | 2 |" in page.read_text()


def test_what_another_group_has_not_measured_is_not_on_the_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    report.keep(measured("live", []), results=tmp_path / "bench.json", page=page)
    assert words.GROUPS["live"] in page.read_text()
    assert words.GROUPS["append"] not in page.read_text()


async def test_every_event_of_every_worker_is_counted() -> None:
    calls = 0

    async def call(_: int) -> int:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0)
        return 3

    begun = time.perf_counter()
    sample = await closed_loop(16, 0.02, call)
    assert calls > 16
    assert calls * 3 / sample.rate <= time.perf_counter() - begun, "a rate that leaves events out takes longer for them"


async def test_a_machine_without_the_peers_is_told_which_and_measures_the_rest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(self: Place, *command: str | Path, cwd: Path | None = None) -> None:
        raise Missing("no route to the registry")

    monkeypatch.setattr(Place, "_run", refuse)
    monkeypatch.setattr(peers, "Place", lambda: Place(tmp_path))
    found, missing = await peers.of(Bench("postgresql://nowhere/vigie?", str(tmp_path), quick=True))
    assert found == []
    assert set(missing) == {"eventsourcing", "message-db", "Emmett"}
    assert "Emmett is not measured: no route to the registry" in capsys.readouterr().out


def test_what_lighthouse_found_names_what_fell_short_and_counts() -> None:
    audits = {
        "largest-contentful-paint": {"score": 0.6, "title": "Largest paint", "displayValue": "3.1 s"},
        "label": {"score": 0, "title": "Form elements have labels"},
        "uses-http2": {"score": 0, "title": "HTTP/2"},
        "errors-in-console": {"score": 1, "title": "No errors"},
        "video-caption": {"score": None, "title": "Captions"},
    }
    refs = {"performance": ("largest-contentful-paint", 25), "accessibility": ("label", 7), "best-practices": ("x", 0)}
    categories: dict[str, object] = {
        name: {"score": 0.93, "auditRefs": [{"id": of, "weight": weight}]} for name, (of, weight) in refs.items()
    }
    found = lighthouse.read({"audits": audits, "categories": categories})
    assert (found.performance, found.accessibility) == (93, 93)
    assert found.faults == {
        "largest-contentful-paint": (0.6, "3.1 s"),
        "label": (0.0, "Form elements have labels"),
    }
    with pytest.raises(RuntimeError, match="no page: away"):
        lighthouse.read({"runtimeError": {"message": "away"}})
