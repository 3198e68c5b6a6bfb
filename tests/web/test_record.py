"""Recording a message by hand: whoever may answer fills in one form, and it waits in the queue like any other."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from inbox.events import MessageReceived
from inbox.people import brands
from tests.web.world import Answer, World

FIELDS = {"place": "pinterest", "author": "@zoe", "text": "La couture a lâché.", "url": "https://pin.example/1",
          "key": "0" * 32}  # fmt: skip


async def send(world: World, who: str = "cm", **fields: str) -> Answer:
    cookie, csrf = await world.session(who)
    form = {"csrf": csrf, **FIELDS, **fields}
    return await world.ask("POST", f"/b/{world.brand}/record", headers=world.cookie(cookie), form=form)


async def page(world: World, query: str = "") -> Answer:
    cookie, _ = await world.session("cm")
    return await world.ask("GET", f"/b/{world.brand}/record{query}", headers=world.cookie(cookie))


async def received(world: World) -> list[MessageReceived]:
    recorded = await world.log.read(world.brand, 0, 1000)
    return [one.event for one in recorded if isinstance(one.event, MessageReceived)]


async def test_what_is_recorded_waits_in_the_queue(world: World) -> None:
    at = world.clock.now()
    answer = await send(world)
    assert answer.status == 303
    (event,) = await received(world)
    assert (event.network, event.kind) == ("manual", "comment")
    assert (event.text, event.permalink) == (FIELDS["text"], FIELDS["url"])
    assert event.sent_at == event.received_at == at
    assert event.author is not None
    assert event.author.name == "@zoe"
    assert answer.headers["Location"] == f"/b/{world.brand}/record?done={event.item_id}"
    await world.project()
    cookie, _ = await world.session("cm")
    queue = await world.ask("GET", f"/b/{world.brand}/queue?view=all", headers=world.cookie(cookie))
    assert FIELDS["text"] in queue.text
    assert f"/items/{event.item_id}" in (await page(world, f"?done={event.item_id}")).text


async def test_each_place_is_a_channel_made_once(world: World) -> None:
    for number, place in enumerate(("pinterest", "phone", "pinterest")):
        assert (await send(world, place=place, key=f"{number:032x}")).status == 303
    channels = [one for one in await world.deps.channels.list(world.brand) if one.settings.get("place")]
    assert sorted(one.settings["place"] for one in channels) == ["phone", "pinterest"]
    assert [event.kind for event in await received(world)] == ["comment", "call", "comment"]
    assert len({event.channel_id for event in await received(world)}) == 2


async def test_a_place_that_is_switched_off_takes_nothing(world: World) -> None:
    await send(world)
    (channel,) = [one for one in await world.deps.channels.list(world.brand) if one.settings.get("place")]
    await world.deps.channels.disable(world.brand, channel.channel_id, by=None)
    answer = await send(world, key="1" * 32)
    assert answer.status == 409
    assert FIELDS["text"] in answer.text
    assert len(await received(world)) == 1


async def test_a_form_that_is_sent_twice_is_recorded_once(world: World) -> None:
    assert [(await send(world)).status for _ in range(2)] == [303, 303]
    assert len(await received(world)) == 1


async def test_when_it_was_said_is_meant_in_the_brands_zone(world: World) -> None:
    zone = ZoneInfo((await brands.get(world.log, world.brand)).zone)
    said = world.clock.now().astimezone(zone) - timedelta(hours=3)
    await send(world, said_at=said.strftime("%Y-%m-%dT%H:%M"))
    (event,) = await received(world)
    assert event.sent_at == said.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", " "), ("text", "x" * 20_001), ("place", "mars"), ("author", "x" * 201), ("url", "javascript:alert(1)"),
        ("url", "https://x.example/" + "x" * 2_000), ("said_at", "2030-01-01T00:00"), ("said_at", "yesterday"),
        ("said_at", "0001-01-01T00:00"), ("said_at", "9999-12-31T23:59"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept(
    world: World, field: str, value: str
) -> None:
    answer = await send(world, **{field: value})
    assert answer.status == 422
    assert f'id="{field}-error"' in answer.text
    assert len(re.findall(r'id="\w+-error"', answer.text)) == 1
    assert field == "author" or "@zoe" in answer.text
    assert await received(world) == []


async def test_the_form_says_where_who_what_and_when_in_both_languages(world: World) -> None:
    text = (await page(world)).text
    assert 'type="datetime-local"' in text
    assert "Consigner un message" in text
    await world.pool.execute("UPDATE vigie.members SET locale = 'en' WHERE member_id = $1", world.people["cm"])
    assert "Record a message" in (await page(world)).text


async def test_words_are_shown_as_words(world: World) -> None:
    answer = await send(world, text="", author="<script>alert(1)</script>")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text
