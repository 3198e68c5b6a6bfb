"""What is asked beside what was reached: compared when the page is made, so that old runs have their word, too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.chaos import faults, page
from tests.chaos.figures import Asked, Compared, Figures, Round

NEW = {("R1", "slowest first 2xx of a door s"), ("R21", "a gigabyte refused after s"), ("R21", "memory grown by it MB")}
"""Measured since the last run of their rounds."""
NEVER = {("R10", "alarm after s")}


def run(**measured: float | str) -> dict[str, Any]:
    named = {name.replace("_", " "): value for name, value in measured.items()}
    return Round("R1", "a fault", Figures(ok=3), named).as_json() | {"on": "2026-11-23", "machine": "a machine"}


def kept() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.JSON.read_text())["faults"]
    return found


def rows(text: str) -> list[str]:
    """Of the table of what was asked."""
    section = text.partition("## What was asked, and what was reached")[2].partition("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| R")]


@pytest.mark.parametrize(
    ("asked", "reached", "met"),
    [
        (Asked("p99 s", at_most=0.5), 0.5, True),
        (Asked("p99 s", at_most=0.5), 0.501, False),
        (Asked("kills", at_least=200), 200, True),
        (Asked("kills", at_least=200), 199, False),
        (Asked("failed", at_most=0), 0, True),
    ],
)
def test_a_figure_is_held_against_its_limit(asked: Asked, reached: float, met: bool) -> None:
    assert asked.compared({asked.figure: reached}).met is met


def test_a_share_is_of_another_figure_of_the_same_run() -> None:
    asked = Asked("meanwhile s", at_most=1.2, of="before s")
    assert asked.compared({"before s": 0.1, "meanwhile s": 0.12}) == Compared(asked, 0.12, 0.12, True)
    assert asked.compared({"before s": 0.1, "meanwhile s": 0.13}).met is False
    assert asked.compared({"before s": 0.2, "meanwhile s": 0.13}).met is True
    assert asked.compared({"meanwhile s": 0.13}).met is None, "against what?"


@pytest.mark.parametrize("measured", [{}, {"p99": 0.1}, {"p99 s": "none"}])
def test_what_was_not_measured_is_neither_reached_nor_missed(measured: dict[str, float | str]) -> None:
    compared = Asked("p99 s", at_most=0.5).compared(measured)
    assert (compared.reached, compared.met) == (None, None)


def test_a_figure_is_asked_one_limit() -> None:
    with pytest.raises(ValueError, match="at most or at least"):
        Asked("p99 s")
    with pytest.raises(ValueError, match="at most or at least"):
        Asked("p99 s", at_most=1, at_least=0)


def test_the_page_says_in_words_what_was_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = (
        Asked("kills", at_least=200),
        Asked("p99 s", at_most=0.5, what="answered after s"),
        Asked("meanwhile s", at_most=1.2, of="p99 s"),
        Asked("memory MB", at_most=50),
    )
    monkeypatch.setattr(page, "ASKED", {"R1": asked})
    text = page.rendered({"R1": run(kills=20_000, p99_s=0.7, meanwhile_s=0.8)})
    assert rows(text) == [
        "| R1 | kills | at least 200 | 20,000 | yes |",
        "| R1 | answered after s | at most 0.5 | 0.7 | **missed** |",
        "| R1 | meanwhile s | at most 0.84 (1.2 × p99 s) | 0.8 | yes |",
        "| R1 | memory MB | at most 50 | – | not measured |",
    ]
    assert "Of 4 figures 2 were reached, 1 were" in text


def test_a_run_that_missed_is_sound_all_the_same() -> None:
    """Nothing was lost: on another machine it would have been faster."""
    slow = run(kills=1, slowest_first_2xx_of_a_door_s=99.0)
    assert slow["sound"] is True
    assert any("**missed**" in row for row in rows(page.rendered({"R1": slow})))


def test_what_a_run_says_is_compared_with_what_is_asked_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was asked when it ran."""
    old = run(kills=100) | {"asked": [{"what": "kills", "at least": 50, "reached": 100, "met": True}]}
    monkeypatch.setattr(page, "ASKED", {"R1": (Asked("kills", at_least=200),)})
    assert rows(page.rendered({"R1": old})) == ["| R1 | kills | at least 200 | 100 | **missed** |"]


def test_both_are_written_down(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(page, "JSON", tmp_path / "chaos.json")
    monkeypatch.setattr(page, "PAGE", tmp_path / "page.md")
    page.write([Round("R2", "a fault", Figures(ok=1), {"kills": 50, "slowest first 2xx s": 7.5})])
    (fault,) = kept().values()
    assert fault["asked"] == [
        {"what": "kills", "at least": 50, "reached": 50, "met": True},
        {"what": "messages a second", "at least": 200, "reached": None, "met": None},
        {"what": "slowest first 2xx s", "at most": 5, "reached": 7.5, "met": False},
    ]
    assert len(rows(page.PAGE.read_text())) == 3


def test_every_figure_that_is_asked_is_one_that_its_round_has() -> None:
    """By the runs that are kept: a name that no run ever had would be `not measured` for ever, and nobody would see."""
    known = kept()
    unknown = {
        (name, one.figure)
        for name, each in faults.ASKED.items()
        for one in each
        if one.compared(known[name]["measured"]).met is None
    }
    assert unknown <= NEW | NEVER


def test_the_page_is_what_the_figures_make_of_it() -> None:
    assert page.PAGE.read_text() == page.rendered(kept())
