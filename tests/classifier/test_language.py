"""The recogniser of languages answers as py3langid does, whose model it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import classifier as room
from classifier import recogniser

TEXTS = [
    json.loads(line)["text"]
    for line in (Path(room.__file__).parent / "written" / "test.jsonl").read_text(encoding="utf-8").splitlines()
]


def test_it_gives_the_probabilities_of_py3langid() -> None:
    langid = pytest.importorskip("py3langid.langid")
    ours = recogniser.read()
    whole = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    whole.set_languages(list(ours.languages))
    for text in [*TEXTS, "ALL CAPITALS HERE", "a", "…"]:
        theirs = dict(whole.rank(text))
        assert ours.shares(text) == pytest.approx(theirs, abs=0.01)


def test_nothing_to_read_favours_no_language() -> None:
    shares = recogniser.read().shares("")
    assert max(shares.values()) == pytest.approx(min(shares.values()))
