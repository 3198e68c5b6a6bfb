"""The JSON API's items and commands, over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from inbox import meters
from inbox.web.api.shapes import ItemDetailShape, ItemShape, ItemsShape
from tests.web.world import World


def fits(shape: type[Any], content: Any) -> None:
    import orjson

    shape.model_validate_json(orjson.dumps(content), strict=True)


async def test_the_queue_lists_items_as_documented(world: World) -> None:
    item = await world.hear()
    answer = await world.api("GET", "/items")
    assert answer.status == 200
    content = answer.json()
    fits(ItemsShape, content)
    assert [i["id"] for i in content["items"]] == [str(item)]
    assert content["items"][0]["author"]["name"] == "Nom zoe"
    assert content["position"] == await world.log.head(world.brand)
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_token_without_personal_reads_no_words(world: World) -> None:
    item = await world.hear()
    (row,) = (await world.api("GET", "/items", token="reader")).json()["items"]
    assert row["author"] is None
    assert row["text"] is None
    for path in (f"/items/{item}", "/events"):
        assert "feu" not in (await world.api("GET", path, token="reader")).text
        assert "feu" in (await world.api("GET", path)).text


async def test_a_token_without_personal_cannot_find_out_words_by_searching_for_them(world: World) -> None:
    await world.hear()
    for words in ("feu", "nothing-like-it"):
        answer = await world.api("GET", f"/items?q={words}", token="reader")
        assert (answer.status, answer.json()["type"]) == (403, "urn:vigie:problem:forbidden")
    assert len((await world.api("GET", "/items?q=feu")).json()["items"]) == 1


async def test_pages_of_the_queue_follow_each_other(world: World) -> None:
    for n in range(5):
        await world.hear(author=f"a{n}")
    first = (await world.api("GET", "/items?limit=3")).json()
    second = (await world.api("GET", f"/items?limit=3&after={first['next']}")).json()
    assert len(first["items"]) == 3
    assert second["next"] is None
    assert len({i["id"] for i in first["items"] + second["items"]}) == 5


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("limit=0", "limit"), ("limit=501", "limit"), ("limit=x", "limit"), ("limit=1&limit=2", "limit"),
        ("status=lost", "status"), ("priority=5", "priority"), ("assignee=you", "assignee"), ("after=%00", "after"),
        ("after=zzz", "after"), ("colour=red", "colour"), ("q=" + "x" * 501, "q"),
    ],
)  # fmt: skip
async def test_a_bad_parameter_is_refused_by_name(world: World, query: str, named: str) -> None:
    answer = await world.api("GET", f"/items?{query}")
    assert answer.status == 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert [error["pointer"] for error in answer.json()["errors"]] == [named]


@pytest.mark.parametrize("query", ["q=%00", "q=%F0%9F", "q=%27%20%26%20%21%20%3A%2A", "q=a%5C%00b", "channel=%00"])
async def test_no_search_breaks_the_queue(world: World, query: str) -> None:
    await world.hear()
    assert (await world.api("GET", f"/items?{query}")).status in {200, 400}


@pytest.mark.parametrize(
    "query", ["priority=2", "priority=P2,P3", "priority=p1&priority=2", "status=open", "assignee=none"]
)
async def test_filters_find_what_waits(world: World, query: str) -> None:
    await world.hear()
    assert len((await world.api("GET", f"/items?{query}")).json()["items"]) == 1
    assert (await world.api("GET", "/items?status=resolved")).json()["items"] == []


async def test_one_item_with_its_messages_turns_and_timeline(world: World) -> None:
    item = await world.hear()
    await world.hear("Toujours rien ?")
    content = (await world.api("GET", f"/items/{item}")).json()
    fits(ItemDetailShape, content)
    assert [m["text"] for m in content["messages"]] == ["Votre machine a pris feu", "Toujours rien ?"]
    assert len(content["turns"]) == 1
    assert [e["type"] for e in content["timeline"]] == ["MessageReceived", "MessageReceived"]


async def test_a_command_answers_the_item_as_it_is_now(world: World) -> None:
    item = await world.hear()
    seen = (await world.api("GET", f"/items/{item}")).json()["position"]
    body = {"expected_position": seen, "text": "Nous vous lisons."}
    answer = await world.api("POST", f"/items/{item}/acknowledge", json=body)
    assert answer.status == 200
    content = answer.json()
    fits(ItemShape, content)
    assert content["position"] == await world.log.head(world.brand) > seen
    # The views have not been told yet; the item page reads the log all the same.
    detail = (await world.api("GET", f"/items/{item}")).json()
    assert detail["position"] == content["position"]
    assert [m["direction"] for m in detail["messages"]] == ["in", "out"]


async def test_a_repeated_command_changes_nothing_and_answers_as_the_first_time(world: World) -> None:
    item = await world.hear()
    body = {"expected_position": await world.log.head(world.brand), "text": "Bonjour, nous regardons."}
    first = await world.api("POST", f"/items/{item}/reply", json=body, key="k1")
    head = await world.log.head(world.brand)
    note = {"expected_position": 0, "text": "entre-temps"}
    assert (await world.api("POST", f"/items/{item}/note", json=note)).status == 200
    again = await world.api("POST", f"/items/{item}/reply", json=body, key="k1")
    assert again.status == first.status == 200
    assert again.json() == first.json()
    assert await world.log.head(world.brand) == head + 1


async def test_a_key_is_good_for_one_command(world: World) -> None:
    item = await world.hear()
    body = {"expected_position": 0, "text": "un"}
    assert (await world.api("POST", f"/items/{item}/note", json=body, key="k")).status == 200
    other = await world.api("POST", f"/items/{item}/note", json=body | {"text": "deux"}, key="k")
    assert other.status == 422
    assert other.json()["type"] == "urn:vigie:problem:idempotency_key_reused"


async def test_of_ten_twins_of_a_command_one_is_done(world: World) -> None:
    item = await world.hear()
    head = await world.log.head(world.brand)
    body = {"expected_position": head, "text": "Une seule fois."}
    answers = await asyncio.gather(*(world.api("POST", f"/items/{item}/reply", json=body, key="k") for _ in range(10)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert await world.log.head(world.brand) == head + 1


async def test_of_two_who_acknowledge_at_once_one_reads_who_was_faster(world: World) -> None:
    item = await world.hear()
    head = await world.log.head(world.brand)
    body, before = {"expected_position": head}, meters.REGISTRY.get_sample_value("vigie_conflicts_total") or 0
    answers = await asyncio.gather(*(world.api("POST", f"/items/{item}/acknowledge", json=body) for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409, 409]
    assert meters.REGISTRY.get_sample_value("vigie_conflicts_total") == before + 4
    assert await world.log.head(world.brand) == head + 1
    for problem in (answer.json() for answer in answers if answer.status == 409):
        assert problem["type"] == "urn:vigie:problem:conflict"
        assert "Owner Test" in problem["detail"]
        assert [(e["type"], e["actor_name"]) for e in problem["events"]] == [("ItemAcknowledged", "Owner Test")]
        assert problem["position"] == head + 1


async def test_every_command_is_carried_out(world: World) -> None:
    item = await world.hear()
    await world.deps.pool.execute("SELECT 1")

    async def act(verb: str, **body: Any) -> Any:
        position = (await world.api("GET", f"/items/{item}")).json()["position"]
        answer = await world.api("POST", f"/items/{item}/{verb}", json={"expected_position": position, **body})
        assert answer.status == 200, answer.text
        return answer.json()

    assert (await act("priority", priority=1))["priority"] == 1
    assert (await act("assign", assignee=world.people["cm"]))["assignee"] == world.people["cm"]
    assert (await act("acknowledge"))["status"] == "acknowledged"
    assert (await act("note", text="vu"))["status"] == "acknowledged"
    assert (await act("resolve", reason="handled_elsewhere"))["status"] == "resolved"
    assert (await act("reopen"))["status"] in {"open", "acknowledged"}
    assert (await act("assign", assignee=None))["assignee"] is None
    assert (await act("priority", priority=None))["priority"] == 2
    corrected = await act("categories", categories=["question", "press"])
    assert [reason["category"] for reason in corrected["reasons"]] == ["press", "question"]
    assert (corrected["corrected"], corrected["level"]) == (["categories"], 2)
    assert (await act("language", lang="tr"))["lang"] == "tr"
    assert (await act("not-urgent"))["corrected"] == ["categories", "language", "urgency"]
    assert (await act("not-urgent", undone=True))["level"] == 2
    assert (await act("categories", categories=None))["reasons"] == []
    assert (await act("language", lang=None))["corrected"] == []
    assert (await world.api("GET", "/items")).status == 200


@pytest.mark.parametrize("who", ["observer", "stranger", "revoked"])
async def test_an_item_is_given_only_to_who_may_act_on_it(world: World, who: str) -> None:
    item = await world.hear()
    body = {"expected_position": 99, "assignee": world.people[who]}
    answer = await world.api("POST", f"/items/{item}/assign", json=body)
    assert answer.status == 400
    assert answer.json()["errors"][0]["pointer"] == "/assignee"


async def test_a_command_needs_its_key_and_the_position_it_saw(world: World) -> None:
    item = await world.hear()
    path = f"/api/v1/brands/{world.brand}/items/{item}/acknowledge"
    without_key = await world.ask("POST", path, headers=world.bearer(), json={"expected_position": 1})
    assert without_key.status == 400
    assert without_key.json()["errors"][0]["pointer"] == "Idempotency-Key"
    without_position = await world.api("POST", f"/items/{item}/acknowledge", json={})
    assert without_position.status == 400
    assert without_position.json()["errors"][0]["pointer"] == "/expected_position"


VERBS: dict[str, dict[str, Any]] = {
    "acknowledge": {}, "reply": {"text": "x"}, "note": {"text": "x"}, "assign": {"assignee": None}, "resolve": {},
    "reopen": {}, "priority": {"priority": 1}, "categories": {"categories": []}, "language": {"lang": "it"},
    "not-urgent": {},
}  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("column", ["brand_id", "item_id", "by", "at", "status", "priority_", "is_owner"])
async def test_no_command_takes_a_field_it_does_not_know(world: World, verb: str, column: str) -> None:
    item = await world.hear()
    head = await world.log.head(world.brand)
    body = {"expected_position": head, **VERBS[verb], column: 1}
    answer = await world.api("POST", f"/items/{item}/{verb}", json=body)
    assert answer.status == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{column}"]
    assert await world.log.head(world.brand) == head


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"[]", b"null", b"{",
        b'{"expected_position": NaN, "text": "x"}', b'{"expected_position": 1e400, "text": "x"}',
        b'{"expected_position": 1, "text": "a\\u0000b"}', b'{"expected_position": 1, "text": "\\ud800"}',
        b'{"expected_position": 1, "text": "   "}', b'{"expected_position": "1", "text": "x"}',
        b'{"expected_position": true, "text": "x"}', b'{"expected_position": -1, "text": "x"}', b"[" * 100_000,
        b'{"expected_position": ' + b"9" * 5000 + b', "text": "x"}', b"\xff\xfe", b'{"text": "' + b"x" * 10_001 + b'"}',
        b'{"expected_position": 1, "text": "x", "promise_until": "9999-12-31T23:59:59Z"}',
        b'{"expected_position": 1, "text": "x", "promise_until": "2026-11-24T12:00:00"}',
    ],
    ids=lambda raw: repr(raw[:40]),
)  # fmt: skip
async def test_no_body_breaks_the_api(world: World, raw: bytes) -> None:
    item = await world.hear()
    head = await world.log.head(world.brand)
    headers = world.bearer() | {"Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = await world.ask("POST", f"/api/v1/brands/{world.brand}/items/{item}/reply", headers=headers, form=raw)
    assert answer.status == 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert await world.log.head(world.brand) == head


async def test_a_large_body_is_refused_before_it_is_read(world: World) -> None:
    item = await world.hear()
    headers = world.bearer() | {"Idempotency-Key": "k", "Content-Type": "application/json"}
    body = b'{"text": "' + b"x" * 300_000 + b'"}'
    answer = await world.ask("POST", f"/api/v1/brands/{world.brand}/items/{item}/reply", headers=headers, form=body)
    assert answer.status == 413


async def test_foreign_and_missing_look_the_same(world: World) -> None:
    foreign = await world.hear(brand=world.other)
    missing = "00000000-0000-4000-8000-000000000000"
    answers = [await world.api("GET", f"/items/{which}") for which in (foreign, missing, "nonsense")]
    answers += [
        await world.ask("GET", f"/api/v1/brands/{which}/items", headers=world.bearer())
        for which in (world.other, 999_999, 0, "x", "1e3", "9" * 40)
    ]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    posts = [
        await world.api("POST", f"/items/{which}/resolve", json={"expected_position": 0})
        for which in (foreign, missing)
    ]
    assert len({(answer.status, answer.text) for answer in posts}) == 1


async def test_forgetting_an_author_empties_what_the_api_says(world: World) -> None:
    from inbox.desk import Commands

    item = await world.hear()
    await Commands(world.log, world.clock).forget(world.brand, item, by=world.people["owner"])
    await world.project()
    for path in ("/items", f"/items/{item}", "/events"):
        answer = await world.api("GET", path)
        assert answer.status == 200
        assert "feu" not in answer.text
        assert "Nom zoe" not in answer.text
    detail = (await world.api("GET", f"/items/{item}")).json()
    assert detail["timeline"][-1]["type"] == "AuthorForgotten"


async def test_a_correction_is_refused_where_the_author_wrote_since_and_is_told_in_the_timeline(world: World) -> None:
    item = await world.hear()
    seen = await world.log.head(world.brand)
    await world.hear("Et maintenant ça brûle")
    late = await world.api("POST", f"/items/{item}/not-urgent", json={"expected_position": seen})
    assert (late.status, late.json()["type"]) == (409, "urn:vigie:problem:conflict")
    now = {"expected_position": await world.log.head(world.brand)}
    assert (await world.api("POST", f"/items/{item}/categories", json=now | {"categories": ["safety"]})).status == 200
    detail = (await world.api("GET", f"/items/{item}")).json()
    fits(ItemDetailShape, detail)
    assert (detail["priority"], detail["messages"][0]["corrected"]) == (1, ["categories"])
    assert {"code": "corrected", "params": {"by": world.people["owner"], "categories": "safety"}} in detail["whys"]
    assert detail["timeline"][-1]["params"]["categories"] == ["safety"]


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [
        ("categories", {"categories": ["gossip"]}, 400), ("categories", {"categories": "safety"}, 400),
        ("categories", {"categories": [1]}, 400), ("categories", {}, 400), ("language", {"lang": "FR"}, 400),
        ("language", {"lang": "fr\n"}, 400), ("not-urgent", {"undone": "yes"}, 400),
    ],
)  # fmt: skip
async def test_only_categories_and_languages_there_are_can_be_said(
    world: World, verb: str, body: dict[str, Any], status: int
) -> None:
    item = await world.hear()
    answer = await world.api("POST", f"/items/{item}/{verb}", json={"expected_position": 99, **body})
    assert answer.status == status
