"""The table of docs/reliability.md: each fault is shown by something that exists, and is seen by an alert that fits."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
import yaml

from tests.chaos.faults import ALL
from tests.chaos.page import TEMPLATE
from tests.deploy import queries
from tests.deploy.queries import DEPLOY, ROOT

RULES = yaml.safe_load((DEPLOY / "prometheus" / "rules" / "vigie.yml").read_text(encoding="utf-8"))["groups"]
ALERTS = {rule["alert"]: rule["expr"] for group in RULES for rule in group["rules"]}
ROW = re.compile(r"^\| (R\d+) \|([^|]+)\|([^|]+)\|([^|]*)\|([^|]*)\|$", re.MULTILINE)


REASON = re.compile(r"none: \w+ \w+")


def _base(name: str) -> str:
    """Of a histogram, without the ending that Prometheus gives it."""
    return re.sub(r"_(bucket|sum|count)$", "", name)


KNOWN = {_base(name) for name in [*queries.listed(), *queries.ALWAYS_THERE]}


class Shown(NamedTuple):
    fault: str
    rounds: set[str]
    tests: list[str]
    seen: str
    told: str

    @property
    def metrics(self) -> list[str]:
        return [] if REASON.match(self.seen) else _code(self.seen)

    @property
    def alerts(self) -> list[str]:
        return [] if REASON.match(self.told) else _names(self.told)


def table() -> list[Shown]:
    text = TEMPLATE.read_text(encoding="utf-8")
    return [
        Shown(row[1], set(re.findall(r"round (R\d+)", row[3])), _code(row[3]), row[4].strip(), row[5].strip())
        for row in ROW.finditer(text)
    ]


def _code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def _names(cell: str) -> list[str]:
    return re.findall(r"Vigie\w+", cell)


@pytest.mark.parametrize("row", table(), ids=lambda row: f"{row.fault}-{'-'.join(row.alerts)}")
def test_a_fault_is_shown_by_what_exists_and_its_alert_looks_at_its_metric(row: Shown) -> None:
    assert row.rounds <= ALL.keys()
    assert row.rounds or row.tests
    assert all((ROOT / test).is_file() for test in row.tests)
    assert set(row.metrics) <= KNOWN
    for alert in row.alerts:
        seen = {_base(name) for name in queries.metrics_in(ALERTS[alert])}
        assert seen & set(row.metrics), f"{alert} looks at {seen}"


@pytest.mark.parametrize("row", table(), ids=lambda row: f"{row.fault}-{'-'.join(row.alerts)}")
def test_where_nothing_shows_it_or_nobody_is_alerted_the_table_says_why(row: Shown) -> None:
    for named, cell in ((row.metrics, row.seen), (row.alerts, row.told)):
        assert bool(named) != bool(REASON.match(cell)), cell


def test_every_round_stands_in_the_table() -> None:
    assert {name for row in table() for name in row.rounds} == set(ALL)
