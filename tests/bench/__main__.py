"""`make bench`: all figures of docs/benchmarks.md, measured anew. `--only append,ingest` runs single groups."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import inspect
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from inbox.log import migrate
from services.postgres import Postgres
from tests.bench import machine, picture, report
from tests.bench.measure import Bench

GROUPS = ("append", "ingest", "rebuild", "growth", "live", "arrival", "neighbours", "screens")
"""Each a module of this package with `async def run(bench: Bench) -> list[Figure]`; its docstring goes on the page."""

ROOM = {"max_connections": "300"}
"""Peers hold a connection a writer. Everything else is as the product runs it."""


async def measure(group: str, *, quick: bool) -> report.Measured:
    """On a server of its own, gone when this returns."""
    module = importlib.import_module(f"tests.bench.{group}")
    load_before = machine.load()
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        server = Postgres(Path(folder) / "pg", options=ROOM)
        dsn = await server.start()
        try:
            await migrate.migrate(dsn)
            bench = Bench(dsn, folder, quick)
            figures = list(await module.run(bench))
            facts = await machine.facts(dsn, load_before)
        finally:
            await server.stop()
    return report.Measured(group, inspect.getdoc(module) or "", facts, figures, bench.rows)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(GROUPS), help=f"groups, comma-separated: {', '.join(GROUPS)}")
    parser.add_argument("--quick", action="store_true", help="few and short rounds, nothing written: does it run?")
    args = parser.parse_args()
    for group in args.only.split(","):
        print(f"{group}: {_last_time(group)}", flush=True)
        begun = time.monotonic()
        measured = await measure(group, quick=args.quick)
        minutes = f"{(time.monotonic() - begun) / 60:.1f}"
        print(f"{group}: took {minutes} minutes", flush=True)
        measured = replace(measured, machine={**measured.machine, "minutes": minutes})
        report.show(measured)
        if not args.quick:
            report.keep(measured)
            picture.draw(report.RESULTS)


def _last_time(group: str) -> str:
    """So that who starts it knows when to come back."""
    known = json.loads(report.RESULTS.read_text()) if report.RESULTS.exists() else {}
    minutes = known.get(group, {}).get("machine", {}).get("minutes")
    return f"took {minutes} minutes the last time" if minutes else "how long it takes is not known yet"


if __name__ == "__main__":
    asyncio.run(main())
