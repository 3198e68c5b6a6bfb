"""The OpenAPI document: whole, and true."""

from __future__ import annotations

from typing import Any

from inbox.log import eras
from inbox.web.api.openapi import operations
from inbox.web.api.shapes import ChannelsShape, EventsShape, FiguresShape, MembersShape
from inbox.web.table import TABLE
from tests.web.test_items_api import fits
from tests.web.world import World

HOOK = ("/hooks/{channel_id}", "post")


async def document(world: World) -> Any:
    answer = await world.ask("GET", "/api/openapi.json")
    assert answer.status == 200
    return answer.json()


async def test_it_lists_every_route_of_the_api_and_describes_each(world: World) -> None:
    content = await document(world)
    served = {(r.path, r.method.lower()) for r in world.app[TABLE] if r.surface == "api"} | {HOOK}
    assert served == {(path, method) for path, methods in content["paths"].items() for method in methods}
    assert {r.name for r in world.app[TABLE] if r.surface == "api"} == set(operations())


async def test_it_is_whole(world: World) -> None:
    content = await document(world)
    assert content["openapi"].startswith("3.1.")
    assert content["info"].keys() >= {"title", "version"}
    names = [o["operationId"] for methods in content["paths"].values() for o in methods.values()]
    assert len(names) == len(set(names))
    for path, methods in content["paths"].items():
        for operation in methods.values():
            places = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert all(p["required"] and p["schema"] for p in operation["parameters"] if p["in"] == "path")
            assert {f"{{{name}}}" for name in places} == {part for part in path.split("/") if part.startswith("{")}
            assert {"200", "202"} & operation["responses"].keys()
            assert all("description" in response for response in operation["responses"].values())
            assert operation["summary"]


async def test_every_reference_leads_somewhere(world: World) -> None:
    content = await document(world)
    schemas = content["components"]["schemas"]

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if "$ref" in part:
                assert part["$ref"].removeprefix("#/components/schemas/") in schemas
            for inner in part.values():
                walk(inner)
        elif isinstance(part, list):
            for inner in part:
                walk(inner)

    walk(content)


async def test_it_publishes_the_schema_of_a_message(world: World) -> None:
    content = await document(world)
    hook = content["paths"][HOOK[0]][HOOK[1]]
    assert hook["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/GenericMessages")
    assert {"Message", "GenericMessages"} <= content["components"]["schemas"].keys()


async def test_commands_refuse_unknown_fields_in_the_document_too(world: World) -> None:
    content = await document(world)
    for name, schema in content["components"]["schemas"].items():
        if name.endswith("Body"):
            assert schema["additionalProperties"] is False
            assert "expected_position" in schema["required"]


async def test_the_answers_are_as_documented(world: World) -> None:
    await world.hear()
    await world.deps.channels.add(world.brand, network="generic", name="Site", secrets={"secret": "canary"}, by=None)
    for path, shape in (
        ("/events", EventsShape), ("/members", MembersShape), ("/channels", ChannelsShape), ("/sla", FiguresShape),
        ("/sla?from=2026-11-01&to=2026-11-30&priority=2&channel=c&member=1", FiguresShape),
    ):  # fmt: skip
        answer = await world.api("GET", path)
        assert answer.status == 200, answer.text
        assert "canary" not in answer.text
        fits(shape, answer.json())


async def test_the_figures_refuse_a_period_that_is_none(world: World) -> None:
    for query, named in (
        ("from=2026-11-30&to=2026-11-01", "from"), ("from=yesterday", "from"), ("to=2026-11-24T10:00:00", "to"),
        ("from=2020-01-01&to=2026-01-01", "from"), ("priority=1,2", "priority"), ("member=me", "member"),
        ("from=0001-01-01", "from"), ("to=9999-12-31T23:59:59Z", "to"),
    ):  # fmt: skip
        answer = await world.api("GET", f"/sla?{query}")
        assert answer.status == 400, query
        assert answer.json()["errors"][0]["pointer"] == named


async def test_the_log_is_read_page_by_page(world: World) -> None:
    for n in range(7):
        await world.hear(author=f"a{n}")
    seen, after = [], 0
    while page := (await world.api("GET", f"/events?after={after}&limit=3")).json():
        if not page["events"]:
            break
        seen += [e["position"] for e in page["events"]]
        after = page["position"]
    assert seen == list(range(1, await world.log.head(world.brand) + 1))
    assert page["position"] == page["head"] == seen[-1]
    messages = [e for e in (await world.api("GET", "/events")).json()["events"] if e["type"] == "MessageReceived"]
    assert [e["data"]["external_id"] for e in messages] == [f"m{n}" for n in range(1, 8)]


async def test_who_read_on_where_a_restored_log_never_was_is_told_where_to_begin(world: World) -> None:
    for n in range(4):
        await world.hear(author=f"a{n}")
    known, head = (await world.api("GET", "/events")).json(), await world.log.head(world.brand)
    assert (known["position"], known["era"]) == (head, "0")
    async with world.pool.acquire() as connection:  # a backup had all but what is heard from here on
        await eras.begin(connection, world.brand, now=world.clock.now())
    for n in range(3):
        await world.hear(author=f"b{n}")
    lost = head + 2  # where they stood before the restore
    answer = await world.api("GET", f"/events?after={lost}&era=0")
    assert (answer.status, answer.json()["type"], answer.json()["after"]) == (409, "urn:vigie:problem:restored", head)
    page = (await world.api("GET", f"/events?after={head}&era=0")).json()  # and who had read no further goes on
    assert (page["events"][0]["position"], len(page["era"])) == (head + 1, 12)
    assert (await world.api("GET", f"/events?after={page['position']}&era={page['era']}")).status == 200
    unknown = await world.api("GET", f"/events?after={head}&era=elsewhere")
    assert (unknown.status, unknown.json()["after"]) == (409, 0)
    assert (await world.api("GET", f"/events?after={lost}")).status == 200  # as ever, for who does not ask
