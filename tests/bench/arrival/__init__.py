"""From the POST of a message to its row in an open browser, classified.

Starts the product, signs in with a real Chromium, opens the whole queue, and posts signed messages at a steady rate,
then in a burst. An observer notes when the page has taken each message with a judgement, onto the list or into the bar
of what is new above it; a first look is one, and the row says so. Load, product, database and Chromium share the
machine; clocks are one machine's.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.bench.arrival import browser
from tests.bench.arrival.sender import Sending
from tests.bench.arrival.texts import is_critical
from tests.bench.measure import Bench, Figure, figure
from tests.product.instance import Instance

STEADY, BASE, BURST, STORM = 200.0, 20.0, 200.0, 2000.0
"""Messages a second."""
WHY = (
    "Two cores are full: 200 messages a second leave 10 ms of processor for each, and the product takes some 8 of them"
    " before any browser (database 2, door 2, workers 2.2, the reading models 1 to 2), sender and Chromium the rest, so"
    " that a line forms and grows. Of Python's share the views take 0.9 ms, the search for waves 0.7, taking 0.6,"
    " classifying 0.3, all else 0.2. Next: a third core; then views and waves in two processes (`vigie run workers`)."
)
"""Read by process at 70 messages a second, and stage by stage in one process, while other work was on the machine."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """`took_s`: from the first try to a row read at least at first sight, sorted; infinite for a row that never came.
    `top_s`: the same of the critical ones, to a row at P1. `full`: which share was read in full by the end."""

    took_s: Sequence[float]
    top_s: Sequence[float]
    full: float
    refused: int

    def row(self, what: str) -> dict[str, str | int | float | None]:
        cuts = {f"p{share}_s": at(self.took_s, share / 100) for share in (50, 95, 99)}
        top = {"p1_p50_s": at(self.top_s, 0.5), "p1_p99_s": at(self.top_s, 0.99)}
        return {"what": what, "messages": len(self.took_s), **cuts, **top, "full": self.full, "refused": self.refused}


def at(times: Sequence[float], share: float) -> float:
    return times[min(len(times) - 1, math.ceil(share * len(times)) - 1)] if times else math.nan


async def load(
    demo: dict[str, Any], seconds: float, rate: Callable[[float], float], *, settle_s: float = 20.0
) -> Arrived:
    """One run in a browser of its own."""
    hook = next(channel for channel in demo["channels"] if channel["network"] == "generic")
    async with browser.opened(demo) as page:
        sending = Sending(hook)
        await sending.run(0, seconds, rate)
        await browser.until_all(page, len(sending.sent), settle_s)
        seen, top, full = [await browser.seen(page, name) for name in ("seen", "top1", "full")]
    critical = [number for number in sending.sent if is_critical(number)]
    return Arrived(
        _times(seen, sending.sent, sending.sent), _times(top, sending.sent, critical),
        len(full) / len(sending.sent), sending.refused,
    )  # fmt: skip


def _times(seen: browser.Seen, sent: dict[int, float], numbers: Iterable[int]) -> list[float]:
    return sorted(seen.get(number, math.inf) - sent[number] for number in numbers)


@contextlib.asynccontextmanager
async def product() -> AsyncIterator[dict[str, Any]]:
    """The product as its users run it, with a database of its own. What it knows of the demo."""
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        instance = Instance(Path(folder) / "data")
        await instance.start()
        try:
            await _warm(instance.base_url)
            yield instance.demo
        finally:
            await instance.stop()


async def _warm(base_url: str) -> None:
    """Until both models have read their first text: the minute after a start is not what is measured."""
    counts = re.compile(r'^vigie_judging_seconds_count\{.*stage="(first|full)".*\} [1-9]', re.MULTILINE)
    async with asyncio.timeout(120), aiohttp.ClientSession() as client:
        while True:
            async with client.get(f"{base_url}/metrics") as response:
                if set(counts.findall(await response.text())) == {"first", "full"}:
                    return
            await asyncio.sleep(0.5)


async def run(bench: Bench) -> list[Figure]:
    seconds = 5.0 if bench.quick else 60.0
    plans: dict[str, Callable[[float], float]] = {
        "steady": lambda _: STEADY,
        "burst": lambda at: BURST if at > seconds / 6 else BASE,
        "storm": lambda at: STORM if at > seconds / 6 and at < seconds / 3 else BASE,
    }
    found: dict[str, Arrived] = {}
    for name, rate in plans.items():
        async with product() as demo:
            found[name] = await load(demo, seconds if name != "burst" else seconds * 7 / 6, rate, settle_s=60.0)
        bench.rows.setdefault("arrival", []).append(found[name].row(name))
        print(found[name].row(name), f"load of the machine {os.getloadavg()[0]:.1f}", flush=True)
    steady, burst, storm = found["steady"], found["burst"], found["storm"]
    return [
        figure("e2e_p95_s", [at(steady.took_s, 0.95)], "s", most=1.0, why=WHY),
        figure("e2e_full_share", [steady.full], "share"),
        figure("burst_p1_p99_s", [at(burst.top_s, 0.99)], "s", most=5.0, why=WHY),
        figure("storm_p1_p99_s", [at(storm.top_s, 0.99)], "s", most=5.0, why=WHY),
    ]
