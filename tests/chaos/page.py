"""chaos.json and docs/reliability.md: the figures of each fault's last run, for whoever wants to see and to repeat."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Any

from tests.chaos.faults import ALL
from tests.chaos.figures import Round

TREE = Path(__file__).parents[2]
JSON, PAGE = TREE / "chaos.json", TREE / "docs" / "reliability.md"
TEMPLATE = Path(__file__).with_name("reliability.md.tmpl")
FIVE = ("ok", "lost", "duplicated", "unexpected", "recovered")


def write(done: Sequence[Round]) -> None:
    """What was not run this time keeps the figures of its last run, and their day."""
    known: dict[str, Any] = json.loads(JSON.read_text())["faults"] if JSON.exists() else {}
    today = {"on": datetime.now(UTC).date().isoformat(), "machine": machine()}
    known |= {one.fault: one.as_json() | today for one in done}
    ordered = dict(sorted(known.items(), key=lambda pair: (len(pair[0]), pair[0])))
    JSON.write_text(json.dumps({"faults": ordered}, indent=1, ensure_ascii=False) + "\n")
    PAGE.write_text(rendered(ordered))


def rendered(faults: Mapping[str, Mapping[str, Any]]) -> str:
    total = {name: sum(int(fault[name]) for fault in faults.values()) for name in FIVE}
    return Template(TEMPLATE.read_text()).substitute(
        rows="\n".join(_row(name, fault) for name, fault in faults.items()),
        total=" | ".join(f"**{total[name]}**" for name in FIVE),
        **{name: _last(faults.get(name)) for name in ALL},
    )


def _row(name: str, fault: Mapping[str, Any]) -> str:
    five = " | ".join(str(fault[figure]) for figure in FIVE)
    return f"| {name} | {fault['title']} | {five} | {fault['on']} |"


def _last(fault: Mapping[str, Any] | None) -> str:
    """The last run of a round, for one cell of a table."""
    if fault is None:
        return "not run"
    measured = ", ".join(f"{what}: {value}" for what, value in fault["measured"].items())
    wrong = "".join(f" **Not as promised: {one}.**" for one in fault["wrong"])
    return f"{fault['on']}, {fault['machine']}. {measured}.{wrong}"


def machine() -> str:
    return f"{os.cpu_count()} processors, Python {platform.python_version()}, {platform.system()}"
