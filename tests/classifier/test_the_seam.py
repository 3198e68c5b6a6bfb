"""The seam: what callers may rely on whatever the text."""

from __future__ import annotations

import dataclasses
import json
import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import classifier as room
from classifier import CATEGORIES, Classifier, FirstLook, Judgement, WrongWeights, weights
from tests.classifier.conftest import Reader


def windows(classifier: Classifier, text: str) -> int:
    (read,) = classifier.encoder.read([text])
    return len(read.pieces)


WORDS = st.sampled_from(
    (
        "battery",
        "smokes",
        "fire",
        "🔥",
        "avocat",
        "#Boycott",
        "حريق",
        "आग",
        "ﬁre",
        "ß",
        "\ud800",
        "\x00",
        "not",
        "pas",
        "!",
        "?",
        "...",
    )
)
ANY_TEXT = st.one_of(st.text(st.characters()), st.lists(WORDS, max_size=25).map(" ".join), st.lists(WORDS).map("".join))


def check(text: str, judgement: Judgement) -> None:
    assert 0.0 <= judgement.urgency <= 1.0
    assert judgement.level == min(3, int(judgement.urgency / 0.25))
    assert sum(judgement.sentiment_scores.values()) == pytest.approx(1.0, abs=1e-3)
    assert judgement.sentiment_scores[judgement.sentiment] == max(judgement.sentiment_scores.values())
    assert judgement.lang is None or len(judgement.lang) == 2
    assert 0.0 <= judgement.lang_confidence <= 1.0
    for reason in judgement.reasons:
        assert reason.category in CATEGORIES
        assert 0.0 < reason.score <= 1.0
        assert all(fragment and fragment in text for fragment in reason.evidence)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANY_TEXT)
def test_any_text_gets_a_consistent_judgement_with_evidence_from_the_text(
    classifier: Classifier, look: FirstLook, text: str
) -> None:
    check(text, classifier.judge([text])[0])
    check(text, look.judge([text])[0])


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "\ud800", "a" * 100_000, "smoke battery " * 8_000, "#" * 9_000, "@a http://b.c", "़" * 50]
)
def test_awkward_texts_are_judged_too(read: Reader, text: str) -> None:
    check(text, read(text))


def test_no_texts_give_no_judgements(classifier: Classifier) -> None:
    assert classifier.judge([]) == []


def test_evidence_is_quoted_as_the_person_wrote_it(glance: Reader) -> None:
    reason = glance("La BATTERIE fûme, j’ai peur").reasons[0]
    assert reason.category == "safety"
    assert "BATTERIE" in " ".join(reason.evidence)
    assert "fûme" in " ".join(reason.evidence)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("La batterie fume", "fume"),
        ("The charger sparks", "sparks"),
        ("Der Akku raucht", "raucht"),
        ("La batería echa humo", "humo"),
    ],
)
def test_the_most_telling_fragment_comes_first(glance: Reader, text: str, first: str) -> None:
    assert first in glance(text).reasons[0].evidence[0]


def test_a_greeting_is_no_evidence(glance: Reader) -> None:
    reason = glance("Bonjour, je suis journaliste au Courrier de Lorvan, pouvez-vous réagir avant ce soir ?").reasons[0]
    assert reason.category == "press"
    assert "journaliste" in reason.evidence[0]
    assert "Bonjour" not in reason.evidence


def test_a_long_message_is_read_at_both_ends_and_never_across_the_gap(glance: Reader) -> None:
    filler = "The weather was fine and we walked. " * 400
    assert glance(filler + "By the way the charger caught fire.").level == 3
    assert glance("The battery is nice. " + filler + "I like smoke.").level < 3


@pytest.mark.parametrize("word", ["smoke battery ", "🔥", "والبطارية دخان ", "kill you lawyer hacked fraud ", "#aB"])
def test_no_text_is_read_further_than_a_bounded_way(classifier: Classifier, word: str) -> None:
    """Ten times the length costs no more: beyond the windows nothing is read. Work is counted, not timed."""
    assert windows(classifier, word * (10_000 // len(word))) == windows(classifier, word * (100_000 // len(word))) <= 6


def test_nothing_to_read_is_assessed_as_neutral(read: Reader) -> None:
    judgement = read("")
    assert (judgement.assessed, judgement.sentiment, judgement.level, judgement.lang) == (True, "neutral", 0, None)


@pytest.mark.parametrize(
    ("text", "sentiment"), [("👍", "positive"), ("😍😍", "positive"), ("👎", "negative"), ("🤮", "negative")]
)
def test_an_emoji_alone_carries_its_sentiment_and_counts_as_assessed(read: Reader, text: str, sentiment: str) -> None:
    judgement = read(text)
    assert (judgement.assessed, judgement.sentiment, judgement.level) == (True, sentiment, 0)


@pytest.mark.parametrize(
    "text",
    [
        "Mijn pakket is nog steeds niet aangekomen bij de buren",
        "Bardzo dziękuję za szybką i miłą obsługę klienta",
        "本当にありがとうございました",
    ],
)
def test_a_language_outside_the_eight_is_not_assessed(read: Reader, text: str) -> None:
    assert not read(text).assessed


@pytest.mark.parametrize("text", ["ok", "lol", "thx!", "@someone", "12345", "http://a.example"])
def test_what_is_too_brief_to_be_in_a_language_is_assessed(read: Reader, text: str) -> None:
    assert read(text).assessed


def test_a_boycott_in_a_foreign_language_is_assessed_because_a_lexicon_fired(glance: Reader) -> None:
    judgement = glance("#BoycottZubo mijn pakket is nog steeds niet aangekomen bij de buren")
    assert (judgement.assessed, judgement.level) == (True, 2)


def test_texts_are_judged_the_same_one_by_one_together_and_from_many_threads(classifier: Classifier) -> None:
    texts = ["The battery smokes", "Merci, génial", "Wo ist mein Paket?", "👍", ""] * 5
    alone = [classifier.judge([text])[0] for text in texts]
    results: list[list[Judgement]] = []
    threads = [threading.Thread(target=lambda: results.append(classifier.judge(texts))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [alone] * 4


def test_a_judgement_cannot_be_changed(read: Reader) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        read("hello").level = 3  # type: ignore[misc]


def test_the_model_names_itself_with_version_and_checksum(read: Reader) -> None:
    name, _, rest = read("hello").model.partition("@")
    version, _, digest = rest.partition("/")
    assert name
    assert version
    assert len(digest) == 8


def test_weights_that_do_not_match_their_checksum_are_refused(tmp_path: Path) -> None:
    shipped = Path(room.__file__).parent / "weights"
    for name in ("model.json", "sentiment.npz"):
        shutil.copy(shipped / name, tmp_path / name)
    described = json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))
    (tmp_path / "model.json").write_text(json.dumps({**described, "sha256": "0" * 64}), encoding="utf-8")
    with pytest.raises(WrongWeights):
        weights.read(tmp_path)
