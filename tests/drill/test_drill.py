"""The whole drill against a small instance over real HTTP."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import orjson
import pytest

from services.drill.ledger import Ledger, compare
from tests.drill.conftest import Drill
from tests.drill.fake_instance import FakeInstance


async def test_a_sound_instance_passes(instance: FakeInstance, drill: Drill) -> None:
    outcome = await drill()
    assert outcome.code == 0, outcome.printed
    assert "240 messages of" in outcome.printed
    assert "in the log exactly once" in outcome.printed
    assert sum(event["type"] == "MessageReceived" for event in instance.events) == 240
    assert len(instance.items) == 240


async def test_redeliveries_bring_the_same_bytes_again(instance: FakeInstance, drill: Drill) -> None:
    await drill()
    bodies = Counter(request.body for request in instance.requests)
    assert sum(count - 1 for count in bodies.values()) >= 10
    assert max(bodies.values()) == 4


async def test_an_acknowledged_message_that_is_missing_is_named_and_fails_the_drill(
    instance: FakeInstance, drill: Drill
) -> None:
    instance.lose_text = "Brizou a été licencié"
    outcome = await drill()
    assert outcome.code == 1
    assert "LOST" in outcome.printed
    ledger = Ledger.load(outcome.ledger)
    lost = compare(ledger, instance.events).lost
    ledger.close()
    assert len(lost) == 1
    assert lost[0] in outcome.printed


async def test_a_message_that_is_twice_in_the_log_fails_the_drill(instance: FakeInstance, drill: Drill) -> None:
    instance.double_text = "Brizou a été licencié"
    outcome = await drill()
    assert outcome.code == 1
    assert "TWICE" in outcome.printed


async def test_a_busy_instance_is_tried_again(instance: FakeInstance, drill: Drill) -> None:
    instance.failures.extend([503, 429, 503, 503])
    outcome = await drill(messages=30)
    assert outcome.code == 0, outcome.printed
    assert instance.answers[503] == 3
    assert "tried again: 1 × 429, 3 × 503" in outcome.printed


async def test_an_answer_that_never_came_is_asked_for_again_and_makes_nothing_twice(
    instance: FakeInstance, drill: Drill
) -> None:
    instance.hang_up_after_taking = 5
    outcome = await drill(messages=30)
    assert outcome.code == 0, outcome.printed
    assert "tried again: 5 × no answer" in outcome.printed
    assert sum(event["type"] == "MessageReceived" for event in instance.events) == 30


async def test_a_refusal_is_final_and_shown(instance: FakeInstance, drill: Drill) -> None:
    instance.failures.append(401)
    outcome = await drill(messages=30)
    assert outcome.code == 1
    assert "REFUSED with 401" in outcome.printed
    assert instance.answers[401] == 1


async def test_an_instance_that_stays_busy_ends_the_drill_with_a_clear_word(
    instance: FakeInstance, drill: Drill
) -> None:
    instance.failures.extend([503] * 10_000)
    outcome = await drill(messages=5, patience_s=20)
    assert outcome.code == 2
    assert "has answered 503" in outcome.printed


async def test_an_instance_that_is_not_there_says_make_up(instance: FakeInstance, drill: Drill, tmp_path: Path) -> None:
    demo = instance.demo(tmp_path)
    await instance.stop()
    outcome = await drill(demo)
    assert outcome.code == 2
    assert "make up" in outcome.printed


async def test_without_demo_json_it_says_make_up(drill: Drill, tmp_path: Path) -> None:
    outcome = await drill(tmp_path / "nowhere.json")
    assert outcome.code == 2
    assert "make up" in outcome.printed


async def test_an_instance_elsewhere_is_refused(instance: FakeInstance, drill: Drill, tmp_path: Path) -> None:
    outcome = await drill(instance.demo(tmp_path, base_url="https://vigie.example"))
    assert outcome.code == 2
    assert "not on this machine" in outcome.printed
    assert not instance.requests


async def test_a_hook_that_leads_elsewhere_is_refused(instance: FakeInstance, drill: Drill, tmp_path: Path) -> None:
    path = instance.demo(tmp_path)
    demo = orjson.loads(path.read_bytes())
    demo["channels"][0]["hook_url"] = "https://elsewhere.example/hooks/x"
    path.write_bytes(orjson.dumps(demo))
    outcome = await drill(path)
    assert outcome.code == 2
    assert "leads away" in outcome.printed
    assert not instance.requests


async def test_dangers_that_missed_p1_are_shown_with_where_they_ended(instance: FakeInstance, drill: Drill) -> None:
    instance.p1_for = "mes enfants dorment"
    outcome = await drill()
    row = next(line for line in outcome.printed.splitlines() if "mes enfants dorment" in line)
    assert "P1" in row
    other = next(line for line in outcome.printed.splitlines() if "Akku Cargo 2 brennt" in line)
    assert "P3" in other


async def test_a_classifier_that_lags_is_waited_for_and_then_said(instance: FakeInstance, drill: Drill) -> None:
    instance.score = False
    outcome = await drill(messages=30, catch_up_s=3)
    assert outcome.code == 0
    assert "30 items are still unscored" in outcome.printed


@pytest.mark.parametrize("options", [{"speed": 0.0}, {"messages": 0}])
async def test_senseless_options_are_refused(instance: FakeInstance, drill: Drill, options: dict[str, float]) -> None:
    assert (await drill(**options)).code == 2
    assert not instance.requests
