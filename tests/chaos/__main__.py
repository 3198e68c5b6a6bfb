"""`make chaos`: breaks a running site on purpose, and reckons afterwards.

    make chaos                                  every fault, at length
    make chaos ARGS="--only R1,R4 --times 200 --rate 200 --away 600 --count 20000"

Writes chaos.json and docs/reliability.md. Ends with 1 where anything was lost, duplicated or unexpected.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.chaos import page
from tests.chaos.faults import ALL
from tests.chaos.figures import CannotRun, Round
from tests.chaos.proxies import PROXIES
from tests.chaos.size import LONG, Size
from tests.chaos.world import World, world


async def rounds(names: list[str], size: Size, seed: int) -> list[Round]:
    """One after the other, on one site."""
    with tempfile.TemporaryDirectory(prefix="vigie-chaos-") as folder:
        async with world(Path(folder), doors=3, seed=seed) as here:
            done = [await one(name, here, size) for name in names]
    return [found for found in done if found is not None]


async def one(name: str, here: World, size: Size) -> Round | None:
    """None where this machine lacks what it needs: it keeps the figures of its last run."""
    try:
        return await ALL[name](here, size)
    except CannotRun as reason:
        print(f"{name:<12} NOT RUN: {reason}", flush=True)
        return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(ALL), help="of " + ", ".join(ALL))
    parser.add_argument("--times", type=int, default=LONG.times, help="kills, stalls and stops of a round")
    parser.add_argument("--rate", type=float, default=LONG.rate, help="messages a second")
    parser.add_argument("--away", type=float, default=LONG.away_s, help="seconds without a database")
    parser.add_argument("--count", type=int, default=LONG.count, help="messages where they come as fast as they can")
    parser.add_argument("--proxy", default=LONG.proxy, choices=PROXIES, help="which one stands in front (R22)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="write neither chaos.json nor docs/reliability.md")
    args = parser.parse_args()
    size = Size(args.times, args.rate, args.away, args.count, args.proxy)
    done = asyncio.run(rounds(args.only.split(","), size, args.seed))
    if not args.keep:
        page.write(done)
    return 0 if all(one.sound for one in done) else 1


if __name__ == "__main__":
    sys.exit(main())
