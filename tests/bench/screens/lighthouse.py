"""Lighthouse on an address, as its phone profile has it: a program beside the project, on a Chromium of somebody who is
signed in."""

from __future__ import annotations

import asyncio
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from tests import chromium
from tests.bench.peers.place import Place
from tests.product.instance import free_port

SLOWDOWN = 4
"""Its phone's processor: `throttling.cpuSlowdownMultiplier` of its default profile."""
WITHIN_S = 240
CATEGORIES = ("performance", "accessibility", "best-practices")


@dataclass(frozen=True, slots=True)
class Looked:
    """Of 100 each. `faults`: what fell short, by audit: its share of one, and what Lighthouse says of it."""

    performance: float
    accessibility: float
    best_practices: float
    faults: dict[str, tuple[float, str]]


async def looked(url: str, cookie: str) -> Looked:
    """Raises `Missing` where it cannot be installed."""
    place = await asyncio.to_thread(Place().with_node, Path(__file__).parent, "lighthouse")
    name, _, value = cookie.partition("=")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        async with async_playwright() as playwright:
            context = await playwright.chromium.launch_persistent_context(
                folder, executable_path=chromium.find(), args=["--no-sandbox", f"--remote-debugging-port={port}"]
            )
            try:
                await context.add_cookies([{"name": name, "value": value, "url": url}])
                return read(await _report(place, url, port))
            finally:
                await context.close()


async def _report(place: Place, url: str, port: int) -> dict[str, Any]:
    program = place.folder / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
    process = await asyncio.create_subprocess_exec(
        place.node, program, url, "--quiet", "--output=json", "--output-path=stdout", "--disable-storage-reset",
        f"--only-categories={','.join(CATEGORIES)}", f"--port={port}", stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(WITHIN_S):
        said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"Lighthouse gave up ({process.returncode})")
    report: dict[str, Any] = json.loads(said)
    return report


def read(report: dict[str, Any]) -> Looked:
    """What it found of a page that it reached."""
    if (error := report.get("runtimeError")) is not None:
        raise RuntimeError(f"Lighthouse saw no page: {error['message']}")
    performance, accessibility, best = (round(report["categories"][name]["score"] * 100) for name in CATEGORIES)
    weighed = {one["id"] for name in CATEGORIES for one in report["categories"][name]["auditRefs"] if one["weight"]}
    faults = {
        name: (float(audit["score"]), str(audit.get("displayValue") or audit["title"]))
        for name, audit in report["audits"].items()
        if name in weighed and audit["score"] is not None and audit["score"] < 1
    }
    return Looked(performance, accessibility, best, faults)
