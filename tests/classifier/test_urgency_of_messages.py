"""What the lexicons alone find urgent, what only sounds so, and in which words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import classifier as room
from classifier import LANGUAGES
from tests.classifier.conftest import Reader

EARLIER = (Path(room.__file__).parent / "written" / "earlier.jsonl").read_text(encoding="utf-8")
WRITTEN = [row for row in map(json.loads, EARLIER.splitlines()) if row["theme"] == "earlier-val"]
GRAVE = ("safety", "self_harm", "violence", "legal", "data_fraud", "discrimination", "press", "boycott", "outage")


@pytest.mark.parametrize(
    "text",
    [
        "Is it normal that the battery smokes? :)",
        "Est-ce normal que la batterie fume ? :)",
        "Ist es normal, dass der Akku raucht? :)",
        "¿Es normal que la batería eche humo? :)",
        "È normale che la batteria faccia fumo? :)",
        "É normal a bateria deitar fumo? :)",
        "هل من الطبيعي أن يخرج دخان من البطارية؟",
        "क्या बैटरी से धुआं निकलना सामान्य है?",
    ],
)
def test_a_polite_question_about_a_smoking_battery_is_a_danger(glance: Reader, text: str) -> None:
    judgement = glance(text)
    assert judgement.level == 3
    assert judgement.urgency >= 0.75
    assert judgement.reasons[0].category == "safety"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("category", GRAVE)
def test_every_grave_category_is_found_in_every_language(glance: Reader, lang: str, category: str) -> None:
    rows = [row for row in WRITTEN if row["lang"] == lang and category in row["categories"]]
    assert rows
    found = [category in {reason.category for reason in glance(row["text"]).reasons} for row in rows]
    assert all(found)


@pytest.mark.parametrize(
    "text",
    [
        "Cette promo est une tuerie",
        "Mort de rire devant votre pub",
        "Ça déchire, c'est la bombe !",
        "Dying of laughter at your ad",
        "You are killing it, best team ever",
        "Fire sale starts on Monday",
        "This track is fire",
        "Smoked salmon again on the menu please",
        "Burning question: when is the next drop?",
        "On a eu le feu vert pour la boutique",
        "Coup de feu au restaurant ce midi",
        "Me muero de risa con el anuncio",
        "Ich lache mich tot über eure Werbung",
        "Muoio dal ridere, questo spot è una bomba",
        "Morri de rir com o anúncio",
        "متنا من الضحك",
        "हंसते हंसते मर गया",
    ],
)
def test_an_idiom_that_only_sounds_violent_is_not_urgent(glance: Reader, text: str) -> None:
    assert glance(text).level == 0


@pytest.mark.parametrize(
    "text",
    [
        "No smoke from the charger, all good",
        "Pas de fumée, le chargeur va bien",
        "Kein Rauch am Akku, alles gut",
        "The charger smoked two years ago and was replaced, thanks",
        "In the movie the phone explodes",
    ],
)
def test_a_denied_a_closed_or_a_filmed_danger_is_not_one(glance: Reader, text: str) -> None:
    assert glance(text).level < 3


def test_a_danger_that_came_back_is_one_although_it_also_lies_in_the_past(glance: Reader) -> None:
    assert glance("The charger smoked last year and this morning it caught fire again").level == 3


def test_a_hashtag_without_spaces_calls_for_a_boycott(glance: Reader) -> None:
    assert glance("#boycottzubo").reasons[0].category == "boycott"
    assert glance("#ZuboBoycott now").reasons[0].category == "boycott"


def test_anger_about_a_colour_is_neither_a_danger_nor_a_matter_of_law(glance: Reader) -> None:
    assert glance("worst colour ever!!!").level <= 1


def test_the_gravest_reason_comes_first(glance: Reader) -> None:
    judgement = glance("My lawyer will hear about the charger that caught fire and the late refund")
    assert [reason.category for reason in judgement.reasons][:2] == ["safety", "legal"]


def test_most_messages_that_we_wrote_stand_at_their_level(glance: Reader) -> None:
    right = [glance(row["text"]).level == row["level"] for row in WRITTEN]
    assert sum(right) / len(right) >= 0.95
