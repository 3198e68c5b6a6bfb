"""A person asks: what do you hold of me, and forget me. What they get is all of it and nobody else's."""

from __future__ import annotations

import uuid

import orjson
import pytest

from inbox import events as ev
from inbox.desk import Commands
from inbox.errors import Refused
from inbox.ids import BrandId
from inbox.log.record import NewDelivery
from inbox.people import erasure, persons
from inbox.people import retention as keeping
from inbox.people.retention import Retention
from tests.views.world import ME, World
from tests.web.conftest import clock as clock  # noqa: PLC0414 — the clock of its world
from tests.web.world import a_world


async def two_people(world: World) -> uuid.UUID:
    """Zoé in two threads, one with words to and about her, and Ben."""
    item = await world.says("zoe", "ma machine fume", thread="first")
    await world.says("zoe", "toujours rien", thread="second")
    await world.says("ben", "secret de Ben", thread="first")
    await world.happens(
        ev.NoteAdded(item_id=item, note_id=uuid.uuid4(), by=ME, at=world.minutes(1), text="cliente fidèle"),
        ev.ReplyQueued(
            item_id=item, reply_id=uuid.uuid4(), purpose="response", by=ME, at=world.minutes(2), text="chère Zoé"
        ),
    )  # fmt: skip
    return item


async def given_out(world: World) -> tuple[dict[str, object], str]:
    found = await persons.exported(world.log, world.brand, world.subject("zoe"), by=ME, now=world.minutes(9))
    return found, orjson.dumps(found).decode()


async def test_a_person_is_given_all_that_is_held_of_them_and_nothing_of_others(world: World) -> None:
    await two_people(world)
    found, text = await given_out(world)
    assert all(words in text for words in ("ma machine fume", "toujours rien", "cliente fidèle", "chère Zoé", "@zoe"))
    assert "Ben" not in text
    assert found["author"]["name"] == "Zoe"  # type: ignore[index]
    last = (await world.log.read(world.brand))[-1].event
    assert isinstance(last, ev.PersonExported)
    assert (last.by, last.subject_id) == (ME, world.subject("zoe"))


async def test_who_wrote_a_thousand_times_in_forty_threads_of_two_channels_is_given_every_word(world: World) -> None:
    """More than any query brings at a time, and among others' words."""
    said = [
        world.message(who, f"{who} {n:04}", channel=f"c{n % 2}", thread=f"t{n % 40}")
        for n in range(1_000) for who in ("zoe", "ben")
    ]  # fmt: skip
    for start in range(0, len(said), 500):
        await world.log.append(world.brand, said[start : start + 500])
    found, text = await given_out(world)
    heard = [one["text"] for one in found["events"] if one["type"] == "MessageReceived"]  # type: ignore[attr-defined]
    assert sorted(heard) == [f"zoe {n:04}" for n in range(1_000)]
    assert "ben" not in text


async def test_of_a_forgotten_person_there_is_proof_without_words(world: World) -> None:
    await two_people(world)
    await erasure.forget(world.log, world.brand, world.subject("zoe"), by=None, now=world.minutes(5))
    found, text = await given_out(world)
    assert found["author"] is None
    assert found["forgotten_at"] == [world.minutes(5).isoformat()]
    assert not [words for words in ("machine", "rien", "fidèle", "Zoé", "zoe") if words in text]


async def test_raw_deliveries_that_brought_their_words_go_with_them(world: World) -> None:
    hers, unread, his = (NewDelivery(uuid.uuid4(), "c1", world.noon, b"raw") for _ in range(3))
    unread = NewDelivery(unread.delivery_id, "c1", world.noon, b"raw", outcome="quarantined", reason="shape")
    messages = [
        world.message("zoe", "un", delivery_id=hers.delivery_id),
        world.message("zoe", "deux", delivery_id=unread.delivery_id),
        world.message("ben", "trois", delivery_id=his.delivery_id),
    ]
    await world.log.append(world.brand, messages, deliveries=[hers, unread, his])
    await erasure.forget(world.log, world.brand, world.subject("zoe"), by=None, now=world.noon)
    left = await world.pool.fetch("SELECT delivery_id FROM vigie.deliveries")
    assert {row["delivery_id"] for row in left} == {unread.delivery_id, his.delivery_id}


async def test_under_a_legal_hold_nobody_is_forgotten(world: World) -> None:
    item = await two_people(world)
    await keeping.change(world.log, world.brand, Retention(hold=True), by=ME, now=world.noon)
    with pytest.raises(Refused) as refused:
        await erasure.forget(world.log, world.brand, world.subject("zoe"), by=ME, now=world.noon)
    assert (refused.value.code, refused.value.status) == ("legal_hold", 409)
    assert "ma machine fume" in (await given_out(world))[1]
    await keeping.change(world.log, world.brand, Retention(), by=ME, now=world.noon)
    assert await Commands(world.log, _At(world)).forget(world.brand, item, by=ME) > 0  # type: ignore[arg-type]


class _At:
    def __init__(self, world: World) -> None:
        self.now = lambda: world.noon


async def test_the_same_person_of_another_brand_is_untouched(world: World) -> None:
    from tests.conftest import new_brand

    other = World(world.log, await new_brand(world.pool), world.noon)
    await world.says("zoe", "ici")
    await other.says("zoe", "là-bas")
    await erasure.forget(world.log, world.brand, world.subject("zoe"), by=None, now=world.noon)
    heard = [r.event for brand in (world.brand, other.brand) for r in await world.log.read(brand)]
    assert [e.text for e in heard if isinstance(e, ev.MessageReceived)] == [None, "là-bas"]


async def test_owners_give_out_and_forget_by_api_and_screen(world: World, clock: object) -> None:
    async with a_world(world.log, clock) as web:  # type: ignore[arg-type]
        item = await web.hear("Votre machine a pris feu")
        found = await web.api("GET", f"/items/{item}/person")
        cookie, _ = await web.session("owner")
        file = await web.ask("GET", f"/b/{web.brand}/items/{item}/person", headers=web.cookie(cookie))
        assert "pris feu" in found.text
        assert file.headers["Content-Disposition"].startswith("attachment")
        assert file.json()["events"] == found.json()["events"]

        refused = await web.api("POST", f"/items/{item}/forget", json={})
        assert refused.status == 400
        done = await web.api("POST", f"/items/{item}/forget", json={"forget_for_ever": True})
        assert done.json() == {"position": await web.log.head(BrandId(web.brand))}
        await web.project()
        assert "pris feu" not in (await web.api("GET", f"/items/{item}/person")).text

        rule = {"words_days": 365, "raw_days": 14, "hold": True, "reason": "enquête"}
        assert (await web.api("PUT", "/retention", json=rule)).json() == rule
        assert (await web.api("GET", "/retention")).json() == rule
        held = await web.api("POST", f"/items/{item}/forget", json={"forget_for_ever": True})
        assert (held.status, held.json()["type"]) == (409, "urn:vigie:problem:legal_hold")
