"""The clock says what time has brought, once, whatever restarts and however many processes run it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from inbox import events as ev
from inbox import meters
from inbox.clock import SimulatedClock
from inbox.ids import BrandId
from inbox.log.record import NewEvent, Recorded, item_stream
from inbox.log.store import Log, Positions
from inbox.policy import Policy, Target
from services.workers.clock import ClockWorker
from tests.conftest import new_brand
from tests.views.world import ME, World


async def said(world: World, kind: type[ev.Event]) -> list[ev.Event]:
    return [r.event for r in await world.log.read(world.brand) if isinstance(r.event, kind)]


async def at(world: World, clock: SimulatedClock, minutes: float) -> None:
    """The views are up to date, it is so many minutes past noon, and a worker, started afresh, makes a round."""
    await world.project()
    clock.advance(world.minutes(minutes) - clock.now())
    await ClockWorker(world.log, clock).check(world.brand)
    await world.project()


async def test_a_target_is_warned_of_then_missed_and_each_is_said_once(world: World, clock: SimulatedClock) -> None:
    item = await world.says()
    for minutes in (22, 23, 24, 31, 32, 100, 121, 200):
        await at(world, clock, minutes)
    warned, breached = await said(world, ev.SlaWarned), await said(world, ev.SlaBreached)
    assert [(e.turn, e.clock) for e in warned] == [(1, "ack"), (1, "response")]  # type: ignore[attr-defined]
    assert [(e.clock, e.due_at) for e in breached] == [  # type: ignore[attr-defined]
        ("ack", world.minutes(30)), ("response", world.minutes(120)),
    ]  # fmt: skip
    row = await world.row(item)
    assert (row.ack_breached, row.response_breached) == (True, True)


async def test_a_breach_is_one_event_though_the_worker_runs_in_two_processes(
    world: World, clock: SimulatedClock
) -> None:
    for n in range(5):
        await world.says(f"a{n}", thread=f"t{n}")
    await world.project()
    clock.advance(timedelta(minutes=31))
    workers = [ClockWorker(world.log, clock) for _ in range(3)]
    counts = await asyncio.gather(*(worker.check(world.brand) for worker in workers))
    counts += await asyncio.gather(*(worker.check(world.brand) for worker in workers))
    assert len(await said(world, ev.SlaBreached)) == 5
    assert sum(counts) == 5


async def test_an_item_that_cannot_be_folded_silences_no_other(
    world: World, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = await world.says("a0", thread="t0")
    await world.says("a1", thread="t1", at=world.minutes(1))
    await world.project()
    clock.advance(timedelta(minutes=32))
    read_stream = Log.read_stream

    async def read(log: Log, brand: BrandId, stream: str, after: int = 0, **given: Any) -> list[Recorded]:
        if stream == item_stream(broken):
            raise ValueError("a bug")
        return await read_stream(log, brand, stream, after, **given)

    monkeypatch.setattr(Log, "read_stream", read)
    assert await ClockWorker(world.log, clock).check(world.brand) == 1
    assert len(await said(world, ev.SlaBreached)) == 1


async def test_a_policy_that_changes_in_mid_round_makes_no_false_breach(
    world: World, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.says("a0", thread="t0")
    later = await world.says("a1", thread="t1", at=world.minutes(1))
    await world.project()
    clock.advance(timedelta(minutes=32))
    append = Log.append

    async def then_the_policy_changes(log: Log, brand: BrandId, events: Sequence[NewEvent], **given: Any) -> Positions:
        monkeypatch.setattr(Log, "append", append)
        positions = await append(log, brand, events, **given)
        targets = {n: Target(ack_s=7200, response_s=7200) for n in (1, 2, 3, 4)}
        await world.policy(Policy(targets=targets))
        await world.happens(ev.PriorityOverridden(item_id=later, priority=1, by=ME, at=clock.now()))
        return positions

    monkeypatch.setattr(Log, "append", then_the_policy_changes)
    await ClockWorker(world.log, clock).check(world.brand)
    (breached,) = await said(world, ev.SlaBreached)
    assert breached.item_id != later  # type: ignore[attr-defined]


async def test_a_second_process_leaves_a_leased_brand_alone_until_the_first_is_gone(
    world: World, clock: SimulatedClock
) -> None:
    await world.says()
    await world.project()
    first, second = ClockWorker(world.log, clock), ClockWorker(world.log, clock)
    clock.advance(timedelta(minutes=25))
    await first.tick()
    assert len(await said(world, ev.SlaWarned)) == 1
    await world.project()
    clock.advance(timedelta(minutes=10))
    await second.tick()
    assert await said(world, ev.SlaBreached) == []
    await first._leases.leave()
    await second.tick()
    assert len(await said(world, ev.SlaBreached)) == 1


async def test_a_view_that_lags_makes_no_false_breach(world: World, clock: SimulatedClock) -> None:
    item = await world.says()
    await world.project()
    await world.happens(ev.AnsweredByHand(item_id=item, purpose="response", by=ME, at=world.minutes(5)))
    clock.advance(timedelta(minutes=31))
    assert await ClockWorker(world.log, clock).check(world.brand) == 0
    assert await said(world, ev.SlaBreached) == []


async def test_what_comes_in_between_decides_and_the_worker_tries_again(
    world: World, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = await world.says()
    await world.project()
    clock.advance(timedelta(minutes=31))
    worker, read = ClockWorker(world.log, clock), world.log.read_stream

    async def read_then_answered(*given: object) -> object:
        found = await read(world.brand, item_stream(item))
        await world.happens(ev.AnsweredByHand(item_id=item, purpose="response", by=ME, at=world.minutes(5)))
        return found

    monkeypatch.setattr(world.log, "read_stream", read_then_answered)
    assert await worker.check(world.brand) == 0
    monkeypatch.undo()
    assert await worker.check(world.brand) == 0
    assert await said(world, ev.SlaBreached) == []


async def test_a_silent_claim_lapses_each_time_it_is_taken_anew(world: World, clock: SimulatedClock) -> None:
    item = await world.says()
    await world.happens(ev.ItemAcknowledged(item_id=item, by=ME, at=world.minutes(1)))
    await at(world, clock, 62)
    assert (await world.row(item)).status == "open"
    await world.happens(ev.ItemAcknowledged(item_id=item, by=ME, at=world.minutes(63)))
    await at(world, clock, 64)
    await at(world, clock, 124)
    assert len(await said(world, ev.ClaimLapsed)) == 2


async def test_a_claim_of_the_very_time_of_one_that_lapsed_lapses_too(world: World, clock: SimulatedClock) -> None:
    """The database's clock was behind when both were made: neither is older than the turn it belongs to."""
    item = await world.says()
    for lapsed in (1, 2):
        await world.happens(ev.ItemAcknowledged(item_id=item, by=ME, at=world.minutes(-30 * lapsed)))
        await at(world, clock, 61 + lapsed)
        assert len(await said(world, ev.ClaimLapsed)) == lapsed


async def test_a_promise_is_broken_once(world: World, clock: SimulatedClock) -> None:
    item, reply = await world.says(), uuid.uuid4()
    await world.happens(
        ev.ReplyQueued(item_id=item, reply_id=reply, purpose="holding", by=ME, at=world.minutes(1), text="à 12 h 20",
                       promise_until=world.minutes(20)),
        ev.ReplySent(item_id=item, reply_id=reply, at=world.minutes(1)),
    )  # fmt: skip
    for minutes in (19, 21, 22):
        await at(world, clock, minutes)
    assert len(await said(world, ev.PromiseBroken)) == 1


async def test_a_new_policy_warns_by_its_own_share(world: World, clock: SimulatedClock) -> None:
    await world.says()
    await world.policy(Policy(warn_share=0.5))
    await at(world, clock, 16)
    assert len(await said(world, ev.SlaWarned)) == 1


async def test_each_brand_has_its_own_clock_and_the_next_alarm_is_known(world: World, clock: SimulatedClock) -> None:
    other = World(world.log, await new_brand(world.pool, "Autre"), world.noon)
    await other.says()
    await other.project()
    await world.says(at=world.minutes(10))
    await world.project()
    worker = ClockWorker(world.log, clock)
    assert await worker.tick() == world.minutes(22.5)
    clock.advance(timedelta(minutes=23))
    assert await worker.tick() == world.minutes(32.5)
    assert (len(await said(other, ev.SlaWarned)), len(await said(world, ev.SlaWarned))) == (1, 0)


@pytest.mark.parametrize("jumps", [(1440, 10, 40), (35, -1440, 36, 35), (-60, 31, 31, 1440, 31)])
async def test_however_the_time_of_day_jumps_each_alarm_is_given_once_and_no_duration_is_below_nothing(
    world: World, clock: SimulatedClock, jumps: Sequence[float]
) -> None:
    item = await world.says()
    for minutes in jumps:
        await at(world, clock, minutes)
    given = [*await said(world, ev.SlaWarned), *await said(world, ev.SlaBreached)]
    kinds = [(e.TYPE, e.turn, e.clock) for e in given]  # type: ignore[attr-defined]
    assert ("SlaBreached", 1, "ack") in kinds
    assert len(kinds) == len(set(kinds))
    await world.happens(
        ev.AnsweredByHand(item_id=item, purpose="response", by=ME, text="j'ai appelé", at=world.minutes(-90))
    )
    await world.project()
    row = await world.row(item)
    assert row.responded_at is not None
    assert row.responded_at >= row.ack_started
    positions = [one.position for one in await world.log.read(world.brand)]
    assert positions == list(range(1, len(positions) + 1))


async def test_a_lease_of_before_the_databases_clock_was_set_back_is_anybodys(
    world: World, clock: SimulatedClock
) -> None:
    gone, here = ClockWorker(world.log, clock), ClockWorker(world.log, clock)
    assert await gone._leases.take(world.brand)
    assert not await here._leases.take(world.brand)
    await world.pool.execute("UPDATE vigie.leases SET expires_at = expires_at + interval '1 day'")
    assert await here._leases.take(world.brand)
    assert not await gone._leases.take(world.brand)


async def test_it_measures_who_waits(world: World, clock: SimulatedClock) -> None:
    await world.says()
    await world.project()
    clock.advance(timedelta(minutes=31))
    await ClockWorker(world.log, clock).measure()
    assert meters.REGISTRY.get_sample_value("vigie_open_items", {"priority": "2"}) == 1
    assert meters.REGISTRY.get_sample_value("vigie_breached_items") == 1


async def test_it_starts_and_stops_cleanly(world: World, clock: SimulatedClock) -> None:
    await world.says()
    await world.project()
    clock.advance(timedelta(minutes=31))
    for _ in range(3):
        worker = ClockWorker(world.log, clock)
        running = asyncio.create_task(worker.run())
        async with asyncio.timeout(10):
            while worker.last_look is None:
                await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await world.project()
    assert len(await said(world, ev.SlaBreached)) == 1
