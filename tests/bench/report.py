"""What was measured: on the console, in `bench.json`, and on the page that is made of it.

`bench.json` holds every group as it was last measured, with the machine it was measured on; measuring one group anew
leaves the others alone. docs/benchmarks.md is written whole from it, so the page says nothing that was not measured.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jinja2
from rich.console import Console
from rich.table import Table

from tests.bench import words
from tests.bench.measure import Figure, Row

REPOSITORY = Path(__file__).parents[2]
RESULTS = REPOSITORY / "bench.json"
PAGE = REPOSITORY / "docs" / "benchmarks.md"

Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """A group as it was measured. `about` introduces it on the page; `machine`: see machine.py."""

    group: str
    about: str
    machine: Mapping[str, str]
    figures: Sequence[Figure]
    tables: Mapping[str, Iterable[Row] | Row]


def show(measured: Measured) -> None:
    """On the console."""
    table = Table(title=words.GROUPS.get(measured.group, measured.group), title_justify="left")
    for column in ("figure", "measured", "spread", "asked", ""):
        table.add_column(column)
    for figure in measured.figures:
        mark = {None: "", True: "reached", False: "missed"}[figure.reached]
        table.add_row(figure.name, valued(asdict(figure)), spread(asdict(figure)), figure.ask, mark)
    Console().print(table)


def keep(measured: Measured, *, results: Path = RESULTS, page: Path = PAGE) -> None:
    """Puts the group in the place of what stood there of it, and writes the page anew."""
    content: Content = json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}
    content[measured.group] = {
        "about": measured.about,
        "machine": dict(measured.machine),
        "figures": [plain(asdict(figure)) for figure in measured.figures],
        "tables": {title: [plain(row) for row in listed(rows)] for title, rows in measured.tables.items()},
    }
    content = {group: content[group] for group in sorted(content, key=_place)}
    results.write_text(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    page.write_text(written(content), encoding="utf-8")


def _place(group: str) -> tuple[int, str]:
    known = list(words.GROUPS)
    return known.index(group) if group in known else len(known), group


def listed(rows: Iterable[Row] | Row) -> list[Row]:
    """A table of one column may come as one row."""
    return [{"": name, "measured": value} for name, value in rows.items()] if isinstance(rows, dict) else list(rows)


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON has it: four digits, and a time that never ended is a word."""
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    if math.isnan(value):
        return None
    return "never" if math.isinf(value) else float(f"{value:.4g}")


def written(content: Content) -> str:
    """The page."""
    house = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, undefined=jinja2.StrictUndefined, autoescape=False,
    )  # fmt: skip
    house.filters |= {"cell": cell, "valued": valued, "spread": spread}
    return house.get_template("page.md.jinja").render(groups=content, titles=words.GROUPS, means=words.FIGURES)


def cell(value: Any) -> str:
    """What stands in a table: thousands set apart, three digits of what is small, a dash for nothing."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value).replace("|", "\\|").replace("\n", " ")
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{float(f'{value:.3g}'):g}"


UNITS = {"ratio": " ×", "s": " s", "share": ""}


def valued(figure: Mapping[str, Any]) -> str:
    """Its value and unit."""
    unit = str(figure["unit"])
    return cell(figure["value"]) + UNITS.get(unit, f" {unit}")


def spread(figure: Mapping[str, Any]) -> str:
    """The least and the most of the rounds."""
    return f"{cell(figure['low'])} – {cell(figure['high'])}"
