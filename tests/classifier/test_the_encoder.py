"""The encoder that ships: danger in plain, polite or cheerful words, what only sounds like it, and why."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from classifier import Classifier, FirstLook, load
from classifier.judgement import ALIKE
from classifier.plugged import SHIPPED
from inbox.waves import MEANING_ALIKE
from tests.classifier.conftest import Reader


@pytest.mark.parametrize(
    "text",
    [
        "Quick question, is it normal that my little one's lips went all puffy after one spoon of your puree? :)",
        "Petite remarque : quand on branche la lampe, mon fils reçoit une petite décharge, c'est fait pour ?",
        "Hallo, nach dem Eincremen bekommt meine Tochter schlecht Luft, ist das üblich?",
        "Hola, la cuna se dobla y el bebé quedó atrapado entre las barras un ratito, ¿es normal?",
        "Scusate, dopo lo sciroppo mio nonno non si sveglia bene, devo preoccuparmi?",
        "O travão da trotinete deixou de responder na descida, mas tudo bem, só raspei os joelhos",
        "السلام عليكم، بعد ما شرب ابني العصير صار وجهه منتفخ ويتنفس بصعوبة",
        "आपके हीटर से अजीब गंध आती है और छूने पर झटका लगता है, क्या यह ठीक है?",
        "I don't see the point any more, thanks for everything, I won't be needing the account after tonight",
        "On sait à quelle heure ferme ta boutique. À ce soir, on vient à dix.",
    ],
)
def test_a_danger_told_in_words_of_its_own_is_critical(read: Reader, text: str) -> None:
    assert read(text).level == 3


@pytest.mark.parametrize(
    "text",
    [
        "This deal is killing me, I need all three colours 😂",
        "Votre nouvelle collection c'est de la bombe, j'achète tout",
        "Ich sterbe vor Lachen über euren neuen Spot",
        "Is the fire alarm model in stock again?",
        "Che delusione, il colore è ORRIBILE!!! Mai più!!!",
        "Gracias por arreglar lo del enchufe que quemaba el año pasado, todo perfecto desde entonces",
    ],
)
def test_what_only_sounds_like_a_danger_is_not_critical(read: Reader, text: str) -> None:
    assert read(text).level < 3


def test_the_probabilities_of_all_categories_come_with_the_model_s_digest(classifier: Classifier) -> None:
    judgement = classifier.judge(["My lawyer will write to you on Monday"])[0]
    assert set(judgement.probabilities) == {
        "safety", "self_harm", "violence", "legal", "data_fraud", "discrimination", "press", "boycott", "outage",
        "complaint", "question", "praise", "spam",
    }  # fmt: skip
    assert all(0.0 <= share <= 1.0 for share in judgement.probabilities.values())
    assert judgement.sha256 == classifier.sha256
    assert judgement.model.endswith(classifier.sha256[:8])
    assert judgement.temperature
    assert not judgement.provisional


def test_a_lexicon_shows_the_words_of_a_category_that_the_encoder_named(read: Reader) -> None:
    reason = read("La batterie de votre vélo fume").reasons[0]
    assert reason.category == "safety"
    assert "fume" in " ".join(reason.evidence)


@pytest.mark.parametrize(
    ("text", "category", "words"),
    [
        ("La mienne a pris feu.", "safety", "a pris feu"),
        ("Brizéo savait et n’a rien dit… Rappel de toutes les batteries #BoycottBrizeo", "boycott", "Boycott"),
    ],
)
def test_a_plain_danger_is_heard_by_its_words_though_the_encoder_misses_it(
    read: Reader, text: str, category: str, words: str
) -> None:
    (reason,) = [one for one in read(text).reasons if one.category == category]
    assert words in reason.evidence
    assert read(text).level >= 2


def test_the_first_look_is_marked_as_provisional(look: FirstLook) -> None:
    assert look.judge(["La batterie fume"])[0].provisional


def test_the_words_that_weighed_most_are_named_with_their_place(classifier: Classifier) -> None:
    text = "Bonjour, la batterie du vélo fume et sent le brûlé, merci de votre retour"
    weights = classifier.weigh(text)
    assert weights
    assert all(text[one.start : one.end] == one.fragment for one in weights)
    assert [one.weight for one in weights] == sorted((one.weight for one in weights), reverse=True)
    assert {"fume", "brûlé,", "batterie"} & {one.fragment for one in weights[:3]}


def test_a_text_of_many_words_is_weighed_in_a_bounded_number_of_parts(classifier: Classifier) -> None:
    weights = classifier.weigh("the battery smokes and the kitchen fills with it " * 60, most=100)
    assert len(weights) <= 24


def test_two_ways_of_telling_one_event_lie_near_each_other_and_another_danger_far(classifier: Classifier) -> None:
    """Judged alike (both are dangers) is not told alike: a wave is an event, not a category."""
    told = (
        "The new kettle melted on its base, smoke everywhere",
        "My kettle from you started smoking and the base melted!",
        "Found glass in your tomato sauce jar, my son nearly swallowed it",
    )
    vectors = [np.frombuffer(said.embedding or b"", np.int8).astype(float) for said in classifier.judge(told)]
    unit = [vector / np.linalg.norm(vector) for vector in vectors]
    assert unit[0] @ unit[1] >= ALIKE > unit[0] @ unit[2]
    assert ALIKE == MEANING_ALIKE, "waves take what was measured"


def test_a_model_whose_vectors_were_not_found_to_tell_near_duplicates_gives_none(tmp_path: Path) -> None:
    copy = shutil.copytree(SHIPPED, tmp_path / "model")
    config = json.loads((copy / "config.json").read_text())
    config["vigie"]["alike"] = False
    (copy / "config.json").write_text(json.dumps(config))
    assert load(copy).judge(["Mon chargeur a fondu cette nuit"])[0].embedding is None
