"""The lexicons as the judge uses them: one index for each language, built once from the TOML files beside this
module.

`dangers.toml` holds the four categories that guard recall, each other file of `lexicons/` one category; a table in them
is one language (`any` for all), its lists are grades of certainty.
Patterns are explained in `classifier.patterns`. Everything is compiled when the classifier is loaded; a malformed
entry fails there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from classifier.folding import fold
from classifier.judgement import CATEGORIES, LANGUAGES
from classifier.matching import Index
from classifier.patterns import Groups, Pattern, parse

DIRECTORY: Final = Path(__file__).parent / "lexicons"
GRADES: Final = {"sure": 0.9, "likely": 0.6, "hint": 0.25}
"""Certainty of one match. A category is found from 0.5: one likely match does, hints need company."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a lexicon pattern says: a category, and how surely."""

    category: str
    certainty: float
    source: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything known of one language: claims of category, guards by kind (idiom, fiction, past ...).

    ``quiet`` words are never quoted alone.
    """

    claims: Index[Claim]
    guards: Index[str]
    negations: frozenset[str]
    negations_after: frozenset[str]
    quiet: frozenset[str]


@cache
def tables(name: str) -> dict[str, Any]:
    """A file of `lexicons/`, read once."""
    with (DIRECTORY / f"{name}.toml").open("rb") as file:
        content: dict[str, Any] = tomllib.load(file)
    return content


def of_category(name: str) -> dict[str, Any]:
    """Its tables by language."""
    found: dict[str, Any] = tables("dangers").get(name) or tables(name)
    return found


def _claims(lang: str, groups: Groups) -> Iterator[tuple[Pattern, Claim]]:
    for category in CATEGORIES:
        content = of_category(category)
        for table in ("any", lang):
            for grade, sources in content.get(table, {}).items():
                for source in sources:
                    yield parse(source, groups), Claim(category, GRADES[grade], source)


def _guards(lang: str, groups: Groups, content: Mapping[str, Any]) -> Iterator[tuple[Pattern, str]]:
    for table in ("any", lang):
        for kind, sources in content.get(table, {}).items():
            if not kind.startswith("negation"):
                yield from ((parse(source, groups), kind) for source in sources)


def _lexicon(lang: str) -> Lexicon:
    groups = tables("groups").get(lang, {})
    guards = tables("guards")
    own = guards.get(lang, {})
    return Lexicon(
        Index(_claims(lang, groups)),
        Index(_guards(lang, groups, guards)),
        frozenset(map(fold, own.get("negation", ()))),
        frozenset(map(fold, own.get("negation_after", ()))),
        frozenset(fold(word) for word in (*groups.get("quiet", ()), *tables("function_words").get(lang, ()))),
    )


@cache
def lexicons() -> Mapping[str, Lexicon]:
    """The compiled lexicon of every language."""
    return {lang: _lexicon(lang) for lang in LANGUAGES}
