"""Every word of a screen is said in both languages, and comes through the catalogue."""

from __future__ import annotations

import html.parser
import re
from pathlib import Path

import pytest
from babel.messages import pofile
from babel.messages.extract import extract_from_dir

from inbox.web import i18n
from inbox.web.i18n import Speech

WEB = Path(i18n.__file__).parent
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
PO = WEB / "locale" / "fr" / "LC_MESSAGES" / "vigie.po"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "say": None, "self": None, "N_": None, "many": (1, 2)}
SAME_EVERYWHERE = {"Vigie", "P", "p50", "p90", "Ctrl", "Français", "English"}
ATTRIBUTES_ONLY = re.compile(
    r"\{% block (?:page_class|body_attrs|html_attrs) %\}.*?\{% endblock %\}"
    r"|\{% macro (?:clock_data|pressed_by).*?endmacro %\}",
    re.DOTALL,
)
"""Blocks that stand inside a tag and hold no text."""
SPOKEN_ATTRIBUTES = {"aria-label", "title", "placeholder", "alt", "data-confirm"}


def _sources() -> set[str | tuple[str, ...]]:
    options = {"**/templates/**.html": {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}}
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    found = extract_from_dir(str(WEB), methods, options, keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found}


def test_every_message_is_translated_and_none_is_doubtful() -> None:
    catalogue = pofile.read_po(PO.open("rb"), locale="fr")
    known = {message.id for message in catalogue if message.id and not message.fuzzy and all(_parts(message.string))}
    assert _sources() - known == set()


def test_the_catalogue_holds_nothing_that_is_no_longer_said() -> None:
    catalogue = pofile.read_po(PO.open("rb"), locale="fr")
    assert {message.id for message in catalogue if message.id} - _sources() == set()


def _parts(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (string or "",) if string is None or isinstance(string, str) else tuple(string)


def test_french_keeps_its_narrow_space_before_high_punctuation() -> None:
    catalogue = pofile.read_po(PO.open("rb"), locale="fr")
    wrong = [
        text
        for message in catalogue if message.id
        for text in _parts(message.string)
        if re.search(r"(?<![\u202f\u00a0\d/p])[;!?»]|[^\u202f\s][;!?]$| [:;!?»]|« ", text) and "::" not in text
    ]  # fmt: skip
    assert wrong == []


class _Bare(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self._keep(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in SPOKEN_ATTRIBUTES:
                self._keep(value or "")

    def _keep(self, text: str) -> None:
        said = [word for word in re.findall(r"[^\W\d_]{2,}[^\s]*", text) if word not in SAME_EVERYWHERE]
        self.found += said


@pytest.mark.parametrize("path", TEMPLATES, ids=[path.stem for path in TEMPLATES])
def test_no_template_holds_bare_text(path: Path) -> None:
    source = ATTRIBUTES_ONLY.sub("", path.read_text(encoding="utf-8"))
    source = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", "", source, flags=re.DOTALL)
    reader = _Bare()
    reader.feed(source)
    assert reader.found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=[path.stem for path in TEMPLATES])
def test_no_template_holds_a_style_or_a_script_of_its_own(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    forbidden = r"\sstyle=|<style|\son\w+=|javascript:|<script(?![^>]*\ssrc=)|https?://"
    assert not re.search(forbidden, source.replace('"https://"', ""))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(45, "45 s"), (161, "2 min 41"), (1440, "24 min"), (15_000, "4 h 10"), (79_200, "22 h"), (144_000, "1 j 16 h")],
)
def test_durations_are_said_as_on_the_clocks(seconds: int, said: str) -> None:
    assert Speech("fr").duration(seconds).replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    ("header", "lang"),
    [("en-GB,en;q=0.9", "en"), ("de,fr;q=0.5,en;q=0.3", "fr"), ("de", "fr"), (None, "fr"), ("en;q=x,fr;q=0.1", "fr")],
)
def test_the_language_of_a_stranger_is_what_their_browser_asks_for(header: str | None, lang: str) -> None:
    assert i18n.negotiate(header) == lang
