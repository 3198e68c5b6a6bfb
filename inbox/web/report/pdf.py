"""A report as PDF: A4, charts as vectors, the brand's logo. The same document gives the same bytes whenever it is
made.

The two fonts beside this module carry Latin, Greek, Cyrillic, Hebrew and Arabic letters (`right_to_left`). Words in
another script stand as its name in brackets, [Devanagari], and what is no letter, as emoji, as an empty square. The
page of the report shows all of them.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable
from datetime import datetime
from functools import cache
from itertools import groupby
from pathlib import Path

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from inbox.web.i18n import Speech
from inbox.web.report import pdf_charts, right_to_left
from inbox.web.report.document import Big, Chart, Document, Table
from inbox.web.report.pdf_charts import INK, LINE, PARTS, SOFT, Box

FONTS = Path(__file__).with_name("fonts")
MARGIN, WIDTH, FOOT = 16.0, 178.0, 18.0
CHART = 48.0
NO_SIGN = "\u25a1"
Shown = Callable[[str], str]


@cache
def _signs() -> frozenset[int]:
    return frozenset(TTFont(FONTS / "regular.ttf").getBestCmap())


def shown(text: str) -> str:
    """As it is to be set, with nothing for what has no width at all."""
    return "".join(
        c if ord(c) in _signs() else NO_SIGN for c in right_to_left.drawn(_readable(text)) if c != "\ufe0f"
    )  # fmt: skip


def _readable(text: str) -> str:
    """Letters that the fonts have not are told by the name of their script, once for words that stand together."""
    found: list[str] = []
    plain = "".join(
        one if _is_told(one) else unicodedata.normalize("NFKC", one) for one in right_to_left.unpointed(text)
    )
    for known, signs in groupby(unicodedata.normalize("NFC", plain), _is_told):
        letters = "".join(signs)
        said = letters if known else f"[{_script(letters[0])}]"
        if not known and found[-2:] == [said, " "]:
            found.pop()
        else:
            found.append(said)
    return "".join(found)


def _is_told(sign: str) -> bool:
    """By itself, or by a square."""
    return ord(sign) in _signs() or unicodedata.category(sign)[0] not in "LM"


def _script(letter: str) -> str:
    """The first word of its name in Unicode, as `DEVANAGARI LETTER KA` has it."""
    name = unicodedata.name(letter, "?").split()[0]
    return name if name == "CJK" else name.title()


class _Paper(FPDF):
    """Its foot says which report it is, and the page."""

    def __init__(self, told: Document, say: Speech) -> None:
        super().__init__(format="A4", unit="mm")
        self.told, self.say = told, say

    def footer(self) -> None:
        self.set_y(-FOOT + 4)
        self.set_font("vigie", "", 7)
        self.set_text_color(*SOFT)
        said = self.say("%(brand)s · %(title)s · page %(n)s", brand=self.told.brand, title=self.told.title, n=self.page)
        self.cell(0, 4, shown(said))


def made(told: Document, say: Speech, logo: bytes | None, at: datetime) -> bytes:
    """`at`: as of when the report is true; the file's own date."""
    paper = _Paper(told, say)
    paper.set_creation_date(at)
    paper.set_title(f"{told.title} · {told.brand}")
    paper.set_lang(say.lang)
    for style, name in (("", "regular.ttf"), ("B", "bold.ttf")):
        paper.add_font("vigie", style, FONTS / name)
    paper.set_margins(MARGIN, MARGIN)
    paper.set_auto_page_break(auto=True, margin=FOOT)
    paper.add_page()
    _head(paper, told, logo)
    _big(paper, told.big)
    for chart in told.charts:
        _chart(paper, chart, say)
    for table in told.tables:
        _table(paper, table, say)
    _foot(paper, told)
    return bytes(paper.output())


def _head(paper: FPDF, told: Document, logo: bytes | None) -> None:
    top = paper.get_y()
    if logo is not None:
        paper.image(io.BytesIO(logo), x=MARGIN + WIDTH - 42, y=top, w=42, h=16, keep_aspect_ratio=True)
    for text, size, style, colour in (
        (told.brand, 10, "", SOFT), (told.title, 20, "B", INK), (told.lead, 10, "", SOFT),
    ):  # fmt: skip
        paper.set_font("vigie", style, size)
        paper.set_text_color(*colour)
        paper.multi_cell(WIDTH - 46, size * 0.45, shown(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        paper.ln(1)
    paper.ln(3)


def _big(paper: FPDF, figures: tuple[Big, ...]) -> None:
    wide, high = (WIDTH - 8) / 3, 21.0
    top = paper.get_y()
    for n, one in enumerate(figures):
        x, y = MARGIN + (n % 3) * (wide + 4), top + (n // 3) * (high + 4)
        paper.set_draw_color(*LINE)
        paper.rect(x, y, wide, high, round_corners=True, corner_radius=1.5)
        for text, size, style, colour, down in (
            (one.title, 8, "", SOFT, 2.0), (one.value, 16, "B", INK, 6.5), (one.said, 7.5, "", SOFT, 14.5),
        ):  # fmt: skip
            paper.set_font("vigie", style, size)
            paper.set_text_color(*colour)
            paper.set_xy(x + 3, y + down)
            paper.cell(wide - 6, size * 0.45, shown(text))
    rows = -(-len(figures) // 3)
    paper.set_xy(MARGIN, top + rows * (high + 4) + 2)


def _room(paper: FPDF, needed: float) -> None:
    """What belongs together is not torn apart."""
    if paper.get_y() + needed > paper.h - FOOT:
        paper.add_page()


def _title(paper: FPDF, text: str) -> None:
    paper.set_font("vigie", "B", 11)
    paper.set_text_color(*INK)
    paper.cell(0, 6, shown(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _chart(paper: FPDF, chart: Chart, say: Speech) -> None:
    _room(paper, CHART + 18)
    _title(paper, chart.title)
    paper.set_font("vigie", "", 8)
    paper.set_text_color(*SOFT)
    paper.multi_cell(0, 4, shown(chart.note or chart.label), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    _legend(paper, chart)
    top = paper.get_y() + 1
    pdf_charts.draw(paper, chart, Box(MARGIN, top, WIDTH, CHART), say)
    paper.set_xy(MARGIN, top + CHART + 4)


def _legend(paper: FPDF, chart: Chart) -> None:
    x, y = MARGIN, paper.get_y()
    for css, name in chart.legend:
        paper.set_fill_color(*PARTS[css])
        paper.rect(x, y + 1, 4, 2.2, style="F")
        paper.set_xy(x + 5, y)
        paper.cell(0, 4, shown(name))
        x += 5 + paper.get_string_width(name) + 6
    if chart.legend:
        paper.set_xy(MARGIN, y + 5)


def _table(paper: FPDF, table: Table, say: Speech) -> None:
    _room(paper, 30)
    _title(paper, table.title)
    paper.set_font("vigie", "", 8)
    paper.set_text_color(*INK)
    paper.set_draw_color(*LINE)
    paper.set_fill_color(255)
    others = len(table.head) - 1
    wide = (2.6 if others > 3 else 1.6, *([1.0] * others))
    with paper.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES, col_widths=wide, line_height=4.6, padding=0.6,
        text_align=("LEFT", *(["RIGHT"] * others)), headings_style=FontFace(emphasis="BOLD", color=SOFT),
    ) as drawn:  # fmt: skip
        for cells in (table.head, *(table.rows or ((say("No turn in this period."), *([""] * others)),))):
            row = drawn.row()
            for cell in cells:
                row.cell(shown(cell))
    paper.ln(5)


def _foot(paper: FPDF, told: Document) -> None:
    _room(paper, 20)
    paper.set_font("vigie", "", 7.5)
    paper.set_text_color(*SOFT)
    for line in told.foot:
        paper.multi_cell(0, 3.8, shown(line), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        paper.ln(1)
