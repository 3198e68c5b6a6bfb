"""The lexicons as data: complete, well-formed, and matched as their language says."""

from __future__ import annotations

import tomllib

import pytest

from classifier import CATEGORIES, LANGUAGES, lexicon
from classifier.matching import Index, Places
from classifier.patterns import parse
from classifier.tokens import tokenise


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_speaks_all_eight_languages(category: str) -> None:
    tables = lexicon.of_category(category)
    assert set(LANGUAGES) <= set(tables)
    assert set(tables) <= {*LANGUAGES, "any"}
    assert all(set(table) <= set(lexicon.GRADES) for table in tables.values())


def test_every_language_has_guards() -> None:
    tables = tomllib.loads((lexicon.DIRECTORY / "guards.toml").read_text(encoding="utf-8"))
    assert all({"idiom", "negation", "fiction", "past", "again"} <= set(tables[lang]) for lang in LANGUAGES)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("gas leak*", "a GAS leaks", True),
        ("gas leak*", "gas, no leak", False),
        ("smok* ~ @device", "my phone, since today, smokes", True),
        ("smok* ~ @device", "smokes", False),
        ("cut ... finger", "cut my left finger", True),
        ("cut ... finger", "cut my very own left index finger", False),
        ("can't", "I cant", True),
        ("odeur", "l’odeur", True),
        ("*brand*", "Wohnungsbrand!", True),
        ("safe", "unsafe", False),
        ("بطاريه", "والبطارية", True),
        ("ecole", "École", True),
    ],
)
def test_a_pattern_means_what_it_says(pattern: str, text: str, found: bool) -> None:
    index = Index([(parse(pattern, {"device": ["phone*"]}), "yes")])
    assert bool(list(index.find(Places(tokenise(text))))) is found


@pytest.mark.parametrize("pattern", ["", "... fire", "fire ...", "* fire", "a||b", "a" * 40])
def test_a_malformed_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"pattern|phrase"):
        parse(pattern, {})
