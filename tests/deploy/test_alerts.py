"""Alerts speak of what exists, each has its paragraph in the runbook, and promtool agrees where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.deploy import queries
from tests.deploy.queries import DEPLOY, ROOT

PROMETHEUS = DEPLOY / "prometheus"
RULES = PROMETHEUS / "rules" / "vigie.yml"
SHOWN = sorted((PROMETHEUS / "tests").glob("*.yml"))
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
PARAGRAPH = ("**For people:**", "**See it:**", "**Do:**")


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


ALERTS = {alert["alert"]: alert for alert in alerts()}


def paragraphs() -> Iterator[tuple[str, str]]:
    for part in RUNBOOK.split("\n### ")[1:]:
        name, _, text = part.partition("\n")
        yield name, text.split("\n## ")[0]


def test_names_are_used_once() -> None:
    assert len(ALERTS) == len(alerts())


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_speaks_of_metrics_labels_and_values_that_exist(name: str) -> None:
    assert queries.wrong(ALERTS[name]["expr"]) == []
    assert queries.metrics_in(ALERTS[name]["expr"])


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_how_bad_it_is_and_where_to_read_on(name: str) -> None:
    told = ALERTS[name]["annotations"]
    assert ALERTS[name]["labels"] in ({"severity": "critical"}, {"severity": "warning"})
    assert told["summary"]
    assert len(told["description"]) > len(told["summary"])
    assert told["runbook_url"].endswith(f"/docs/runbook.md#{name.lower()}")


def test_each_alert_has_its_paragraph_and_each_paragraph_its_alert() -> None:
    found = dict(paragraphs())
    assert list(found) == list(ALERTS)
    for name, text in found.items():
        assert all(part in text for part in PARAGRAPH), name


def test_the_runbook_names_metrics_and_alerts_that_exist() -> None:
    for span in re.findall(r"`([^`]+)`", RUNBOOK):
        assert queries.wrong(span) == [], span
    assert set(re.findall(r"\bVigie[A-Z]\w+", RUNBOOK)) == set(ALERTS)


def test_each_alert_is_shown_firing() -> None:
    shown = "\n".join(file.read_text(encoding="utf-8") for file in SHOWN)
    assert set(re.findall(r'\{alertname="(Vigie\w+)"', shown)) >= set(ALERTS)


# --- with promtool (Debian: the package prometheus) -------------------------------------------------------------


@pytest.fixture
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("no promtool here: apt-get install prometheus")
    return found


@pytest.mark.parametrize(
    "words",
    [
        ("check", "rules", str(RULES)),
        ("check", "config", str(PROMETHEUS / "prometheus.yml")),
        *(("test", "rules", str(file)) for file in SHOWN),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_promtool_agrees(promtool: str, words: tuple[str, ...]) -> None:
    done = subprocess.run([promtool, *words], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
