"""What the script holds: the promises of `make drill`, counted."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from pydantic import ValidationError

from services.drill import plan, scenario, tally
from services.drill.plan import Delivery, Move
from services.drill.scenario import IN_MINUTES, IN_THE_HOUR, Line

RUN = "1790000000000"


def build(messages: int = 240, seed: int = 1, run: str = RUN) -> list[Delivery]:
    return plan.build(scenario.load(), messages=messages, seed=seed, run=run, page="104")


def moves(deliveries: list[Delivery]) -> list[Move]:
    return [move for delivery in deliveries if delivery.copy_of is None for move in delivery.moves]


def test_the_script_has_enough_messages_that_a_person_wrote() -> None:
    texts = {line.text for line in scenario.load().lines}
    assert len(texts) >= 200
    assert len(texts) == len(scenario.load().lines)


@pytest.mark.parametrize("messages", [200, 240, 600])
def test_a_drill_has_the_messages_authors_languages_and_channels_it_promises(messages: int) -> None:
    sent = tally.sent(build(messages))
    assert sent.messages == messages
    assert len(sent.authors) >= 120
    assert set(sent.by["language"]) == {"fr", "en", "es", "de", "it", "pt", "ar"}
    assert set(sent.by["channel"]) == {"generic", "facebook", "instagram"}
    assert set(sent.by["act"]) == {"calm", "spark", "spread", "storm", "aftermath"}
    assert min(sent.by["language"].values()) >= 12


def test_every_kind_of_message_and_trouble_occurs() -> None:
    sent = tally.sent(build())
    assert set(sent.by["kind"]) == {"comment", "mention", "dm", "review", "post", "email", "sms", "call"}
    wanted = {"trifle", "praise", "question", "spam", "wave", "idiom"} | IN_MINUTES | IN_THE_HOUR
    assert wanted <= set(sent.by["topic"])
    assert min(sent.edits, sent.deletions, sent.echoes) >= 3
    assert sent.redeliveries >= 10
    assert sent.batches >= 10
    assert max(move.author.followers or 0 for move in moves(build())) > 400_000
    assert max(len(move.text) for move in moves(build())) > 1_000


def test_waves_are_near_identical_and_of_many_authors() -> None:
    wave = [move for move in moves(build()) if move.line.wave == "fr-copy" and move.verb == "message"]
    assert len(wave) >= 8
    assert len({move.author.id for move in wave}) == len(wave)
    assert all(re.search("rappel", move.text, re.IGNORECASE) for move in wave)


def test_arabic_is_written_in_arabic_by_people_with_arabic_names() -> None:
    arabic = [move for move in moves(build()) if move.line.lang == "ar"]
    assert all(re.search("[\u0600-\u06ff]{3}", move.text) for move in arabic if move.verb == "message")
    assert all(re.search("[\u0600-\u06ff]{2}", move.author.name) for move in arabic)
    assert all(re.fullmatch(r"[a-z0-9._@+]+", move.author.handle) for move in arabic)


def test_a_deletion_sometimes_comes_before_its_original() -> None:
    order: dict[str, list[str]] = {}
    for move in moves(build()):
        order.setdefault(move.message_id, []).append(move.verb)
    assert sum(verbs == ["delete", "message"] for verbs in order.values()) == 2
    assert sum(verbs == ["message", "delete"] for verbs in order.values()) >= 3


def test_it_lasts_two_minutes_and_grows_to_a_storm() -> None:
    deliveries = build()
    assert 115 <= deliveries[-1].at_s <= 130
    assert [d.at_s for d in deliveries] == sorted(d.at_s for d in deliveries)
    acts = scenario.load().acts
    count = Counter(move.act for move in moves(deliveries) if move.verb == "message")
    rate = {act.name: count[act.name] / act.length_s for act in acts}
    assert rate["storm"] > rate["spread"] > rate["calm"]


def test_the_same_seed_gives_the_same_script_and_another_another() -> None:
    assert build() == build()
    assert build() != build(seed=2)


def test_a_second_run_shares_no_id_with_the_first() -> None:
    first, second = moves(build()), moves(build(run="1790000000001"))
    assert not {move.message_id for move in first} & {move.message_id for move in second}
    assert not {move.author.id for move in first} & {move.author.id for move in second}
    assert all(RUN in move.ledger_id for move in first)


def test_ids_are_unique_within_a_run() -> None:
    ids = [move.ledger_id for move in moves(build(800))]
    assert len(ids) == len(set(ids))


def test_a_short_drill_keeps_the_dangers() -> None:
    topics = Counter(move.line.topic for move in moves(build(60)) if move.verb == "message")
    assert sum(topics.values()) == 60
    assert all(topics[topic] for topic in IN_MINUTES | IN_THE_HOUR)


def test_a_persons_second_message_is_by_the_same_author() -> None:
    press = {move.author.id for move in moves(build()) if move.author.name == "Hélène Vasseur-Diop"}
    fire = {
        move.author.id for move in moves(build()) if "étincelles" in move.text or "mes enfants dorment" in move.text
    }
    assert len(press) == len(fire) == 1


@pytest.mark.parametrize(
    "slip",
    [
        {"on": "instagram", "as": "email"},
        {"on": "instagram", "as": "comment", "then": [{"do": "edit", "after_s": 1, "text": "x"}]},
        {"on": "facebook", "as": "comment", "then": [{"do": "edit", "after_s": 1}]},
        {"on": "facebook", "as": "comment", "topik": "praise"},
    ],
)
def test_a_line_that_cannot_happen_is_refused(slip: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Line.model_validate({"lang": "fr", "topic": "praise", "text": "ok", **slip})
