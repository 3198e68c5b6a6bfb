"""What holds for every route there is, whatever it does: its headers, its fields, its ids."""

from __future__ import annotations

import random
import uuid
from typing import Any

import pytest

from inbox.web.headers import CONTENT_SECURITY_POLICY
from inbox.web.table import TABLE
from tests.web import foreign
from tests.web.described import example
from tests.web.test_access_matrix import fill
from tests.web.world import World

STRICT = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin", "Server": "Vigie",
}  # fmt: skip
COLUMNS = ("brand_id", "org_id", "member_id", "by", "role", "rights", "position", "is_owner", "__class__")
KEPT_BY_BROWSERS = {"static"}
"""Its address changes with its content."""


async def test_every_answer_of_every_route_carries_the_headers(world: World) -> None:
    item = await world.hear()
    for route in world.app[TABLE]:
        path = fill(route.path, world.brand, item)
        cookie, csrf = await world.session("owner")
        form = {"csrf": csrf} if route.method == "POST" and route.surface == "page" else None
        for headers in ({}, world.bearer() if route.surface == "api" else world.cookie(cookie)):
            answer = await world.ask(route.method, path, headers=headers, form=form)
            assert {name: answer.headers.get(name) for name in STRICT} == STRICT, (route.name, answer.status)
            if route.name not in KEPT_BY_BROWSERS or answer.status != 200:
                assert "no-store" in answer.headers["Cache-Control"], (route.name, answer.status)
            for cookie_line in answer.headers.getall("Set-Cookie", []):  # type: ignore[attr-defined]
                assert "HttpOnly" in cookie_line, route.name
                assert "SameSite" in cookie_line, route.name


async def test_no_operation_takes_a_field_it_does_not_know(world: World) -> None:
    item = await world.hear()
    document = (await world.ask("GET", "/api/openapi.json")).json()
    head, asked = await world.log.head(world.brand), 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is None or path.startswith("/hooks/"):
                continue
            body = example(content["schema"], document, random.Random(path))
            where = fill(path, world.brand, item)
            for column in COLUMNS:
                if column not in body:
                    await _refused(world, method.upper(), where, {**body, column: 1}, column)
                    asked += 1
    assert asked > 150
    assert await world.log.head(world.brand) == head


async def _refused(world: World, method: str, path: str, body: Any, column: str) -> None:
    headers = world.bearer() | {"Idempotency-Key": uuid.uuid4().hex}
    answer = await world.ask(method, path, headers=headers, json=body)
    assert answer.status == 400, (method, path, column, answer.text)
    assert f"/{column}" in {error["pointer"] for error in answer.json()["errors"]}, (method, path, column)


# --- ids, wherever they stand ---------------------------------------------------------------------------------------

NOWHERE = uuid.UUID(int=7)


async def theirs(world: World) -> dict[str, str]:
    """One of each that belongs to somebody else."""
    item = await world.hear("secret", brand=world.other)
    channel = await world.deps.channels.add(
        world.other, network="generic", name="Theirs", secrets={"secret": "s"}, by=None
    )
    return {
        "item": str(item), "member": str(world.people["stranger"]), "channel": str(channel.channel_id),
        "message": "m1", "position": str(await world.log.head(world.other)),
    }  # fmt: skip


MISSING = {"item": str(NOWHERE), "member": "999999", "channel": "1-nowhere", "message": "m999", "position": "1"}
QUERIES = (
    "/items?channel={channel}", "/items?assignee={member}", "/items?q=secret", "/sla?channel={channel}",
    "/sla?member={member}", "/items/{item}", "/items/{item}/weights?message={message}", "/items/{item}/person",
)  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
async def test_a_foreign_id_in_path_or_query_answers_like_a_missing_one(world: World, query: str) -> None:
    own, foreign = await world.hear(), await theirs(world)
    answers = [await world.api("GET", query.format(**ids)) for ids in (foreign, MISSING)]
    assert answers[0].status == answers[1].status
    told = [_without_instance(answer.json()) for answer in answers]
    assert told[0] == told[1]
    assert "secret" not in answers[0].text.replace("q=secret", "")
    assert str(own)


def _without_instance(content: Any) -> Any:
    return {name: value for name, value in content.items() if name not in {"instance", "now", "generated_at"}}


async def test_a_foreign_id_in_a_body_answers_like_a_missing_one(world: World) -> None:
    own, foreign = await world.hear(), await theirs(world)
    head = await world.log.head(world.brand)
    bodies: dict[str, dict[str, Any]] = {
        "assign": {"assignee": "{member}"}, "gesture": {"gesture": "hide", "message": "{message}"},
        "translate": {"into": "fr", "message": "{message}"},
    }  # fmt: skip
    for verb, body in bodies.items():
        told = []
        for ids in (foreign | {"message": "m2"}, MISSING):
            filled = {name: value.format(**ids) if isinstance(value, str) else value for name, value in body.items()}
            filled = {name: int(value) if name == "assignee" else value for name, value in filled.items()}
            answer = await world.api(
                "POST",
                f"/items/{own}/{verb}",
                json=filled if verb == "translate" else filled | {"expected_position": head},
            )
            assert 400 <= answer.status < 500, (verb, answer.text)
            told.append((answer.status, _without_instance(answer.json())))
        assert told[0] == told[1], verb
    assert await world.log.head(world.brand) == head


@pytest.mark.parametrize("surface", ["api", "page"])
async def test_a_stream_resumed_at_a_foreign_position_tells_nothing_of_theirs(world: World, surface: str) -> None:
    await theirs(world)
    for _ in range(5):
        await world.hear("secret", brand=world.other)
    cookie, _ = await world.session("stranger")
    path = f"/api/v1/brands/{world.brand}/live" if surface == "api" else f"/b/{world.brand}/live"
    missing = path.replace(str(world.brand), "999999")
    headers = (world.bearer("foreign") if surface == "api" else world.cookie(cookie)) | {"Last-Event-ID": "3"}
    found = [await world.ask("GET", where, headers=headers) for where in (path, missing)]
    assert [answer.status for answer in found] == [404, 404]
    assert found[0].text.replace(str(world.brand), "") == found[1].text.replace("999999", "") or surface == "page"


async def test_each_foreign_id_in_an_address_answers_like_a_missing_one(world: World) -> None:
    """By every route that names anything: a file with bytes in it, too, at their item and at one of ours."""
    ours, of_others = {"item_id": str(await world.hear())}, await foreign.theirs(world)
    before, head = await foreign.stored(world, world.other), await world.log.head(world.brand)
    cookie, csrf = await world.session("owner")
    asked = set()
    for route in world.app[TABLE]:
        named = foreign.places(route)
        if "{brand_id}" not in route.path or not named or route.access == "public":
            continue
        for at in ({}, ours) if "file_id" in named else ({},):
            told = [
                await foreign.ask(world, route, {**ids, **at}, cookie, csrf) for ids in (of_others, foreign.MISSING)
            ]  # fmt: skip
            assert told[0] == told[1], route.name
            assert foreign.CANARY not in told[0][1], route.name
        asked |= named
    assert asked == foreign.MISSING.keys()
    assert before == await foreign.stored(world, world.other)
    assert head == await world.log.head(world.brand)


async def test_exports_and_files_of_others_are_not_there(world: World) -> None:
    foreign = await theirs(world)
    cookie, _ = await world.session("owner")
    for path in (
        "items/{item}/file?message=m1&n=0",
        "items/{item}/person",
        "items/{item}",
        "settings/channels/{channel}",
    ):
        found = [
            await world.ask("GET", f"/b/{world.brand}/{path.format(**ids)}", headers=world.cookie(cookie))
            for ids in (foreign, MISSING)
        ]
        assert [answer.status for answer in found] == [404, 404], path
        assert "Theirs" not in found[0].text
        assert "secret" not in found[0].text
