"""chaos.json and docs/reliability.md: the figures of each fault's last run, for whoever wants to see and to repeat."""

from __future__ import annotations

import json
import os
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Any

from tests.chaos.faults import ALL, ASKED
from tests.chaos.figures import Compared, Round

TREE = Path(__file__).parents[2]
JSON, PAGE = TREE / "chaos.json", TREE / "docs" / "reliability.md"
TEMPLATE = Path(__file__).with_name("reliability.md.tmpl")
FIVE = ("ok", "lost", "duplicated", "unexpected", "recovered")
VERDICTS = {True: "yes", False: "**missed**", None: "not measured"}


def write(done: Sequence[Round]) -> None:
    """What was not run this time keeps the figures of its last run, and their day."""
    known: dict[str, Any] = json.loads(JSON.read_text())["faults"] if JSON.exists() else {}
    today = {"on": datetime.now(UTC).date().isoformat(), "machine": machine()}
    known |= {one.fault: one.as_json() | today for one in done}
    for name, fault in known.items():
        fault["asked"] = [_as_json(one) for one in _compared(name, fault)]
    ordered = dict(sorted(known.items(), key=lambda pair: (len(pair[0]), pair[0])))
    JSON.write_text(json.dumps({"faults": ordered}, indent=1, ensure_ascii=False) + "\n")
    PAGE.write_text(rendered(ordered))


def rendered(faults: Mapping[str, Mapping[str, Any]]) -> str:
    total = {name: sum(int(fault[name]) for fault in faults.values()) for name in FIVE}
    all_ = {name: _compared(name, fault) for name, fault in faults.items()}
    verdicts = Counter(one.met for each in all_.values() for one in each)
    return Template(TEMPLATE.read_text()).substitute(
        rows="\n".join(_row(name, fault) for name, fault in faults.items()),
        asked="\n".join(_verdict(name, one) for name, each in all_.items() for one in each),
        figures=verdicts.total(), met=verdicts[True], missed=verdicts[False], unmeasured=verdicts[None],
        total=" | ".join(f"**{total[name]}**" for name in FIVE),
        **{name: _last(faults.get(name)) for name in ALL},
    )  # fmt: skip


def _compared(name: str, fault: Mapping[str, Any]) -> list[Compared]:
    """What is asked today, with what that run measured: an old run is judged like a new one."""
    return [asked.compared(fault["measured"]) for asked in ASKED.get(name, ())]


def _as_json(one: Compared) -> dict[str, object]:
    return {"what": one.asked.words, one.asked.bound: one.limit, "reached": one.reached, "met": one.met}


def _verdict(name: str, one: Compared) -> str:
    asked = one.asked
    limit = f"{_plain(one.limit)} ({_plain(asked.limit)} × {asked.of})" if asked.of else _plain(one.limit)
    return f"| {name} | {asked.words} | {asked.bound} {limit} | {_plain(one.reached)} | {VERDICTS[one.met]} |"


def _plain(number: float | None) -> str:
    return "–" if number is None else f"{round(number, 3):,.10g}"


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
