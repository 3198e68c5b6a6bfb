"""One item, opened."""

from __future__ import annotations

import uuid

import orjson
import pytest

from inbox import events as ev
from inbox.errors import NotFound
from inbox.ids import ItemId
from inbox.views import thread
from tests.conftest import new_brand
from tests.views.world import ME, World


async def opened(world: World, item: uuid.UUID) -> thread.Detail:
    async with world.pool.acquire() as connection:
        return await thread.detail(world.log, connection, world.brand, ItemId(item), world.minutes(31))


async def conversation(world: World) -> ItemId:
    item, reply = await world.says("zoe", "ma batterie fume"), uuid.UUID(int=5)
    reason = ev.ReasonGiven(category="safety", score=0.9, evidence=("fume",))
    await world.happens(
        world.judgement(item, urgency=0.9, level=3, reasons=(reason,), categories=("safety",)),
        ev.ItemAcknowledged(item_id=item, by=ME, at=world.minutes(2)),
        ev.NoteAdded(item_id=item, note_id=uuid.uuid4(), by=ME, at=world.minutes(3), text="appeler l'usine"),
        ev.ReplyQueued(item_id=item, reply_id=reply, purpose="response", by=ME, at=world.minutes(4), text="débranchez"),
        ev.ReplySending(item_id=item, reply_id=reply, attempt=1, at=world.minutes(4)),
        ev.ReplySent(item_id=item, reply_id=reply, external_id="x", at=world.minutes(5)),
    )
    await world.says("zoe", "merci", at=world.minutes(6))
    await world.project()
    return item


async def test_the_thread_reads_from_top_to_bottom(world: World) -> None:
    found = await opened(world, await conversation(world))
    assert [(line.direction, line.text, line.state) for line in found.lines] == [
        ("in", "ma batterie fume", "received"), ("note", "appeler l'usine", "noted"), ("out", "débranchez", "sent"),
        ("in", "merci", "received"),
    ]  # fmt: skip
    assert [(turn.no, turn.end) for turn in found.turns] == [(1, "responded"), (2, None)]


async def test_the_timeline_says_who_did_what_without_quoting_anybody(world: World) -> None:
    found = await opened(world, await conversation(world))
    assert [(entry.actor, entry.code) for entry in found.timeline] == [
        ("author", "message_received"), ("vigie", "message_classified"), (ME, "item_acknowledged"), (ME, "note_added"),
        (ME, "reply_queued"), ("vigie", "reply_sending"), ("vigie", "reply_sent"), ("author", "message_received"),
    ]  # fmt: skip
    told = str([entry.to_json() for entry in found.timeline])
    assert not any(word in told for word in ("fume", "usine", "merci", "zoe", "Zoe"))
    assert found.timeline[5].params == {"reply_id": str(uuid.UUID(int=5)), "attempt": 1}


async def test_what_happened_since_a_position_is_what_a_member_has_not_seen(world: World) -> None:
    found = await opened(world, await conversation(world))
    assert [entry.code for entry in found.since(6)] == ["reply_sent", "message_received"]


async def test_it_says_why_it_stands_where_it_stands(world: World) -> None:
    found = await opened(world, await conversation(world))
    assert "unscored" in [why.code for why in found.whys]


async def test_the_api_item_quotes_only_for_those_who_may_read(world: World) -> None:
    found = await opened(world, await conversation(world))
    shown, hidden = orjson.dumps(found.to_json(True)).decode(), orjson.dumps(found.to_json(False)).decode()
    for word in ("fume", "usine", "débranchez", "Zoe"):
        assert word in shown
        assert word not in hidden
    assert found.to_json(True)["messages"][0]["external_id"] == "m1"


async def test_events_the_views_have_not_folded_are_not_told_yet(world: World) -> None:
    item = await conversation(world)
    await world.says("zoe", "encore", at=world.minutes(8))
    found = await opened(world, item)
    assert found.row.position == found.timeline[-1].position == 8


async def test_what_is_missing_and_what_is_anothers_look_the_same(world: World) -> None:
    other = World(world.log, await new_brand(world.pool, "Autre"), world.noon)
    item = await conversation(other)
    for missing in (item, uuid.uuid4()):
        with pytest.raises(NotFound):
            await opened(world, missing)
