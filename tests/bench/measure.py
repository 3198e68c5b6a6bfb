"""How contenders are compared: round by round, one after the other, so that a noisy minute hits them all.

A figure is a ratio of two contenders of one round, or a time; its value is the median over the rounds, its spread the
least and the most. Nothing here asserts: what a figure should be is printed beside what it was.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import asyncpg

Row = dict[str, str | int | float | None]
"""A row of a table: what stands in it, by column."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One round of one contender. `rate`: events (or requests) a second; times of a single call in seconds, None where
    calls were not timed."""

    rate: float
    p50_s: float | None = None
    p99_s: float | None = None
    extra: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """`ask`: what was aimed at, as words ("≥ 25"). `reached`: None where nothing was asked. `low`, `high`: the spread
    over the rounds. `why`: where it was missed, what the profile says, in a sentence or two."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    ask: str = ""
    reached: bool | None = None
    why: str = ""


class Contender(Protocol):
    """Set up by `open`, measured by `round` any number of times, taken down by `close`."""

    name: str

    async def open(self) -> None: ...

    async def round(self, seconds: float) -> Sample: ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class Bench:
    """What a group of figures is given. `dsn`: a fresh, migrated database on a server with the product's own durable
    settings. `quick`: few and short rounds, to see that it runs. `rows`: the tables of the group's page, by title; all
    rows of one table have the same columns."""

    dsn: str
    folder: str
    quick: bool = False
    rows: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def rounds(self) -> int:
        return 2 if self.quick else 5

    @property
    def seconds(self) -> float:
        return 0.5 if self.quick else 2.0

    async def database(self, name: str) -> str:
        """The DSN of an empty database on the same server: a contender's own."""
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()
        return self.dsn.replace("/vigie?", f"/{name}?")


async def interleaved(contenders: Sequence[Contender], rounds: int, seconds: float) -> dict[str, list[Sample]]:
    """The samples of each, by name; the n-th of all belong to one round. The order turns from round to round."""
    samples: dict[str, list[Sample]] = {contender.name: [] for contender in contenders}
    for n in range(rounds):
        print(f"  round {n + 1} of {rounds}: {', '.join(one.name for one in contenders)}", flush=True)
        turn = n % len(contenders)
        for contender in (*contenders[turn:], *contenders[:turn]):
            samples[contender.name].append(await contender.round(seconds))
    return samples


def ratio(
    name: str, over: Sequence[Sample], under: Sequence[Sample], least: float | None = None, *, why: str = ""
) -> Figure:
    """How many times the rate of `under` that of `over` is, round by round."""
    return figure(name, [a.rate / b.rate for a, b in zip(over, under, strict=True)], "ratio", least=least, why=why)


def figure(
    name: str, values: Sequence[float], unit: str, *, least: float | None = None, most: float | None = None,
    why: str = "",
) -> Figure:  # fmt: skip
    """The median of the rounds, held against what was asked: at the least, or at the most."""
    value = statistics.median(values)
    ask = f"≥ {least:g}" if least is not None else f"≤ {most:g}" if most is not None else ""
    reached = None if not ask else (value >= least if least is not None else value <= (most or 0.0))
    return Figure(name, value, unit, min(values), max(values), ask, reached, "" if reached else why)


def tabled(samples: Mapping[str, Sequence[Sample]], what: str = "events/s") -> list[Row]:
    """The rows of a table: each contender's rate and times, the median of its rounds and the spread of the rate."""
    return [
        {
            "": name,
            what: round(statistics.median(one.rate for one in found)),
            "least": round(min(one.rate for one in found)),
            "most": round(max(one.rate for one in found)),
            "p50 ms": milliseconds([one.p50_s for one in found]),
            "p99 ms": milliseconds([one.p99_s for one in found]),
        }
        for name, found in samples.items()
    ]


def milliseconds(times_s: Sequence[float | None]) -> float | None:
    """The median of times that were taken, to three digits."""
    taken = [time_s for time_s in times_s if time_s is not None]
    return float(f"{statistics.median(taken) * 1000:.3g}") if taken else None


async def closed_loop(workers: int, seconds: float, call: Callable[[int], Awaitable[int]]) -> Sample:
    """`workers` call at once, each again as soon as it was answered; `call` is given the worker's number and says how
    many events it wrote."""
    end, times, done = time.perf_counter() + seconds, list[float](), 0

    async def work(worker: int) -> None:
        nonlocal done
        while (begun := time.perf_counter()) < end:
            wrote = await call(worker)  # not `done +=` in one: that reads `done` before it waits
            done += wrote
            times.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*(work(n) for n in range(workers)))
    took = time.perf_counter() - begun
    cuts = statistics.quantiles(times, n=100) if len(times) > 1 else [times[0]] * 99
    return Sample(done / took, cuts[49], cuts[98])
