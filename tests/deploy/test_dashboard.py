"""The dashboard can be loaded as it is, and every panel shows something that exists."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.deploy import queries
from tests.deploy.queries import DEPLOY

BOARD: dict[str, Any] = json.loads((DEPLOY / "grafana" / "vigie.json").read_text(encoding="utf-8"))
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
EXPRESSIONS = [target["expr"] for panel in PANELS for target in panel["targets"]]
NOT_SHOWN = {"process_virtual_memory_bytes", "python_info"}


def test_it_replaces_itself_when_loaded_again() -> None:
    assert BOARD["uid"] == "vigie"
    assert "id" not in BOARD
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_shows_what_exists_in_a_unit(panel: dict[str, Any]) -> None:
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["targets"]
    refs = [target["refId"] for target in panel["targets"]]
    assert len(refs) == len(set(refs))
    for target in panel["targets"]:
        assert queries.wrong(target["expr"]) == [], target["expr"]
        assert queries.metrics_in(target["expr"]), target["expr"]


def test_whoever_loads_it_chooses_where_its_figures_come_from() -> None:
    assert [variable["name"] for variable in BOARD["templating"]["list"]] == ["datasource", "instance"]
    for panel in PANELS:
        assert panel["datasource"]["uid"] == "${datasource}"
        assert all(target["datasource"]["uid"] == "${datasource}" for target in panel["targets"])


def test_every_metric_is_on_it() -> None:
    shown = set().union(*(queries.metrics_in(expression) for expression in EXPRESSIONS))
    endings = ("_bucket", "_sum", "_count")
    known = {name.removesuffix(ending) for name in queries.listed() for ending in endings if name.endswith(ending)}
    known |= {name for name in queries.listed() if not name.endswith(endings)}
    told = {name for name in known if any(one == name or one.removesuffix(e) == name for one in shown for e in endings)}
    assert known - told == NOT_SHOWN


def test_panels_do_not_lie_on_one_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_the_example_of_provisioning_can_be_read() -> None:
    for kind, part in (("datasources", "datasources"), ("dashboards", "providers")):
        text = (DEPLOY / "grafana" / "provisioning" / kind / "vigie.yml").read_text(encoding="utf-8")
        assert yaml.safe_load(text)[part], kind
