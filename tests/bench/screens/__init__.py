"""Ten thousand open items, looked at on a phone by somebody whose browser has never seen Vigie.

Lighthouse looks first, with its own phone profile (a slow 4G line and a processor four times slower, both simulated).
Then Chromium opens the queue on a 4G line of its own developer tools, the processor slowed by the same factor, with
nothing cached: the first view is its largest paint. Last a hand works in the queue for a while (keys, taps, writing)
while fifty changes a second arrive, half of them of rows that are shown; each touch or key is timed by the browser's
Event Timing to the paint that follows it. Server, database and Chromium share the machine.
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.bench.arrival import at
from tests.bench.measure import Bench, Figure, figure
from tests.bench.screens import lighthouse, phone
from tests.bench.screens.queue import full_queue

ITEMS, FEW = 10_000, 300
SLOWDOWNS = (1, lighthouse.SLOWDOWN)
SLOW = ("4G", lighthouse.SLOWDOWN)
SHARED = (
    "HTML and modules are read, run, laid out and painted on one main thread, slowed four times, while server and"
    " database work on the same two cores: at full speed the same view stands after 0.7 s, and between runs of the same"
    " code it was 0.9 to 1.5 s."
)
"""What the profile of the first view says."""
LINES = {"4G": phone.FAST_4G, "slow 4G": phone.SLOW_4G}


async def run(bench: Bench) -> list[Figure]:
    async with full_queue(Path(bench.folder) / "screens", FEW if bench.quick else ITEMS) as shown:
        seen = [await lighthouse.looked(shown.url, shown.cookie) for _ in range(1 if bench.quick else 3)]
        views = {
            (name, by): [await phone.first_view(shown, line, by) for _ in range(bench.rounds)]
            for name, line in LINES.items()
            for by in SLOWDOWNS
        }
        worked = {by: await phone.worked(shown, 5.0 if bench.quick else 30.0, by) for by in SLOWDOWNS}
    bench.rows["What Lighthouse names"] = [
        {"audit": name, "of 1": score, "says": says} for name, (score, says) in sorted(seen[-1].faults.items())
    ]
    bench.rows["The first view"] = [
        {"line": name, "processor slowed": by, "first paint s": view.first_s, "largest paint s": view.largest_s,
         "kB": view.transfer_kb, "requests": view.requests}
        for (name, by), found in views.items() for view in found
    ]  # fmt: skip
    bench.rows["Touches and keys"] = [
        {"processor slowed": by, "interactions": len(took), "p50 ms": at(took, 0.5), "p98 ms": at(took, 0.98),
         "longest ms": max(took), "load": os.getloadavg()[0]}
        for by, took in worked.items()
    ]  # fmt: skip
    return [
        figure("screen_performance", [one.performance for one in seen], "", least=90),
        figure("screen_accessibility", [one.accessibility for one in seen], "", least=100),
        figure("screen_best_practices", [one.best_practices for one in seen], "", least=100),
        figure("screen_first_view_s", [view.largest_s for view in views[SLOW]], "s", most=1.0, why=SHARED),
        figure("screen_transfer_kb", [view.transfer_kb for view in views[SLOW]], "kB", most=200),
        figure("screen_inp_p98_ms", [at(worked[lighthouse.SLOWDOWN], 0.98)], "ms", most=200),
    ]
