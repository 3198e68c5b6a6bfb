"""Charts as inline SVG, made by pure functions: numbers in, markup out. No style, no script: classes of the CSS.

A chart says in its label what it shows; the same numbers stand beside it in a table. Lines differ by stroke as well
as by shade, and stacked parts by lightness, so that grey paper loses nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT = 560, 224
LEFT, RIGHT, TOP, BOTTOM = 34, 548, 12, 190


@dataclass(frozen=True)
class Point:
    """One bucket of the x axis. None where nothing was measured: a gap in the line, never a zero."""

    label: str
    volume: int = 0
    p50: float | None = None
    p90: float | None = None


@dataclass(frozen=True)
class Stack:
    """One bar: its parts from the ground up, as (class, value)."""

    label: str
    parts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        return sum(value for _, value in self.parts)


def nice_top(value: float) -> float:
    """The end of an axis: 1, 2, 4, 5 or 10 times a power of ten, at least 1 and not below `value`."""
    if value <= 1:
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 5, 10) if step * power >= value)


def pace(points: Sequence[Point], *, label: str, p50: str, p90: str, number: Callable[[float], str]) -> Markup:
    """Two lines over bars of volume. Values in minutes; `label` is the text alternative."""
    top = nice_top(max((value for point in points for value in (point.p50, point.p90) if value is not None), default=1))
    most = max((point.volume for point in points), default=0)
    parts = [_axis(top, number), *_volume(points, most), *_labels([point.label for point in points])]
    for kind, said in (("p90", p90), ("p50", p50)):
        parts += _line(points, kind, top, said)
    return _chart(parts, label)


def stacks(bars: Sequence[Stack], *, label: str, number: Callable[[float], str], width: int = WIDTH) -> Markup:
    """Stacked bars. `width`: of the drawing, at the same height."""
    top, right = nice_top(max((bar.total for bar in bars), default=1)), width - (WIDTH - RIGHT)
    parts = [_axis(top, number, right), *_labels([bar.label for bar in bars], right)]
    step = (right - LEFT) / max(1, len(bars))
    for index, bar in enumerate(bars):
        ground = float(BOTTOM)
        for css, value in bar.parts:
            if value:
                tall = _tall(value, top)
                ground -= tall
                parts.append(_rect(css, LEFT + step * index + step * 0.1, ground, step * 0.8, tall))
    parts.append(_ground(right))
    return _chart(parts, label, width)


def meter(share: float | None, *, goal: float | None = None) -> Markup:
    """A share as a short bar; hatched in alarm where it is under its goal. Decoration: the figure stands beside it."""
    value = 0.0 if share is None else min(1.0, max(0.0, share)) * 100
    css = "m-no" if goal is not None and share is not None and share < goal else "m-v"
    mark = "" if goal is None else f'<rect class="m-g" x="{goal * 100:.0f}" width="1.5" height="6"/>'
    return Markup(  # noqa: S704  numbers and our own class names only
        '<svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="m-t" width="100" height="6"/><rect class="{css}" width="{value:.1f}" height="6"/>{mark}</svg>'
    )


def sparkline(counts: Sequence[int], *, label: str) -> Markup:
    """Bars without axes, one a count, the tallest as high as the line; `label` is the text alternative."""
    top, bars = max(1, *counts, 1), []
    for index, count in enumerate(counts):
        if count:
            tall = max(1.5, 24 * count / top)
            bars.append(_rect("c-bar", index * 4, 24 - tall, 3, tall))
    wide = 4 * max(1, len(counts))
    return Markup(  # noqa: S704  every text in it went through escape()
        f'<svg class="spark" viewBox="0 0 {wide} 25" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(label)}">{"".join(bars)}<rect class="c-base" y="24" width="{wide}" height="1"/></svg>'
    )


def _chart(parts: Sequence[str], label: str, width: int = WIDTH) -> Markup:
    body = "".join(parts)
    return Markup(  # noqa: S704  every text in it went through escape()
        f'<svg class="chart" viewBox="0 0 {width} {HEIGHT}" role="img" aria-label="{escape(label)}">{body}</svg>'
    )


def _tall(value: float, top: float) -> float:
    return (BOTTOM - TOP) * value / top


def _rect(css: str, x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="{css}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def _text(x: float, y: float, text: str, anchor: str = "start", css: str = "") -> str:
    named = f' class="{css}"' if css else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _ground(right: float = RIGHT) -> str:
    return f'<line class="c-axis" x1="{LEFT}" x2="{right}" y1="{BOTTOM}" y2="{BOTTOM}"/>'


def _axis(top: float, number: Callable[[float], str], right: float = RIGHT) -> str:
    steps = 4 if top >= 4 else int(max(1, top))
    lines = []
    for index in range(steps + 1):
        value = top * index / steps
        y = BOTTOM - _tall(value, top)
        lines.append(f'<line class="c-grid" x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(_text(LEFT - 6, y + 4, number(value), "end"))
    return "".join(lines)


def _labels(labels: Sequence[str], right: float = RIGHT) -> list[str]:
    """As many as fit, evenly spaced."""
    step = (right - LEFT) / max(1, len(labels))
    every = max(1, math.ceil(len(labels) / (8 * (right - LEFT) / (RIGHT - LEFT))))
    return [
        _text(LEFT + step * (index + 0.5), BOTTOM + 16, text, "middle")
        for index, text in enumerate(labels)
        if index % every == 0
    ]


def _volume(points: Sequence[Point], most: int) -> list[str]:
    step = (RIGHT - LEFT) / max(1, len(points))
    bars = []
    for index, point in enumerate(points):
        if point.volume:
            tall = (BOTTOM - TOP) * 0.9 * point.volume / most
            bars.append(_rect("c-vol", LEFT + step * index + step * 0.1, BOTTOM - tall, step * 0.8, tall))
    return [*bars, _ground()]


def _line(points: Sequence[Point], kind: str, top: float, said: str) -> list[str]:
    """Broken where nothing was measured; a lone point is a dot."""
    step = (RIGHT - LEFT) / max(1, len(points))
    runs: list[list[tuple[float, float]]] = [[]]
    for index, point in enumerate(points):
        value = point.p50 if kind == "p50" else point.p90
        if value is None:
            runs.append([])
        else:
            runs[-1].append((LEFT + step * (index + 0.5), BOTTOM - _tall(value, top)))
    drawn, last = [], None
    for run in runs:
        if len(run) > 1:
            places = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
            drawn.append(f'<polyline class="c-{kind}" points="{places}"/>')
        elif run:
            drawn.append(f'<circle class="c-point-{kind}" cx="{run[0][0]:.1f}" cy="{run[0][1]:.1f}" r="3"/>')
        last = run[-1] if run else last
    if last is not None:
        drawn.append(
            _text(
                min(last[0] + 6, WIDTH - 2),
                max(last[1] - 6, 10),
                said,
                "end" if last[0] > RIGHT - 60 else "start",
                "lab" if kind == "p50" else "",
            )
        )
    return drawn
