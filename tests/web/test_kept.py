"""What a browser kept without network: carried out once, or refused with what came in between."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from inbox.ids import ItemId
from inbox.web.packing import unmasked
from tests.web.world import Answer, World


class Phone:
    """A member's browser that sends what it kept."""

    def __init__(self, world: World, cookie: str, csrf: str) -> None:
        self._world, self._cookie, self._csrf = world, cookie, csrf

    async def send(self, item: ItemId, act: str, seen: int, **fields: str) -> Answer:
        path = f"/b/{self._world.brand}/items/{item}/kept/{act}"
        form = {"csrf": self._csrf, "expected_position": str(seen), "idempotency_key": uuid.uuid4().hex, **fields}
        return await self._world.ask("POST", path, headers=self._world.cookie(self._cookie), form=form)


async def phone_of(world: World, who: str) -> Phone:
    return Phone(world, *(await world.session(who)))


async def events(world: World, item: ItemId) -> list[str]:
    return [one.event.TYPE for one in await world.log.read_stream(world.brand, str(item))]


async def test_what_is_sent_twice_is_done_once(world: World) -> None:
    item = await world.hear()
    cm, seen, key = await phone_of(world, "cm"), await world.log.head(world.brand), uuid.uuid4().hex
    first = await cm.send(item, "note", seen, text="Called back.", idempotency_key=key)
    again = await cm.send(item, "note", seen, text="Called back.", idempotency_key=key)
    assert first.status == again.status == 200
    assert first.json() == again.json()
    assert (await events(world, item)).count("NoteAdded") == 1


async def test_the_usual_words_go_once_though_their_time_has_moved_on(world: World) -> None:
    item = await world.hear()
    cm, seen, key = await phone_of(world, "cm"), await world.log.head(world.brand), uuid.uuid4().hex
    assert (await cm.send(item, "acknowledge", seen, usual="yes", idempotency_key=key)).status == 200
    world.clock.advance(timedelta(hours=11))
    again = await cm.send(item, "acknowledge", seen, usual="yes", idempotency_key=key)
    assert (again.status, again.json()["done"]) == (200, True)
    (reply,) = [
        one.event for one in await world.log.read_stream(world.brand, str(item)) if one.event.TYPE == "ReplyQueued"
    ]
    told: Any = reply
    assert "Nom" in told.text
    assert told.promise_until is not None


async def test_a_refusal_says_who_did_what_meanwhile(world: World) -> None:
    item = await world.hear()
    seen = await world.log.head(world.brand)
    cm, lead = await phone_of(world, "cm"), await phone_of(world, "lead")
    assert (await lead.send(item, "take", seen)).status == 200
    late = await cm.send(item, "acknowledge", seen, usual="yes")
    assert late.status == 409
    assert "Lead Test" in late.json()["said"]
    assert "ReplyQueued" not in await events(world, item)


async def test_what_i_did_next_has_seen_what_i_did_first_unless_somebody_came_between(world: World) -> None:
    item = await world.hear()
    cm, seen = await phone_of(world, "cm"), await world.log.head(world.brand)
    noted = (await cm.send(item, "note", seen, text="One.")).json()
    assert noted["alone"] is True
    assert noted["position"] > seen
    await world.hear("Et encore", author="zoe")
    assert (await cm.send(item, "note", noted["position"], text="Two.")).json()["alone"] is False


async def test_here_says_who_sends_and_with_what(world: World) -> None:
    token, csrf = await world.session("cm")
    answer = await world.ask("GET", "/account/here", headers=world.cookie(token))
    told = answer.json()
    assert (told["member"], unmasked(told["csrf"])) == (world.people["cm"], csrf)
