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
from inbox.log.store import AppendRefused, Log, LogUnavailable, Positions
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
        while log.appends == 0 or batcher._count < n:
            await asyncio.sleep(0)
    return tasks


async def answers(tasks: list[asyncio.Task[Any]]) -> list[Any]:
    async with asyncio.timeout(10):
        return await asyncio.gather(*tasks, return_exceptions=True)


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
    assert batcher._count == 0


async def test_all_who_wait_hear_that_the_process_ends(log: Log, brand: BrandId, noon: datetime) -> None:
    gated = Gated(log)
    batcher = Batcher(gated)
    tasks = await gathered(batcher, gated, brand, noon, 3)
    (line,) = batcher._lines.values()
    (flusher,) = line.flushers
    flusher.cancel()
    assert {type(answer) for answer in await answers(tasks)} == {LogUnavailable}
    assert batcher._count == 0
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
