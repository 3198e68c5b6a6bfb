"""The batcher: whoever submits hears of it, whatever becomes of the batch, the database or the process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from inbox import meters
from inbox.errors import NotFound
from inbox.ids import BrandId
from inbox.log import batcher as batching
from inbox.log.batcher import Batcher
from inbox.log.record import NewEvent
from inbox.log.store import AppendRefused, Flooded, Log, LogUnavailable, Positions
from tests.conftest import new_brand
from tests.log.test_log import message


class Gated(Log):
    """A log whose first append waits for `gate`, so that a batch gathers behind it; `fault` is raised by the others."""

    def __init__(self, log: Log, fault: BaseException | None = None) -> None:
        super().__init__(log.pool, log.keyring, log.pulse)
        self.gate = asyncio.Event()
        self.fault = fault
        self.appends = 0

    async def append(self, brand: BrandId, events: Sequence[NewEvent], **given: Any) -> Positions:
        self.appends += 1
        if self.appends == 1:
            await self.gate.wait()
        elif self.fault is not None:
            raise self.fault
        return await super().append(brand, events, **given)


async def gathered(batcher: Batcher, log: Gated, brand: BrandId, noon: datetime, count: int) -> list[asyncio.Task[Any]]:
    """One submission on its way to disk, and a batch of all the others behind it."""
    tasks: list[asyncio.Task[Any]] = []
    for n in range(count):
        tasks.append(asyncio.create_task(batcher.submit(brand, [message(log, brand, n, noon)])))
        while log.appends == 0 or batcher.waiting_events < n:
            await asyncio.sleep(0)
    return tasks


async def answers(tasks: list[asyncio.Task[Any]]) -> list[Any]:
    async with asyncio.timeout(10):
        return await asyncio.gather(*tasks, return_exceptions=True)


class Held(Log):
    """A log that takes nothing of these brands before `gate` is open."""

    def __init__(self, log: Log, *brands: BrandId) -> None:
        super().__init__(log.pool, log.keyring, log.pulse)
        self.gate = asyncio.Event()
        self._brands = brands

    async def append(self, brand: BrandId, events: Sequence[NewEvent], **given: Any) -> Positions:
        if brand in self._brands:
            await self.gate.wait()
        return await super().append(brand, events, **given)


async def under_way(batcher: Batcher, brand: BrandId, events: Sequence[NewEvent]) -> asyncio.Task[Any]:
    """Submitted, and seen by the batcher."""
    task = asyncio.create_task(batcher.submit(brand, events))
    await asyncio.sleep(0)  # it is put into its line
    await asyncio.sleep(0)  # and whoever flushes takes what it takes
    return task


async def flood(batcher: Batcher, log: Log, brand: BrandId, noon: datetime) -> list[asyncio.Task[Any]]:
    """As many of a brand as it is allowed: those that were let in, the first of them on its way to disk."""
    let_in: list[asyncio.Task[Any]] = []
    while not (task := await under_way(batcher, brand, [message(log, brand, len(let_in), noon)])).done():
        let_in.append(task)
    with pytest.raises(Flooded):
        await task
    return let_in


async def test_a_full_disk_refuses_a_batch_as_one(log: Log, brand: BrandId, noon: datetime) -> None:
    gated = Gated(log, asyncpg.DiskFullError("no space left"))
    batcher = Batcher(gated)
    tasks = await gathered(batcher, gated, brand, noon, 40)
    gated.gate.set()
    (first, *others) = await answers(tasks)
    assert first == [1]
    assert {type(other) for other in others} == {LogUnavailable}
    assert gated.appends == 2


async def test_a_bug_in_one_append_harms_neither_neighbours_nor_successors(
    log: Log, brand: BrandId, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "MOST_EVENTS", 2)
    gated = Gated(log, KeyError("a bug"))
    batcher = Batcher(gated)
    tasks = await gathered(batcher, gated, brand, noon, 6)
    gated.gate.set()
    first, *others = await answers(tasks)
    assert first == [1]
    assert {type(other) for other in others} == {AppendRefused}
    gated.fault = None
    assert await batcher.submit(brand, [message(log, brand, 9, noon)]) == [2]
    assert batcher._free == batching.MOST_WAITING


async def test_all_who_wait_hear_that_the_process_ends(log: Log, brand: BrandId, noon: datetime) -> None:
    gated = Gated(log)
    batcher = Batcher(gated)
    tasks = await gathered(batcher, gated, brand, noon, 3)
    (line,) = batcher._lines.values()
    (flusher,) = line.flushers
    flusher.cancel()
    assert {type(answer) for answer in await answers(tasks)} == {LogUnavailable}
    assert batcher._free == batching.MOST_WAITING
    assert await log.head(brand) == 0


async def test_in_a_storm_a_second_batch_is_sent_while_the_first_is_under_way_but_no_third(
    log: Log, brand: BrandId, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "SECOND_FROM", 3)
    gated = Gated(log)
    batcher = Batcher(gated)
    tasks = await gathered(batcher, gated, brand, noon, 3)
    (line,) = batcher._lines.values()
    assert len(line.flushers) == 1
    tasks += [asyncio.create_task(batcher.submit(brand, [message(log, brand, n, noon)])) for n in range(3, 9)]
    async with asyncio.timeout(10):
        await asyncio.wait(tasks[1:4], return_when=asyncio.FIRST_COMPLETED)  # though the first commit still waits
    assert len(line.flushers) <= batching.MOST_FLUSHERS
    gated.gate.set()
    assert sorted(position for (position,) in await answers(tasks)) == list(range(1, 10))
    assert not batcher._lines


async def test_flushes_are_counted_with_what_they_hold(log: Log, brand: BrandId, noon: datetime) -> None:
    def counted(name: str, **labels: str) -> float:
        return meters.REGISTRY.get_sample_value(name, labels) or 0.0

    names = ("vigie_append_batch_events_sum", "vigie_append_flush_seconds_count")
    before = [counted(name) for name in names]
    stored = counted("vigie_append_flushes_total", outcome="stored")
    await Batcher(log).submit(brand, [message(log, brand, n, noon) for n in range(7)])
    assert [counted(name) - old for name, old in zip(names, before, strict=True)] == [7, 1]
    assert counted("vigie_append_flushes_total", outcome="stored") == stored + 1


async def test_who_waits_longest_is_told_wherever_it_waits(
    log: Log, brand: BrandId, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(batching, "time", SimpleNamespace(monotonic=lambda: clock.now))
    gated = Gated(log)
    batcher = Batcher(gated)
    assert batcher.oldest_s == 0
    tasks = await gathered(batcher, gated, brand, noon, 1)
    clock.now = 103.0
    tasks.append(asyncio.create_task(batcher.submit(brand, [message(log, brand, 1, noon)])))
    while not batcher.waiting_events:
        await asyncio.sleep(0)
    clock.now = 107.0
    assert batcher.oldest_s == 7, "on its way to disk"
    assert meters.REGISTRY.get_sample_value("vigie_append_oldest_seconds") == 7
    (line,) = batcher._lines.values()
    line.flushers.update(dict.fromkeys(line.flushers, 106.0))
    assert batcher.oldest_s == 4, "in the queue"
    gated.gate.set()
    await answers(tasks)
    await batcher.close()
    assert batcher.oldest_s == 0


async def test_closing_waits_for_what_was_taken_in(log: Log, brand: BrandId, noon: datetime) -> None:
    gated = Gated(log)
    batcher = Batcher(gated)
    tasks = await gathered(batcher, gated, brand, noon, 5)
    tasks[2].cancel()  # the caller goes away; what was taken in is not half forgotten
    closing = asyncio.create_task(batcher.close())
    await asyncio.sleep(0)
    with pytest.raises(LogUnavailable):
        await batcher.submit(brand, [message(log, brand, 9, noon)])
    gated.gate.set()
    await closing
    assert await log.head(brand) == 5
    assert [answer for answer in await answers(tasks) if isinstance(answer, list)] == [[1], [2], [4], [5]]


async def test_an_unknown_brand_is_not_found(log: Log, noon: datetime) -> None:
    with pytest.raises(NotFound):
        await Batcher(log).submit(BrandId(424242), [message(log, BrandId(424242), 1, noon)])


async def test_a_brand_that_floods_is_refused_while_half_of_the_room_is_left(
    log: Log, brand: BrandId, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "MOST_WAITING", 10)
    monkeypatch.setattr(batching, "LEAST_OF_A_BRAND", 1)
    batcher = Batcher(held := Held(log, brand))
    tasks = await flood(batcher, log, brand, noon)
    assert len(tasks) == 1 + 5, "one on its way, five that wait"
    quiet = await new_brand(log.pool, "quiet")
    assert await batcher.submit(quiet, [message(log, quiet, 1, noon)]) == [1], "though the flood's first still waits"
    held.gate.set()
    assert sorted(position for (position,) in await answers(tasks)) == [1, 2, 3, 4, 5, 6]
    assert await batcher.submit(brand, [message(log, brand, 9, noon)]) == [7]
    assert batcher._free == 10


async def test_however_many_flood_who_says_little_is_taken(
    log: Log, brand: BrandId, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "MOST_WAITING", 12)
    monkeypatch.setattr(batching, "LEAST_OF_A_BRAND", 2)
    loud = [brand, *[await new_brand(log.pool, f"loud {n}") for n in range(4)]]
    batcher = Batcher(held := Held(log, *loud))
    floods = [await flood(batcher, log, one, noon) for one in loud]
    assert [len(each) - 1 for each in floods] == [6, 3, 2, 2, 2], "of each what there is room left for, and the least"
    assert batcher._free < 0
    quiet = await new_brand(log.pool, "quiet")
    assert await batcher.submit(quiet, [message(log, quiet, 1, noon)]) == [1]
    held.gate.set()
    await answers([task for each in floods for task in each])
    assert batcher._free == 12


@pytest.mark.parametrize("most", [0, 7])
async def test_a_delivery_takes_up_what_it_holds_and_one_that_says_nothing_something_too(
    log: Log, brand: BrandId, noon: datetime, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(batching, "MOST_WAITING", 14)
    monkeypatch.setattr(batching, "LEAST_OF_A_BRAND", 1)
    batcher = Batcher(held := Held(log, brand))
    tasks = [await under_way(batcher, brand, [message(log, brand, 100, noon)])]
    for turn in range(7 // (most or 1)):
        assert batcher._free > 7
        events = [message(log, brand, turn * most + n, noon) for n in range(most)]
        tasks.append(await under_way(batcher, brand, events))
    with pytest.raises(Flooded):
        await batcher.submit(brand, [])
    held.gate.set()
    assert sum([len(answer) for answer in await answers(tasks)]) == 1 + most
    assert batcher._free == 14
