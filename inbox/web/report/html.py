"""A report as a page: a part of our own pages, or a file that stands alone and loads nothing."""

from __future__ import annotations

import base64
from pathlib import Path

from markupsafe import Markup

from inbox.web import charts
from inbox.web.i18n import Speech
from inbox.web.pages import render
from inbox.web.report.document import Chart, Document

STYLE = Path(__file__).with_name("report.css")


def body(told: Document, say: Speech, logo: bytes | None) -> Markup:
    """Escaped by its template."""
    return Markup(  # noqa: S704  our own template, escaped there
        render.html("report_body.html", say, told=told, logo=_data(logo), drawn=lambda chart: drawn(chart, say))
    )


def standalone(told: Document, say: Speech, logo: bytes | None) -> bytes:
    style = Markup("<style>{}</style>").format(Markup(STYLE.read_text(encoding="utf-8")))  # noqa: S704  our own file
    text = render.html("report_file.html", say, told=told, style=style, body=body(told, say, logo))
    return text.encode()


def drawn(chart: Chart, say: Speech) -> Markup:
    if chart.kind == "pace":
        one_line = all(point.p90 is None for point in chart.points)
        names = ("", "") if one_line else ("p50", "p90")
        return charts.pace(
            chart.points, label=chart.label, p50=names[0], p90=names[1], number=lambda v: say.number(round(v, 1))
        )
    return charts.stacks(chart.bars, label=chart.label, number=lambda value: say.number(round(value, 1)))


def _data(logo: bytes | None) -> str | None:
    return None if logo is None else "data:image/png;base64," + base64.b64encode(logo).decode()
