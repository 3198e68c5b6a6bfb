"""The charts of a report drawn on a page of PDF: lines and rectangles, no picture. The same numbers, axes and rules as
`inbox.web.charts` draws on a screen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inbox.web.charts import Point, nice_top
from inbox.web.i18n import Speech
from inbox.web.report.document import Chart

if TYPE_CHECKING:
    from fpdf import FPDF

Colour = tuple[int, int, int]
INK: Colour = (20, 24, 29)
SOFT: Colour = (89, 97, 108)
LINE: Colour = (226, 229, 233)
GROUND: Colour = (227, 231, 236)
PARTS: dict[str, Colour] = {"c-neg": (180, 35, 27), "c-neu": (170, 178, 189), "c-pos": (127, 184, 148)}
LEFT, FOOT = 12.0, 6.0
LABELS = 8


@dataclass(frozen=True, slots=True)
class Box:
    """Millimetres of the page."""

    x: float
    y: float
    width: float
    height: float

    @property
    def ground(self) -> float:
        return self.y + self.height - FOOT

    @property
    def tall(self) -> float:
        return self.height - FOOT - 2

    def at(self, place: float, count: int) -> float:
        return self.x + LEFT + (self.width - LEFT) * place / max(1, count)


def draw(pdf: FPDF, chart: Chart, box: Box, say: Speech) -> None:
    pdf.set_font("vigie", "", 7)
    if chart.kind == "stacks":
        _stacks(pdf, chart, box, say)
    else:
        _pace(pdf, chart.points, box, say)


def _axis(pdf: FPDF, top: float, box: Box, labels: Sequence[str], say: Speech) -> None:
    steps = 4 if top >= 4 else int(max(1, top))
    pdf.set_line_width(0.15)
    pdf.set_draw_color(*LINE)
    pdf.set_text_color(*SOFT)
    for step in range(steps + 1):
        y = box.ground - box.tall * step / steps
        pdf.line(box.x + LEFT, y, box.x + box.width, y)
        said = say.number(round(top * step / steps, 1))
        pdf.text(box.x + LEFT - 1.5 - pdf.get_string_width(said), y + 0.9, said)
    every = max(1, math.ceil(len(labels) / LABELS))
    for n, label in enumerate(labels):
        if n % every == 0:
            pdf.text(box.at(n + 0.5, len(labels)) - pdf.get_string_width(label) / 2, box.ground + 4, label)


def _pace(pdf: FPDF, points: Sequence[Point], box: Box, say: Speech) -> None:
    values = [value for point in points for value in (point.p50, point.p90) if value is not None]
    top, most = nice_top(max(values, default=1)), max((point.volume for point in points), default=0)
    _axis(pdf, top, box, [point.label for point in points], say)
    pdf.set_fill_color(*GROUND)
    for n, point in enumerate(points):
        if point.volume:
            tall = box.tall * 0.9 * point.volume / most
            _bar(pdf, box, n, len(points), box.ground - tall, tall)
    for name, colour, width, dashed in (("p90", SOFT, 0.3, True), ("p50", INK, 0.5, False)):
        pdf.set_draw_color(*colour)
        pdf.set_line_width(width)
        pdf.set_dash_pattern(*((0.6, 0.9) if dashed else (0, 0)))
        _line(pdf, [getattr(point, name) for point in points], top, box)
    pdf.set_dash_pattern()


def _line(pdf: FPDF, values: Sequence[float | None], top: float, box: Box) -> None:
    """Broken where nothing was measured; a lone point is a short stroke."""
    places = [
        None if value is None else (box.at(n + 0.5, len(values)), box.ground - box.tall * value / top)
        for n, value in enumerate(values)
    ]
    for n, here in enumerate(places):
        after = places[n + 1] if n + 1 < len(places) else None
        before = places[n - 1] if n else None
        if here is not None and after is not None:
            pdf.line(*here, *after)
        elif here is not None and before is None:
            pdf.line(here[0] - 0.6, here[1], here[0] + 0.6, here[1])


def _stacks(pdf: FPDF, chart: Chart, box: Box, say: Speech) -> None:
    top = nice_top(max((bar.total for bar in chart.bars), default=1))
    _axis(pdf, top, box, [bar.label for bar in chart.bars], say)
    for n, bar in enumerate(chart.bars):
        ground = box.ground
        for css, value in bar.parts:
            if value:
                tall = box.tall * value / top
                ground -= tall
                pdf.set_fill_color(*PARTS[css])
                _bar(pdf, box, n, len(chart.bars), ground, tall)


def _bar(pdf: FPDF, box: Box, n: int, count: int, y: float, tall: float) -> None:
    left, right = box.at(n + 0.1, count), box.at(n + 0.9, count)
    pdf.rect(left, y, right - left, tall, style="F")
