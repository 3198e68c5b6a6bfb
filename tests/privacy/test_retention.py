"""What is past its time of keeping is gone, what is not stays, and a legal hold keeps all."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from inbox import events as ev
from inbox.clock import SimulatedClock
from inbox.errors import Refused
from inbox.log import notary
from inbox.log.record import NewDelivery
from inbox.people import retention
from inbox.people.retention import Retention
from services.workers import retention as worker
from tests.views.world import World

TODAY = datetime.now(UTC)
"""The log writes down its own times: the retention's clock is set against them."""


async def round_in(world: World, days: int) -> None:
    await worker.Retention(world.log, SimulatedClock(TODAY + timedelta(days=days))).round()


async def rule(world: World, wanted: Retention) -> None:
    await retention.change(world.log, world.brand, wanted, by=None, now=TODAY)


async def words(world: World) -> list[str | None]:
    heard = [r.event for r in await world.log.read(world.brand)]
    return [event.text for event in heard if isinstance(event, ev.MessageReceived)]


async def test_people_long_silent_are_forgotten_once_and_the_log_stays_whole(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "PAGE", 2)
    for n in range(5):
        await world.says(f"author{n}", f"mot {n}")
    await rule(world, Retention(words_days=365))
    await round_in(world, 364)
    assert None not in await words(world)
    await round_in(world, 366)
    await round_in(world, 366)
    assert await words(world) == [None] * 5
    gone = [r.event for r in await world.log.read(world.brand) if isinstance(r.event, ev.AuthorForgotten)]
    assert len(gone) == 5
    assert {event.by for event in gone} == {None}
    await notary.seal(world.log, world.brand)
    assert (await notary.verify(world.log, world.brand)).faults == []


async def test_without_a_rule_words_stay_and_raw_deliveries_go_after_thirty_days(world: World) -> None:
    old = [NewDelivery(uuid.uuid4(), "c1", TODAY, b"raw") for _ in range(3)]
    fresh = NewDelivery(uuid.uuid4(), "c1", TODAY + timedelta(days=20), b"raw")
    await world.log.append(world.brand, [world.message("zoe", "bonjour")], deliveries=[*old, fresh])
    await round_in(world, 30)
    assert await world.pool.fetchval("SELECT count(*) FROM vigie.deliveries") == 4
    await round_in(world, 31)
    left = await world.pool.fetch("SELECT delivery_id FROM vigie.deliveries")
    assert [row["delivery_id"] for row in left] == [fresh.delivery_id]
    assert await world.pool.fetchval("SELECT count(*) FROM vigie.delivery_keys") == 1
    assert await words(world) == ["bonjour"]


async def test_a_legal_hold_keeps_all(world: World) -> None:
    delivery = NewDelivery(uuid.uuid4(), "c1", TODAY, b"raw")
    await world.log.append(world.brand, [world.message("zoe", "preuve")], deliveries=[delivery])
    await rule(world, Retention(words_days=30, raw_days=1, hold=True))
    await round_in(world, 400)
    assert await words(world) == ["preuve"]
    assert await world.pool.fetchval("SELECT count(*) FROM vigie.deliveries") == 1
    await rule(world, Retention(words_days=30, raw_days=1))
    await round_in(world, 400)
    assert await words(world) == [None]


@pytest.mark.parametrize("wanted", [Retention(words_days=29), Retention(words_days=9999), Retention(raw_days=0)])
async def test_a_rule_that_cannot_be_meant_is_refused(world: World, wanted: Retention) -> None:
    with pytest.raises(Refused, match="are kept"):
        await rule(world, wanted)
