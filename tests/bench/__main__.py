"""`make bench`: all figures of docs/benchmarks.md, measured anew. `--only append,ingest` runs single groups."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from inbox.log import migrate
from services.postgres import Postgres
from tests.bench import report
from tests.bench.measure import Bench, Figure

GROUPS = ("append", "ingest", "rebuild", "growth", "live", "arrival")
"""Each a module of this package with `async def run(bench: Bench) -> list[Figure]`."""


async def measure(group: str, *, quick: bool) -> tuple[list[Figure], object]:
    run: Callable[[Bench], Awaitable[Sequence[Figure]]] = importlib.import_module(f"tests.bench.{group}").run
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        server = Postgres(Path(folder) / "pg")
        dsn = await server.start()
        try:
            await migrate.migrate(dsn)
            bench = Bench(dsn, folder, quick)
            return list(await run(bench)), bench.rows
        finally:
            await server.stop()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(GROUPS), help=f"groups, comma-separated: {', '.join(GROUPS)}")
    parser.add_argument("--quick", action="store_true", help="few and short rounds, nothing written: does it run?")
    args = parser.parse_args()
    for group in args.only.split(","):
        figures, rows = await measure(group, quick=args.quick)
        report.show(group, figures)
        if not args.quick:
            report.keep(group, figures, rows)


if __name__ == "__main__":
    asyncio.run(main())
